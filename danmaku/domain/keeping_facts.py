"""What the platform's chain can say of those who keep rooms, and of what they do with reports."""

from dataclasses import dataclass

from danmaku.domain.ids import AccountId, Seq
from danmaku.domain.keeping import Finding, Outcome, Proposal


@dataclass(frozen=True, slots=True)
class PowersProposed:
    """Somebody asks for powers in a room, or is offered them; the statement is sealed.

    Article: articles.Article.SELF_MANAGEMENT
    """

    proposal: Proposal
    account: AccountId  # who would hold them
    actor: AccountId  # the same who asks; another one who offers
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProposalSettled:
    """It was decided; the grant, if there is one, stands in the same commit. The reason is sealed.

    Article: articles.Article.SELF_MANAGEMENT
    """

    proposal_id: str
    account: AccountId
    actor: AccountId
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportAnswered:
    """The keepers of a room, or the platform, have decided on a report; their words are sealed.

    Article: articles.Article.OPERATORS_DUTY
    """

    report: Seq  # of the entry that filed it
    actor: AccountId
    finding: Finding
    note: str = ""


KeepingFact = PowersProposed | ProposalSettled | ReportAnswered
