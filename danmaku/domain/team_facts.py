"""What the platform's chain can say of the staff: tests, duty, and second looks.

Questions and their right answers are sealed; what somebody answered is not kept.

Article: articles.Article.REVIEW_TEAM, articles.Article.STAFF_BOUND
"""

from dataclasses import dataclass

from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.training import Question


@dataclass(frozen=True, slots=True)
class QuestionsIssued:
    """A version of the test is asked from here on."""

    version: int
    pass_percent: int
    actor: AccountId | None  # None: the operator, at the command line
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingTaken:
    """Somebody has taken the test."""

    account: AccountId
    version: int
    right_count: int
    asked_count: int
    until_ms: Millis | None = None  # passed, and good until then; None: failed


@dataclass(frozen=True, slots=True)
class DutyBegun:
    """Somebody is on duty, until they end it, or that time."""

    account: AccountId
    until_ms: Millis


@dataclass(frozen=True, slots=True)
class DutyEnded:
    """Somebody's duty is over."""

    account: AccountId


@dataclass(frozen=True, slots=True)
class RecheckDrawn:
    """A decision of the staff is to be looked at again."""

    decided_chain: RoomId
    decided_seq: Seq
    decided_ms: Millis
    actor: AccountId  # who decided
    room: RoomId
    origin: Seq
    number: Number | None
    measure_id: str | None
    violates: bool
    category: str


@dataclass(frozen=True, slots=True)
class LotsDrawn:
    """Decisions were looked through, from where the last such entry ends up to here."""

    after_seq: Seq
    after_ms: Millis
    upto_seq: Seq
    upto_ms: Millis


@dataclass(frozen=True, slots=True)
class RecheckJudged:
    """A second look has said what it sees."""

    recheck: Seq
    actor: AccountId
    violates: bool
    category: str


@dataclass(frozen=True, slots=True)
class SpotChecked:
    """Somebody of the staff has looked at a published comment that the sample drew.

    Article: articles.Article.PATROL
    """

    room: RoomId
    number: Number
    actor: AccountId
    violates: bool
    category: str  # empty where nothing is wrong
    case_id: str | None = None  # that was opened for it


TeamFact = (
    QuestionsIssued
    | TrainingTaken
    | DutyBegun
    | DutyEnded
    | RecheckDrawn
    | LotsDrawn
    | RecheckJudged
    | SpotChecked
)
