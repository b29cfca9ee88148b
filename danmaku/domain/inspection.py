"""What is taken out of the record by those who inspect it, and what is noted of that."""

from dataclasses import dataclass

from danmaku.domain.cases import CaseKind, CaseOutcome
from danmaku.domain.ids import AccountId, Millis, RoomId
from danmaku.errors import BadMessage


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the record: [from_ms, to_ms) of the time that its entries bear.

    Raises:
        BadMessage: It ends before it begins.
    """

    from_ms: Millis
    to_ms: Millis
    room: RoomId | None = None  # None: every room, and the platform

    def __post_init__(self) -> None:
        if self.from_ms >= self.to_ms:
            raise BadMessage("A period ends after it begins.")


@dataclass(frozen=True, slots=True)
class Made:
    """A bundle that lies there."""

    digest: str  # SHA-256 of its manifest, which names the digests of all else
    entries_count: int


@dataclass(frozen=True, slots=True)
class BundleMade:
    """A stretch of the record was given away.

    Article: articles.Article.DATA_SUPPORT
    """

    actor: AccountId | None  # None: the operator, at the command line
    period: Period
    made: Made


@dataclass(frozen=True, slots=True)
class RecordViewed:
    """An inspector looked at a page; noted before it was shown.

    Article: articles.Article.INSPECTOR
    """

    actor: AccountId
    page: str


@dataclass(frozen=True, slots=True)
class CaseTimed:
    """What everybody may know of a decision, and nothing of whom it was about.

    Article: articles.Article.SELF_DISCIPLINE
    """

    case_kind: CaseKind
    outcome: CaseOutcome
    category: str
    opened_ms: Millis
    reports_count: int


InspectionFact = BundleMade | RecordViewed | CaseTimed
