"""Proposals of powers, powers taken back, and reports in rooms, each with what became of it."""

from dataclasses import dataclass

from danmaku.domain.account import Bundle, Power, PowerGrant
from danmaku.domain.facts import PowersRevoked, ReportFiled
from danmaku.domain.ids import AccountId, Millis, Seq
from danmaku.domain.keeping_facts import PowersProposed, ProposalSettled, ReportAnswered


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as the record holds it, with its words."""

    seq: Seq
    at_ms: Millis
    fact: PowersProposed
    login: str  # of who would hold the powers
    name: str
    settled: ProposalSettled | None  # None: it waits


@dataclass(frozen=True, slots=True)
class RoomReport:
    """A report about a room or a comment in it, and what was said to it.

    `answered_ms` is when its case ended: by this answer, by one to another report on the same, or
    by the platform.
    """

    seq: Seq
    at_ms: Millis
    fact: ReportFiled
    answer: ReportAnswered | None
    answered_ms: Millis | None


@dataclass(frozen=True, slots=True)
class EndedGrant:
    """A grant of one room that was taken back, whole or but for a smaller one in its place."""

    seq: Seq  # of the entry that took it back
    at_ms: Millis
    fact: PowersRevoked
    grant: PowerGrant  # as it was
    given_by: AccountId | None  # as `Keeper.given_by`
    smaller: PowerGrant | None  # what was given in its place, in the same commit; None: nothing
    is_smaller_left: bool  # nobody has taken that back since
    is_by_keeper: bool  # whoever took it back was given that room to keep
    is_applied_for: bool  # its holder asked for other powers, and got them in its place

    @property
    def lost(self) -> frozenset[Power]:
        """What its holder may not do any more."""
        kept = frozenset[Power]() if self.smaller is None else self.smaller.carried
        return self.grant.carried - kept

    @property
    def returned(self) -> frozenset[Power]:
        """What a grant in its place has to carry, so that nothing is lost that this entry took.

        If more was taken since from what it had left, that is another entry's doing, and stays so.
        """
        return self.grant.carried if self.is_smaller_left else self.lost

    @property
    def is_appealable(self) -> bool:
        """Whether the platform took something of it; whom a streamer keeps is that one's choice.

        Article: articles.Article.MEASURES_ON_OPERATORS, articles.Article.REPORTS_AND_APPEALS
        """
        is_own_doing = self.is_applied_for or self.fact.actor == self.fact.holder
        is_taken = bool(self.lost) and not self.is_by_keeper and not is_own_doing
        return is_taken and self.grant.bundle in _KEEPING


_KEEPING = frozenset({Bundle.STREAMER, Bundle.MODERATOR})
