"""What the platform's chain can say of filings and of the department's orders.

What stands in a filing is sealed, and so is what staff write about it.
"""

from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq


class FilingKind(StrEnum):
    """What is handed to the department."""

    ITEM = "item"  # something unlawful, or a step against whoever keeps a room
    BLACKLIST = "blacklist"  # a person was barred
    ORDER = "order"  # what was done about an order of theirs
    PERIOD = "period"  # numbers of some days
    YEARLY = "yearly"
    ASSESSMENT = "assessment"  # of a new function's safety
    WEAKNESS = "vulnerability"  # something in the system that can be abused


class FilingState(StrEnum):
    """How far a filing is."""

    DRAFT = "draft"
    READY = "ready"  # somebody else is to look at it
    RETURNED = "returned"  # and has said no; revised, it is a draft again
    APPROVED = "approved"
    SUBMITTED = "submitted"  # the department has it, under a receipt
    ACKNOWLEDGED = "acknowledged"
    WAIVED = "waived"  # it is not handed in, for a reason


class Risk(StrEnum):
    """How much harm a weakness can do."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a filing states: a word of the catalogues, of what, and the value."""

    word: str
    value: str
    about: str = ""  # what is counted, whose state it is: empty where the word says it all


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a filing: what the record states, and what people say about it."""

    word: str
    lines: tuple[Line, ...] = ()
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class FilingBegun:
    """Something has to be handed to the department, or somebody wants it to be.

    Of one kind, no more than one is open about a subject: what is begun again is that one.

    Article: articles.Article.REPORT_TO_DEPARTMENT
    """

    filing_kind: FilingKind
    subject: str  # a stretch of time, a feature, a comment, a measure
    due_ms: Millis | None  # when it is to be handed in; None: nothing presses
    actor: AccountId | None  # who wrote it; None: it follows from the record
    risk: Risk | None = None  # of a weakness
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class FilingRevised:
    """A filing says something else; it is a draft again."""

    filing: Seq  # of FilingBegun
    after: Seq  # the newest entry about it that the reviser saw
    actor: AccountId
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class FilingTurned:
    """A filing enters another state."""

    filing: Seq
    after: Seq
    state: FilingState
    revision: Seq  # of the entry with the words that this is about
    actor: AccountId
    receipt: str = ""  # the department's; stays from its handing in on
    note: str = ""


@dataclass(frozen=True, slots=True)
class WeaknessMended:
    """A weakness can be abused no more.

    Article: articles.Article.VULNERABILITIES
    """

    filing: Seq
    after: Seq
    actor: AccountId
    receipt: str = ""  # the filing's, where it was handed in by then
    remedy: str = ""


class OrderAct(StrEnum):
    """What the department can order."""

    CLOSED = "closed"  # comments of a room, or of the platform, off for a time
    EVERY = "every"  # each of them looked at first, for a time
    RECALL = "recall"  # one comment
    SUSPEND = "suspend"  # one account


@dataclass(frozen=True, slots=True)
class OrderEntered:
    """An order of the department, carried out in the same commit.

    Article: articles.Article.ORDERS
    """

    instruction_id: str
    reference: str  # the department's
    act: OrderAct
    actor: AccountId
    room: RoomId | None = None  # None: the platform
    number: Number | None = None  # of the comment
    account: AccountId | None = None  # whom it is against
    until_ms: Millis | None = None  # None: until they take it back
    measure_id: str | None = None  # that carries it out; None: a control does
    text: str = ""  # what they wrote


@dataclass(frozen=True, slots=True)
class OrderEnded:
    """An order binds no more: its time is over, or the department takes it back.

    Article: articles.Article.ORDERS
    """

    instruction_id: str
    reference: str
    actor: AccountId | None  # None: it ended by itself
    reason: str = ""


FilingFact = FilingBegun | FilingRevised | FilingTurned | WeaknessMended | OrderEntered | OrderEnded
