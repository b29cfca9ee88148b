"""Anything that needs a person's decision: one life for review, report, complaint, appeal, patrol.

A case is *open* until it ends, and ends once: decided, merged or withdrawn. Who works on it holds a
lease, and a lease ends by time alone: whether a case is claimed is a function of the moment.

Article: articles.Article.REPORTS_ACCEPTED, articles.Article.PROMPT_ADDRESS
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.categories import class_of
from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq, is_before
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.filter.rules import Klass

APPEAL_WITHIN_MS = 183 * DAY_MS  # six months, counted from what is appealed against
APPEALS_MAX = 2  # on one subject: the second is decided by somebody else again, and is final
TEXT_MAX = 1000  # code points of what is written to us, and of a decision's reasons
TOLD_MAX = 100  # filers who are told of one decision; others ask by their receipts


class CaseKind(StrEnum):
    """What a case is about, and who opened it."""

    REVIEW = "review"  # a held comment: the filter did
    REPORT = "report"  # something is wrong: anybody
    COMPLAINT = "complaint"  # it harms me: whom it harms
    APPEAL = "appeal"  # that was wrong: whom a measure is against
    PATROL = "patrol"  # found by looking: the staff
    RECHECK = "recheck"  # a decision was wrong: who looked at it again


class SubjectKind(StrEnum):
    """What can be the subject of a case."""

    COMMENT = "comment"
    NAME = "name"  # one that was refused: public name, title, summary
    GRANT = "grant"  # powers in a room that were taken back, all or some
    MEASURE = "measure"
    ACCOUNT = "account"
    ROOM = "room"
    SITE = "site"


class CaseState(StrEnum):
    """Life of a case, as it stands at one moment."""

    OPEN = "open"
    CLAIMED = "claimed"
    ESCALATED = "escalated"  # waits for an editor
    DECIDED = "decided"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class Desk(StrEnum):
    """Who a case waits for."""

    KEEPERS = "keepers"  # of its room; by time alone, the platform
    PLATFORM = "platform"
    EDITOR = "editor"


class CaseOutcome(StrEnum):
    """Whether what a case says is right: that a comment breaks a rule; that a measure was wrong."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case is about. Of an account, the account itself stands beside it.

    A published comment is named by its number, one without by its private id; a name by the entry
    of the platform's chain that refused it, a grant by the one that took it back: its `origin`.
    """

    kind: SubjectKind
    room: RoomId | None = None
    number: Number | None = None
    origin: Seq | None = None
    measure_id: str | None = None

    def key(self, against: AccountId | None) -> str:
        """What makes two subjects the same; `against` only counts where it is the subject."""
        match self.kind:
            case SubjectKind.COMMENT if self.number is not None:
                return f"comment:{self.room}:{self.number}"
            case SubjectKind.COMMENT:
                return f"held:{self.room}:{self.origin}"
            case SubjectKind.SITE:
                return "site"
            case kind:
                named = {
                    SubjectKind.NAME: self.origin,
                    SubjectKind.GRANT: self.origin,
                    SubjectKind.MEASURE: self.measure_id,
                    SubjectKind.ACCOUNT: against,
                    SubjectKind.ROOM: self.room,
                }
                return f"{kind.value}:{named[kind]}"


def reported(room: RoomId | None, number: Number | None) -> Subject:
    """The subject of a report: a comment, else its room, else the site."""
    if room is None:
        return Subject(SubjectKind.SITE)
    kind = SubjectKind.ROOM if number is None else SubjectKind.COMMENT
    return Subject(kind, room, number)


_REVIEW_ID = re.compile(r"h\.([a-z0-9_-]{1,32})\.([1-9][0-9]{0,15})")


def review_id(room: RoomId, origin: Seq) -> str:
    """The case that a held comment opens."""
    return f"h.{room}.{origin}"


def held_in(case_id: str) -> tuple[RoomId, Seq] | None:
    """The held comment that a review case is about; None: a case of another kind."""
    found = _REVIEW_ID.fullmatch(case_id)
    return None if found is None else (RoomId(found[1]), Seq(int(found[2])))


def filed_id(kind: CaseKind, seq: Seq) -> str:
    """The case that an entry of the platform's chain opens."""
    return f"{kind.value[0]}{seq}"


