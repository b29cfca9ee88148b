"""How each duty of the regulation stands today: what serves it, what proves it, what happened.

A row is green while the duty is served and proven and nothing that is watched speaks against it;
else it says which of a few known troubles does.

Article: articles.Article.PURPOSE
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from danmaku.domain.articles import Article
from danmaku.domain.ids import Millis
from danmaku.domain.readiness import Gap
from danmaku.domain.times import HOUR_MS

ROUND_LATE_MS = 2 * HOUR_MS  # what follows the terms goes round every hour
HEADS_LATE_MS = HOUR_MS  # what was written is vouched for within minutes


class Trouble(StrEnum):
    """What speaks against a duty. Those of a gap have its word."""

    UNSERVED = "unserved"
    UNPROVEN = "unproven"
    PARITY = "parity"  # live and list differed
    ROUND_LATE = "round_late"  # nothing follows the terms
    HEADS_LATE = "heads_late"  # nobody vouches for what was written
    OVERDUE = "overdue"  # cases that should be decided by now
    HELD = "held"  # more waits for reviewers than they are warned of
    FILINGS_LATE = "filings_late"  # the department waits for something
    WEAKNESS = "weakness"  # something of high risk can still be abused
    VERIFIER = Gap.VERIFIER.value
    TEXTS = Gap.TEXTS.value
    CHIEF_EDITOR = Gap.CHIEF_EDITOR.value
    VAULT_KEY = Gap.VAULT_KEY.value
    TRAINING = Gap.TRAINING.value
    TERMS = Gap.TERMS.value


@dataclass(frozen=True, slots=True)
class Served:
    """Where a duty is kept and where it is proven, as `make docs` found it."""

    code: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Happened:
    """How often entries of some kinds were written, and when the newest was."""

    day_count: int = 0  # in the last 24 hours
    count: int = 0
    newest_ms: Millis | None = None


NOTHING = Happened()


@dataclass(frozen=True, slots=True)
class Recounted:
    """What the record says: entries by their kind, and when a head was signed last."""

    kinds: Mapping[str, Happened] = field(default_factory=dict)
    head_ms: Millis | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """All that today's evidence is read from."""

    now_ms: Millis
    record: Recounted
    gaps: frozenset[Gap] = frozenset()
    compared_count: int = 0  # comments that the parity audit held against the list
    faults_count: int = 0  # of those that differed
    compared_ms: Millis | None = None
    round_ms: Millis | None = None  # when the terms were followed last; None: not by this server
    began_ms: Millis | None = None  # when this server did; None: it runs no such job
    held_count: int = 0
    overdue_count: int = 0
    held_warn: int = 1
    filings_late: int = 0
    weaknesses_open: int = 0  # of high risk


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty, as it stands."""

    article: Article
    served: Served
    happened: Happened
    troubles: tuple[Trouble, ...]


_KINDS: Mapping[Article, str] = {
    Article.ROLES: "account_registered powers_granted powers_revoked",
    Article.EVERY_SURFACE: "name_judged comment_published comment_held comment_refused",
    Article.INSPECTOR: "record_viewed",
    Article.INSPECTION: "record_viewed bundle_made",
    Article.RESPONSIBLE_PERSONS: "powers_granted",
    Article.REAL_IDENTITY: "identity_verified",
    Article.PERSONAL_DATA: "document_accepted consent_withdrawn account_closed",
    Article.STATIC_VERSION: "comment_published",
    Article.REVIEW_BEFORE_PUBLICATION: "comment_published comment_held comment_refused",
    Article.EMERGENCY_RESPONSE: "control_set control_lifted urgent_rule_set",
    Article.REPORTS_ACCEPTED: "report_filed case_filed",
    Article.PROMPT_ADDRESS: "comment_recalled",
    Article.BETTER_METHODS: "rules_activated rules_turned back_scan_begun",
    Article.DATA_SUPPORT: "bundle_made disclosure_asked identity_read",
    Article.REPORT_TO_DEPARTMENT: "filing_begun filing_turned",
    Article.VULNERABILITIES: "filing_begun weakness_mended",
    Article.SECURITY_ASSESSMENT: "feature_assessed feature_switched",
    Article.AGREEMENT: "document_accepted",
    Article.MEASURES_ON_USERS: "measure_taken measure_reversed",
    Article.RECORDS_KEPT: "measure_taken legal_hold_laid legal_hold_lifted",
    Article.MEASURES_ON_OPERATORS: "measure_taken",
    Article.CREDIT_LEVELS: "level_set",
    Article.BLACKLIST: "identity_barred",
    Article.NO_RETURN: "identity_barred",
    Article.RULES_SHOWN: "document_issued",
    Article.OPERATORS_DUTY: "report_answered",
    Article.SELF_MANAGEMENT: "powers_proposed proposal_settled",
    Article.NO_MANIPULATION: "comment_recalled comment_restored",
    Article.NO_HIRED_POSTERS: "comment_held",
    Article.REPORTS_AND_APPEALS: "report_filed case_filed result_told",
    Article.APPEAL_DECIDED_BY_ANOTHER: "case_decided",
    Article.HANDLING_INSPECTED: "record_viewed",
    Article.ORDERS: "order_entered order_ended",
    Article.EFFECTIVE_DATES: "document_issued rules_activated",
    Article.BOARD_TERMS: "room_opened",
    Article.INSPECTOR_OF_FORUMS: "record_viewed",
    Article.SELF_DISCIPLINE: "case_timed",
    Article.PROVIDER_ITSELF: "comment_published",
    Article.POWERS_BRING_DUTIES: "powers_granted powers_revoked",
    Article.STOP_DELETE_KEEP_REPORT: "comment_recalled measure_taken filing_begun",
    Article.FOUNDERS_VERIFIED: "identity_verified identity_ended",
    Article.NAMES_REVIEWED: "name_judged",
    Article.IDENTITY_PROTECTED: "disclosure_asked disclosure_agreed identity_read",
    Article.HONEST_OPERATION: "document_issued",
    Article.CONSPICUOUS_REPORT: "report_filed",
    Article.COMPLAINTS_INSPECTED: "record_viewed order_entered order_ended",
    Article.FORUM_DATES: "document_issued",
    Article.REVIEW_TEAM: "training_taken duty_begun",
    Article.STAFF_BOUND: "recheck_drawn recheck_judged",
}
"""Which kinds of entry are today's evidence of a duty; none: its scenario alone is."""


