"""What is held about people, what for, on which ground and for how long: the one table of it.

The notice that everybody can read, the look that every start takes at the tables, and the job that
destroys what is due all go by it; none of them has terms of its own.

Article: articles.Article.PERSONAL_DATA
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.comment import Comment
from danmaku.domain.ids import AccountId, Millis, Number, RoomId
from danmaku.domain.times import DAY_MS
from danmaku.errors import Broken

FLOOR_DAYS = 183  # what was removed, and what was logged, is kept for six months at least
CASE_DAYS = 1095  # what decisions about people stood on, and what was sold: three years
FLOORS_DAYS = {
    "account": 183,
    "comment": 183,
    "consent": 183,
    "trade": 1095,
    "look": 1095,
    "report": 1095,
    "measure": 1095,
    "legal_hold": 1095,
}
"""How long the law has things kept, by the word of their holding; no term may be shorter."""


class Ground(StrEnum):
    """Why the law lets us hold it."""

    CONTRACT = "contract"  # the service that was asked for does not work without it
    DUTY = "duty"  # the law asks for it
    CONSENT = "consent"  # agreed to, and that can be taken back


class Since(StrEnum):
    """What a term counts from."""

    ENDED = "ended"  # its own end: it expired, was used up, or was lifted
    REMOVED = "removed"  # the comment left public view, or never entered it
    WRITTEN = "written"
    CLOSED = "closed"  # the account was given up
    NEVER = "never"  # for good


@dataclass(frozen=True, slots=True)
class Term:
    """How long something is held: so many days after something; 0: at once."""

    since: Since
    days: int = 0

    def upto(self, now_ms: Millis) -> Millis:
        """What it counts from lies at or before this moment for all that is due at `now_ms`."""
        return Millis(now_ms - self.days * DAY_MS)

    def due(self, from_ms: Millis) -> Millis:
        """When something is due whose term began at that moment."""
        return Millis(from_ms + self.days * DAY_MS)


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of data about people. The catalogues of texts say what it is and what for.

    `tables` and `entries` (kinds of entry) are where it lies: each belongs to one holding.
    """

    word: str
    ground: Ground
    term: Term
    tables: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()


def _holding(word: str, ground: Ground, term: Term, tables: str = "", entries: str = "") -> Holding:
    return Holding(word, ground, term, frozenset(tables.split()), frozenset(entries.split()))