def filed_under(receipt: str) -> str:
    """How facts name the case that a filing of their own commit opens or joins.

    Which case that is, the record alone finds; it puts the id in place of this.
    """
    return f"receipt {receipt}"


@dataclass(frozen=True, slots=True)
class Case:
    """A case as the record holds it; times in milliseconds since 1970."""

    case_id: str
    kind: CaseKind
    subject: Subject
    against: AccountId | None  # the account it is about, where that is known without looking
    category: str
    opened_ms: Millis
    queue_ms: Millis  # from when on it is the platform's
    desk: Desk
    reports_count: int  # how many filed it
    rank: int
    claimant: AccountId | None = None  # who claimed it last
    lease_until_ms: Millis | None = None
    ending: CaseState | None = None  # DECIDED, MERGED or WITHDRAWN; None: it goes on
    outcome: CaseOutcome | None = None
    decider: AccountId | None = None
    ended_ms: Millis | None = None
    merged_into: str | None = None

    @property
    def klass(self) -> Klass:
        """On what ground its category stands."""
        return class_of(self.category)

    @property
    def is_of_shown_comment(self) -> bool:
        """Whether it is about a comment, rather than about what was done to one."""
        subject = self.subject
        is_comment = subject.kind is SubjectKind.COMMENT
        return is_comment and subject.number is not None and subject.measure_id is None

    def is_leased(self, now_ms: Millis) -> bool:
        """Whether somebody works on it right now."""
        return self.claimant is not None and is_before(now_ms, self.lease_until_ms)

    def state(self, now_ms: Millis) -> CaseState:
        """How it stands."""
        if self.ending is not None:
            return self.ending
        if self.is_leased(now_ms):
            return CaseState.CLAIMED
        return CaseState.ESCALATED if self.desk is Desk.EDITOR else CaseState.OPEN

    def waits_at(self, now_ms: Millis) -> Desk:
        """Who it waits for."""
        is_over = self.desk is Desk.KEEPERS and self.queue_ms <= now_ms
        return Desk.PLATFORM if is_over else self.desk


# --- order and time

_BY_CLASS = {Klass.ILLEGAL: 48 * HOUR_MS, Klass.NEGATIVE: 12 * HOUR_MS, Klass.HOUSE: 0}
_BY_KIND = {CaseKind.REVIEW: 12 * HOUR_MS, CaseKind.COMPLAINT: 12 * HOUR_MS}  # somebody waits
_MINORS_MS = 72 * HOUR_MS
_DOUBLING_MS = 6 * HOUR_MS
_DOUBLINGS_MAX = 8


def rank_of(kind: CaseKind, category: str, reports_count: int, opened_ms: Millis) -> int:
    """Where a case stands in the queue: the least comes first.

    It is the time of its opening with a head start for its class, its kind, what concerns minors,
    and each doubling of reports. So the order of two cases does not change while they wait, and an
    old small thing comes before a new grave one in the end.
    """
    doublings = min(max(reports_count, 1).bit_length() - 1, _DOUBLINGS_MAX)
    head_start = _BY_CLASS[class_of(category)] + _BY_KIND.get(kind, 0) + doublings * _DOUBLING_MS
    return opened_ms - head_start - (_MINORS_MS if category == "minors" else 0)


@dataclass(frozen=True, slots=True)
class Terms:
    """Within what time cases are to be decided, milliseconds; `grave` are unlawful ones."""

    by_kind: Mapping[CaseKind, int]
    grave: int

    def term_ms(self, kind: CaseKind, category: str) -> int:
        """What a case of this kind has."""
        term = self.by_kind[kind]
        is_grave = class_of(category) is Klass.ILLEGAL and kind is not CaseKind.APPEAL
        return min(term, self.grave) if is_grave else term

    def due_ms(self, case: Case) -> Millis:
        """When a case is to be decided: its time counts from when the platform has it."""
        return Millis(case.queue_ms + self.term_ms(case.kind, case.category))


def is_final(appeals_decided: int) -> bool:
    """Whether a subject can be appealed against no more.

    Args:
        appeals_decided: How many appeals on it were decided before.
    """
    return appeals_decided >= APPEALS_MAX
