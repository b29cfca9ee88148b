"""Lists of cases: which are asked for, and what those may know who filed them."""

from dataclasses import dataclass, field

from danmaku.domain.cases import Case, CaseKind, CaseState, Desk, Terms
from danmaku.domain.ids import AccountId, Millis, RoomId
from danmaku.filter.rules import Klass

QUEUE_PAGE = 50  # cases on one page of a list


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which open cases a list shows; what is empty or None leaves all in."""

    kinds: frozenset[CaseKind] = frozenset()
    desks: frozenset[Desk] = frozenset()  # as they wait at `now_ms`
    state: CaseState | None = None  # OPEN, CLAIMED or ESCALATED; of ended ones how they ended
    room: RoomId | None = None
    categories: frozenset[str] = frozenset()
    klass: Klass | None = None  # of the category
    claimant: AccountId | None = None  # who holds its lease
    overdue_by: Terms | None = None


@dataclass(frozen=True, slots=True)
class FiledCase:
    """A case as somebody who filed it may know it, by the receipt they got."""

    receipt: str
    filed_ms: Millis
    filer: AccountId | None
    case: Case


@dataclass(frozen=True, slots=True)
class HandledCase:
    """A case with the times of its handling, and with nobody who had to do with it."""

    case: Case
    due_ms: Millis
    turned_ms: Millis | None  # last claimed, given back or passed on; None: it never was


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a list shows of the comment that a case is about."""

    text: str
    name: str  # its author's public name
    position_ms: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits for the platform; by kind."""

    open_count: dict[CaseKind, int] = field(default_factory=dict)
    overdue_count: dict[CaseKind, int] = field(default_factory=dict)
