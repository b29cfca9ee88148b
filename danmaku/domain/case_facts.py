"""What the platform's chain can say of cases. What people write, and staff reply, is sealed."""

from dataclasses import dataclass

from danmaku.domain.cases import CaseKind, CaseOutcome, Desk, Subject
from danmaku.domain.ids import AccountId, Millis


@dataclass(frozen=True, slots=True)
class CaseFiled:
    """A complaint, an appeal, or what a patrol found. Reports and held comments open theirs.

    Article: articles.Article.REPORTS_ACCEPTED
    """

    receipt: str
    case_kind: CaseKind
    subject: Subject
    category: str
    filer: AccountId | None  # None: without an account
    against: AccountId | None = None  # the account it is about
    text: str = ""
    contact: str = ""
    case_id: str | None = None  # the open case that it joins, as the record found it; None: its own


@dataclass(frozen=True, slots=True)
class CaseClaimed:
    """Somebody works on a case, or goes on doing so, until a time."""

    case_id: str
    actor: AccountId
    until_ms: Millis


@dataclass(frozen=True, slots=True)
class CaseReleased:
    """Whoever had claimed a case gives it back."""

    case_id: str
    actor: AccountId


@dataclass(frozen=True, slots=True)
class CaseEscalated:
    """A case is passed on: by the keepers of a room to the platform, or to an editor."""

    case_id: str
    actor: AccountId
    desk: Desk
    note: str = ""


@dataclass(frozen=True, slots=True)
class CaseMerged:
    """A case goes on as a part of another; whoever filed it is told with that one."""

    case_id: str
    into: str
    actor: AccountId


@dataclass(frozen=True, slots=True)
class CaseWithdrawn:
    """Who filed a case takes it back."""

    case_id: str
    receipt: str
    filer: AccountId | None


@dataclass(frozen=True, slots=True)
class CaseDecided:
    """A case is decided; what follows from that stands in the same commit.

    Article: articles.Article.PROMPT_ADDRESS
    """

    case_id: str
    actor: AccountId
    outcome: CaseOutcome
    category: str  # as the decider sees it
    note: str = ""


@dataclass(frozen=True, slots=True)
class ResultTold:
    """Somebody is told what came of a case that they filed, or that was about them.

    Article: articles.Article.REPORTS_ACCEPTED
    """

    case_id: str
    account: AccountId
    outcome: CaseOutcome
    note: str = ""


CaseFact = (
    CaseFiled
    | CaseClaimed
    | CaseReleased
    | CaseEscalated
    | CaseMerged
    | CaseWithdrawn
    | CaseDecided
    | ResultTold
)
