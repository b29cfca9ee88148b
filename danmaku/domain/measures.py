"""What the house does about an account or a room, for how long, and what that stops.

Ten steps, from a word to the door. Whether one binds is a function of the time: nothing has to run
for a measure to begin or to end.

Article: articles.Article.MEASURES_ON_USERS, articles.Article.MEASURES_ON_OPERATORS
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.ids import Millis, Number, RoomId, Seq
from danmaku.errors import BadMessage, Code, Coded

BASIS_MAX = 200  # code points: which rule it rests on
NOTE_MAX = 1000  # code points, of notes and reasons


class Step(StrEnum):
    """The ladder, mildest first."""

    WARN = "warn"  # nothing is sent until it has been read
    REFUSE = "refuse"  # one comment, not published
    HIDE = "hide"  # one comment, recalled by those who keep its room
    DELETE = "delete"  # one comment, recalled
    LIMIT = "limit"  # some functions
    SUSPEND = "suspend"  # no comments: in one room that is a mute
    PAUSE_COMMENTS = "pause_comments"  # of a room, for a time
    CLOSE_COMMENTS = "close_comments"  # of a room, for good
    CLOSE = "close"  # the account, for good
    FORBID = "forbid"  # the person: no other account either


class Function(StrEnum):
    """What `Step.LIMIT` can take away."""

    COLORS = "colors"
    MODES = "modes"  # all but the plain scroll
    SIZES = "sizes"
    RATE = "rate"  # one comment in LIMITED_GAP_MS
    ROOMS = "rooms"  # creating and running them
    LEVEL = "level"  # rising and falling: credit stands still
    REPORTS = "reports"  # sending reports; complaints and appeals stay open


LIMITED_GAP_MS = 60_000
ROOM_STEPS = frozenset({Step.PAUSE_COMMENTS, Step.CLOSE_COMMENTS})  # felt by the room
COMMENT_STEPS = frozenset({Step.REFUSE, Step.HIDE, Step.DELETE})  # about one comment
FINAL_STEPS = frozenset({Step.CLOSE_COMMENTS, Step.CLOSE, Step.FORBID})  # no term
_WHOLE_STEPS = frozenset({Step.CLOSE, Step.FORBID})  # of an account, wherever it goes
MOMENTARY_STEPS = COMMENT_STEPS | {Step.WARN}  # done when they are taken: no term either


@dataclass(frozen=True, slots=True)
class Measure:
    """One step against an account or a room.

    `room` is where it binds, or the room it is about; None: everywhere. `number` and `origin` name
    the comment of a step that is about one.
    """

    measure_id: str
    step: Step
    category: str
    basis: str
    from_ms: Millis
    until_ms: Millis | None = None  # None: for good, or nothing that lasts
    room: RoomId | None = None
    number: Number | None = None
    origin: Seq | None = None
    functions: frozenset[Function] = frozenset()
    is_once: bool = False  # a mute that ends with the first comment it keeps back

    @property
    def is_felt(self) -> bool:
        """Whether it lasts for the account: what is about a comment or a room does not."""
        return self.step not in COMMENT_STEPS | ROOM_STEPS

    def binds(self, now_ms: Millis) -> bool:
        """Whether it is in force at that moment."""
        return self.from_ms <= now_ms and (self.until_ms is None or now_ms < self.until_ms)

    def reaches(self, room: RoomId | None) -> bool:
        """Whether it counts in `room` (None: on the platform)."""
        return self.room is None or self.room == room


def checked(measure: Measure) -> Measure:
    """Hold a measure to what makes sense.

    Raises:
        BadMessage: Naming what is wrong with it.
    """
    if not 1 <= len(measure.basis) <= BASIS_MAX:
        raise BadMessage(f"A measure rests on a rule: 1 to {BASIS_MAX} characters.")
    fault = _fault_of_term(measure) or _fault_of_reach(measure)
    if fault is not None:
        raise BadMessage(fault)
    return measure


def _fault_of_term(measure: Measure) -> str | None:
    """Why it cannot end when it says."""
    step, until_ms = measure.step, measure.until_ms
    has_none = step in FINAL_STEPS | MOMENTARY_STEPS or measure.is_once
    if until_ms is None:
        return "A pause has a term." if step is Step.PAUSE_COMMENTS else None
    if has_none:
        return "This measure has no term."
    return "A measure ends after it begins." if until_ms <= measure.from_ms else None


def _fault_of_reach(measure: Measure) -> str | None:
    """Why it cannot be about what it says."""
    step = measure.step
    if (step is Step.LIMIT) != bool(measure.functions):
        return "A limit names functions, and nothing else does."
    if step in COMMENT_STEPS and measure.origin is None:
        return "This measure is about one comment."
    if step in ROOM_STEPS and measure.room is None:
        return "This measure is about a room."
    if step in _WHOLE_STEPS and measure.room is not None:
        return "This measure binds everywhere."
    is_mute = step is Step.SUSPEND and measure.room is not None
    return "Only a mute in a room is for one comment." if measure.is_once > is_mute else None


def in_force(measures: Iterable[Measure], now_ms: Millis) -> tuple[Measure, ...]:
    """Those that bind at that moment."""
    return tuple(measure for measure in measures if measure.binds(now_ms))


_ANSWERS: dict[Step, tuple[Code, str]] = {
    Step.FORBID: (Code.IDENTITY_BARRED, "You may not comment here any more."),
    Step.CLOSE: (Code.ACCOUNT_SUSPENDED, "This account is closed."),
    Step.SUSPEND: (Code.ACCOUNT_SUSPENDED, "This account may not comment for now."),
    Step.WARN: (Code.WARNING_UNREAD, "Read your warning first."),
}
"""What stops an account, gravest first, and how that is said."""


def stopped_by(measures: Iterable[Measure], room: RoomId | None, now_ms: Millis) -> Measure | None:
    """The gravest measure in force that lets an account send nothing in `room`; None: none."""
    order = list(_ANSWERS)
    stopping = [
        measure
        for measure in in_force(measures, now_ms)
        if measure.step in _ANSWERS and measure.reaches(room)
    ]
    return min(stopping, key=lambda measure: order.index(measure.step), default=None)


def require_free(measures: Iterable[Measure], room: RoomId | None, now_ms: Millis) -> None:
    """Let nobody pass whom a measure stops in `room`.

    Raises:
        Coded: IDENTITY_BARRED, ACCOUNT_SUSPENDED, MUTED, or WARNING_UNREAD.
    """
    measure = stopped_by(measures, room, now_ms)
    if measure is None:
        return
    code, text = _ANSWERS[measure.step]
    if measure.step is Step.SUSPEND and measure.room is not None:
        code, text = Code.MUTED, "You may not comment in this room for now."
        if measure.is_once:
            text = "This comment is kept back; you may write the next one."
    raise Coded(code, text, until_ms=measure.until_ms)


def lost_functions(
    measures: Iterable[Measure], room: RoomId | None, now_ms: Millis
) -> dict[Function, Millis | None]:
    """What limits in force take away in `room`, and until when (None: until reversed)."""
    lost: dict[Function, Millis | None] = {}
    for measure in in_force(measures, now_ms):
        if measure.reaches(room):
            for function in measure.functions:
                lost[function] = _later(lost.get(function, measure.until_ms), measure.until_ms)
    return lost


def _later(one: Millis | None, other: Millis | None) -> Millis | None:
    return None if one is None or other is None else max(one, other)


def ends_account(measure: Measure) -> bool:
    """Whether the account's open sockets end with it."""
    return measure.step in {Step.CLOSE, Step.FORBID}