ACCOUNT = _holding(
    "account",
    Ground.CONTRACT,
    Term(Since.CLOSED, FLOOR_DAYS),
    "account naming",
    "account_registered password_changed name_judged",
)
SESSION = _holding("session", Ground.CONTRACT, Term(Since.ENDED), "session signed_out")
RESET = _holding("reset", Ground.CONTRACT, Term(Since.ENDED), "reset")
TOKEN = _holding(
    "token",
    Ground.CONTRACT,
    Term(Since.CLOSED, FLOOR_DAYS),
    "token",
    "token_issued token_revoked",
)
COMMENT = _holding(
    "comment",
    Ground.DUTY,
    Term(Since.REMOVED, FLOOR_DAYS),
    "comment body",
    "comment_published comment_held comment_refused comment_recalled comment_restored",
)
TRADE = _holding("trade", Ground.DUTY, Term(Since.REMOVED, CASE_DAYS))  # in rooms that sell
LIKE = _holding(
    "like", Ground.CONTRACT, Term(Since.NEVER), "comment_like like_count", "comment_liked"
)
IDENTITY = _holding(
    "identity",
    Ground.DUTY,
    Term(Since.CLOSED),
    "identity sealed_person vault_key phone_code",
    "identity_verified identity_ended",
)
BAR = _holding(
    "bar", Ground.DUTY, Term(Since.ENDED), "identity_bar barred_person", "identity_barred"
)
DISCLOSURE = _holding("disclosure", Ground.DUTY, Term(Since.ENDED), "disclosure")
LOOK = _holding(
    "look",
    Ground.DUTY,
    Term(Since.WRITTEN, CASE_DAYS),
    entries="disclosure_asked disclosure_agreed identity_read record_viewed bundle_made",
)
REPORT = _holding(
    "report",
    Ground.DUTY,
    Term(Since.WRITTEN, CASE_DAYS),
    "report case_file case_receipt filing department_order",
    "report_filed report_answered case_filed case_claimed case_released case_escalated case_merged "
    "case_withdrawn case_decided result_told "
    "filing_begun filing_revised filing_turned weakness_mended order_entered order_ended",
)
MEASURE = _holding(
    "measure",
    Ground.DUTY,
    Term(Since.WRITTEN, CASE_DAYS),
    "measure",
    "measure_taken measure_reversed warning_read mute_served",
)
LEGAL_HOLD = _holding(
    "legal_hold",
    Ground.DUTY,
    Term(Since.ENDED, CASE_DAYS),
    "legal_hold",
    "legal_hold_laid legal_hold_lifted",
)
TEAM = _holding(
    "team",
    Ground.DUTY,
    Term(Since.NEVER),
    "training duty recheck",
    "training_taken duty_begun duty_ended recheck_drawn recheck_judged spot_checked",
)
CONSENT = _holding(
    "consent",
    Ground.DUTY,
    Term(Since.CLOSED, FLOOR_DAYS),
    "acceptance closure",
    "document_accepted consent_withdrawn account_closed",
)
CREDIT = _holding(
    "credit", Ground.DUTY, Term(Since.CLOSED, FLOOR_DAYS), "credit clean_day", "level_set"
)
ROOM = _holding(
    "room",
    Ground.CONTRACT,
    Term(Since.NEVER),
    "room power_grant proposal",
    "room_opened room_changed room_words_set powers_granted powers_revoked "
    "powers_proposed proposal_settled",
)
SKELETON = _holding(
    "skeleton",
    Ground.DUTY,
    Term(Since.NEVER),
    "meta chain entry head pseudonym document control feature swept rule_set alembic_version "
    "rule_draft urgent_rule urgent_reach back_scan question_set lots "
    "endpoint endpoint_secret endpoint_place endpoint_turn endpoint_try",
    "rules_activated document_issued control_set control_lifted feature_assessed feature_switched "
    "level_forced "
    "case_timed "
    "rules_drafted rules_turned urgent_rule_set urgent_rule_turned urgent_rule_reached "
    "back_scan_begun bulk_recall_planned back_scan_turned "
    "questions_issued lots_drawn endpoint_set",
)

HOLDINGS = (
    ACCOUNT, SESSION, RESET, TOKEN, COMMENT, TRADE, LIKE, IDENTITY, BAR, DISCLOSURE, LOOK, REPORT,
    MEASURE, LEGAL_HOLD, CONSENT, CREDIT, ROOM, SKELETON,
    TEAM,
)  # fmt: skip


def below_floor(holdings: Iterable[Holding] = HOLDINGS) -> tuple[str, ...]:
    """Words of what is destroyed earlier than the law has it kept; there are none."""
    floors = FLOORS_DAYS.items()
    terms = {one.word: one.term for one in holdings}
    return tuple(
        word
        for word, days in floors
        if word not in terms or (terms[word].since is not Since.NEVER and terms[word].days < days)
    )


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What one small step of following the terms did."""

    counts: dict[str, int]  # by the word of the holding
    has_more: bool  # another step has work to do
    emptied: tuple[AccountId, ...] = ()  # accounts of which nothing is left but a random id


@dataclass(frozen=True, slots=True)
class OwnComment:
    """A comment as its author may see it, with the room it is in."""

    room: RoomId
    comment: Comment


@dataclass(frozen=True, slots=True)
class OwnLike:
    """A comment that somebody likes, and since when."""

    room: RoomId
    number: Number
    at_ms: Millis


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """What an entry of the platform's chain holds about one person, for that person."""

    at_ms: Millis
    kind: str
    fields: Mapping[str, object]  # of its header and bodies, nobody else in it


def require_purposes(*, tables: Iterable[str], entries: Iterable[str]) -> None:
    """Let nothing be held that no purpose stands behind.

    Raises:
        Broken: Naming what is held all the same.
    """
    told_tables = frozenset[str]().union(*(holding.tables for holding in HOLDINGS))
    told_entries = frozenset[str]().union(*(holding.entries for holding in HOLDINGS))
    untold = sorted({*tables} - told_tables) + sorted({*entries} - told_entries)
    if untold:
        raise Broken(f"No purpose is stated for {', '.join(untold)}.")
