"""Endpoints outside that are told what happens here, and when a telling that failed is tried again.

Every event is an entry of the record, so nothing waits anywhere else: an endpoint has a place in
each chain, and what lies behind that place is what it has not been told yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.ids import AccountId, Millis, RoomId
from danmaku.errors import BadMessage

LABEL_MAX = 80  # code points
SECOND_MS, MINUTE_MS, HOUR_MS = 1000, 60_000, 3_600_000
PAUSES_MS = (
    *(5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS),
    *(10 * HOUR_MS, 14 * HOUR_MS, 20 * HOUR_MS, 24 * HOUR_MS),
)
"""After the first, second and so on try of one event; after the last it is passed over."""
TRIES_MAX = len(PAUSES_MS) + 1
ALONE_TRIES_MAX = 4  # of one that fails while others get through: the receiver cannot take that one
JITTER_PERCENT = 20
RETRY_AFTER_MAX_MS = 24 * HOUR_MS  # what a receiver may ask for
SECRET_KEPT_MS = 24 * HOUR_MS  # how long the one before the newest still signs


class EventType(StrEnum):
    """What an endpoint can be told of."""

    COMMENT_PUBLISHED = "comment.published"
    COMMENT_HELD = "comment.held"
    COMMENT_REFUSED = "comment.refused"
    COMMENT_RECALLED = "comment.recalled"
    COMMENT_RESTORED = "comment.restored"
    ROOM_OPENED = "room.opened"
    ROOM_CHANGED = "room.changed"
    MEASURE_TAKEN = "measure.taken"
    MEASURE_REVERSED = "measure.reversed"
    CONTROL_SET = "control.set"
    CONTROL_LIFTED = "control.lifted"
    CASE_FILED = "case.filed"
    CASE_DECIDED = "case.decided"
    FILING_DUE = "filing.due"


OF_ROOMS = frozenset(one for one in EventType if one.startswith(("comment.", "room.")))
"""Events of rooms' own chains; the others are of the platform's."""


class EndpointState(StrEnum):
    """Whether it is told anything."""

    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"  # it answered that it wants nothing more
    FAILING = "failing"  # nothing reached it for days
    REMOVED = "removed"


ENDED_BY_ITSELF = frozenset({EndpointState.GONE, EndpointState.FAILING})


@dataclass(frozen=True, slots=True)
class EndpointSet:
    """An endpoint is this from here on; where it is and what it is called are sealed.

    The secret that its messages are signed with is in no chain.
    """

    endpoint_id: str
    state: EndpointState
    events: tuple[EventType, ...]  # empty: all
    room: RoomId | None  # None: every room, and the platform
    actor: AccountId | None  # None: the operator at the command line, or it ended by itself
    url: str = ""
    label: str = ""

    @property
    def wanted(self) -> frozenset[EventType]:
        """What it is told of."""
        return frozenset(self.events or EventType)

    @property
    def is_told(self) -> bool:
        """Whether anything is sent to it."""
        return self.state is EndpointState.ACTIVE


def events_of(words: Iterable[str]) -> tuple[EventType, ...]:
    """The types that are meant, each once, in the order of their list.

    Raises:
        BadMessage: Naming a word that means none.
    """
    asked = set(words)
    if unknown := sorted(asked - set(EventType)):
        raise BadMessage(f"There are no events of the type {unknown[0]!r}.")
    return tuple(one for one in EventType if one in asked)


def pause_ms(tries: int, *, chance: float, asked_ms: int | None = None) -> int:
    """How long to wait after so many failed tries of one event.

    Args:
        tries: 1 or more; what exceeds the schedule waits as long as its end.
        chance: 0 to 1: where between a little less and a little more than the schedule says.
        asked_ms: What the receiver asked for; None: nothing.
    """
    pause = PAUSES_MS[min(tries, len(PAUSES_MS)) - 1]
    jittered = pause * (100 - JITTER_PERCENT + 2 * JITTER_PERCENT * chance) / 100
    return max(int(jittered), min(asked_ms or 0, RETRY_AFTER_MAX_MS))


def is_given_up(failing_since_ms: Millis | None, now_ms: Millis, *, days_max: int) -> bool:
    """Whether nothing has reached an endpoint for so long that it is told no more."""
    return failing_since_ms is not None and now_ms - failing_since_ms >= days_max * 24 * HOUR_MS