def _parity(seen: Seen) -> Trouble | None:
    return Trouble.PARITY if seen.faults_count else None


def _round(seen: Seen) -> Trouble | None:
    since_ms = seen.began_ms if seen.round_ms is None else seen.round_ms
    is_late = since_ms is not None and seen.now_ms - since_ms > ROUND_LATE_MS
    return Trouble.ROUND_LATE if is_late else None


def _heads(seen: Seen) -> Trouble | None:
    written_ms = max((one.newest_ms or 0 for one in seen.record.kinds.values()), default=0)
    is_behind = (seen.record.head_ms or 0) < written_ms
    return Trouble.HEADS_LATE if is_behind and seen.now_ms - written_ms > HEADS_LATE_MS else None


def _overdue(seen: Seen) -> Trouble | None:
    return Trouble.OVERDUE if seen.overdue_count else None


def _held(seen: Seen) -> Trouble | None:
    return Trouble.HELD if seen.held_count >= seen.held_warn else None


def _filings(seen: Seen) -> Trouble | None:
    return Trouble.FILINGS_LATE if seen.filings_late else None


def _weakness(seen: Seen) -> Trouble | None:
    return Trouble.WEAKNESS if seen.weaknesses_open else None


def _gap(gap: Gap) -> Callable[[Seen], Trouble | None]:
    return lambda seen: Trouble(gap.value) if gap in seen.gaps else None


_WATCHED: Mapping[Article, tuple[Callable[[Seen], Trouble | None], ...]] = {
    Article.RESPONSIBLE_PERSONS: (_gap(Gap.CHIEF_EDITOR),),
    Article.REAL_IDENTITY: (_gap(Gap.VERIFIER),),
    Article.FOUNDERS_VERIFIED: (_gap(Gap.VERIFIER),),
    Article.IDENTITY_PROTECTED: (_gap(Gap.VAULT_KEY),),
    Article.PERSONAL_DATA: (_gap(Gap.TEXTS), _gap(Gap.TERMS), _round),
    Article.RECORDS_KEPT: (_gap(Gap.TERMS),),
    Article.AGREEMENT: (_gap(Gap.TEXTS),),
    Article.HONEST_OPERATION: (_gap(Gap.TEXTS),),
    Article.REVIEW_TEAM: (_gap(Gap.TRAINING),),
    Article.STATIC_VERSION: (_parity,),
    Article.NO_MANIPULATION: (_parity, _heads),
    Article.DATA_SUPPORT: (_heads,),
    Article.REPORTS_ACCEPTED: (_overdue,),
    Article.PROMPT_ADDRESS: (_held, _overdue),
    Article.REVIEW_BEFORE_PUBLICATION: (_held,),
    Article.REPORT_TO_DEPARTMENT: (_filings,),
    Article.STOP_DELETE_KEEP_REPORT: (_filings,),
    Article.VULNERABILITIES: (_weakness,),
}
"""What may speak against a duty that is served."""


def rows_of(seen: Seen, served: Mapping[Article, Served]) -> list[DutyRow]:
    """Every duty, in the order of the regulation."""
    return [_row_of(article, seen, served.get(article, Served())) for article in Article]


def _row_of(article: Article, seen: Seen, served: Served) -> DutyRow:
    happened = [seen.record.kinds.get(kind, NOTHING) for kind in _KINDS.get(article, "").split()]
    total = Happened(
        sum(one.day_count for one in happened),
        sum(one.count for one in happened),
        max((one.newest_ms for one in happened if one.newest_ms is not None), default=None),
    )
    return DutyRow(article, served, total, tuple(_troubles_of(article, seen, served)))


def _troubles_of(article: Article, seen: Seen, served: Served) -> list[Trouble]:
    if not served.code:
        return [Trouble.UNSERVED]
    found = [look(seen) for look in _WATCHED.get(article, ())]
    proven = [] if served.tests else [Trouble.UNPROVEN]
    return proven + [trouble for trouble in found if trouble is not None]


def kinds_watched() -> frozenset[str]:
    """Every kind of entry that is evidence of anything."""
    return frozenset(kind for kinds in _KINDS.values() for kind in kinds.split())
