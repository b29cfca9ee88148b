"""What was taken out of the record, as headers: nothing of it is sealed."""

from danmaku.domain.cases import CaseKind, CaseOutcome
from danmaku.domain.ids import Millis, Pseudonym
from danmaku.domain.inspection import BundleMade, CaseTimed, Made, Period, RecordViewed
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored


class Bundled(About, frozen=True, kw_only=True, omit_defaults=True, tag="bundle_made"):
    """Header of `BundleMade`."""

    period: Period
    made: Made
    actor: Pseudonym | None = None


class Viewed(About, frozen=True, kw_only=True, omit_defaults=True, tag="record_viewed"):
    """Header of `RecordViewed`."""

    actor: Pseudonym
    page: str


class Timed(About, frozen=True, kw_only=True, omit_defaults=True, tag="case_timed"):
    """Header of `CaseTimed`."""

    case_kind: CaseKind
    outcome: CaseOutcome
    category: str
    opened_ms: Millis
    reports_count: int


InspectionAbout = Bundled | Viewed | Timed

PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
PACKERS[BundleMade], UNPACKERS[Bundled] = mirrored(BundleMade, Bundled)
PACKERS[RecordViewed], UNPACKERS[Viewed] = mirrored(RecordViewed, Viewed)
PACKERS[CaseTimed], UNPACKERS[Timed] = mirrored(CaseTimed, Timed)
