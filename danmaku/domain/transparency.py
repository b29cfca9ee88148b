"""What is told to everybody about how the house decides, and can be recounted by anybody.

Every number follows from entries that the public copies of the chains open (docs/record.md).

Article: articles.Article.SELF_DISCIPLINE
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from danmaku.domain.cases import CaseKind, CaseOutcome
from danmaku.domain.comment import RecalledBy
from danmaku.domain.figures import NO_SPREAD, Spread
from danmaku.domain.ids import Millis, RoomId
from danmaku.domain.inspection import CaseTimed
from danmaku.domain.rulings import Ruling

ROOMS_MAX = 1000  # shown: those with most comments


@dataclass(frozen=True, slots=True)
class RoomShare:
    """How much of a room's comments is hidden now, and by whom."""

    room: RoomId
    published_count: int
    hidden: dict[RecalledBy, int]


@dataclass(frozen=True, slots=True)
class Transparency:
    """The numbers, from the beginning of the record on."""

    at_ms: Millis
    rooms: Sequence[RoomShare] = ()
    handled: dict[CaseKind, Spread] = field(default_factory=dict)  # from opening to decision
    outcomes: dict[tuple[CaseKind, CaseOutcome], int] = field(default_factory=dict)
    reports_count: int = 0  # in decided cases
    recalled: dict[RecalledBy, Spread] = field(default_factory=dict)  # from publication to recall
    approved: Spread = NO_SPREAD  # of held comments: from receipt to publication

    @property
    def overturned_share(self) -> float | None:
        """Of the appeals that were decided, how many were right, wholly or partly; None: none."""
        appeals = {
            outcome: count
            for (kind, outcome), count in self.outcomes.items()
            if kind is CaseKind.APPEAL
        }
        total = sum(appeals.values())
        return (total - appeals.get(CaseOutcome.REJECTED, 0)) / total if total else None


def timed(ruling: Ruling) -> list[CaseTimed]:
    """What of a decision everybody may know: `rulings.Consequence`."""
    case = ruling.case
    fact = CaseTimed(
        case.kind,
        ruling.decided.outcome,
        ruling.decided.category,
        case.opened_ms,
        case.reports_count,
    )
    return [fact]
