"""How much the house does without while it has more to do than it can.

The record is whole at every level: what is left out is display, reading and, in the end, sending,
each with an answer. What must reach people whatever happens is never among it: recalls, measures,
moderation, answers, what those who keep a room say, health and metrics.

Time is an argument, and only differences of it count.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from statistics import median
from typing import Final

from danmaku.domain.account import Power, Standing
from danmaku.domain.ids import AccountId, Millis, RoomId
from danmaku.domain.levels import START_LEVEL
from danmaku.domain.times import DAY_MS
from danmaku.errors import BadMessage

HIGHEST: Final = 4
LASTS_MAX_MS: Final = DAY_MS
"""So long somebody may hold a level: one that is forgotten ends by itself."""

DEEP: Final = 1_000
"""Comments or entries between the newest one and what counts as looking far back."""

SEEN_MIN: Final = 3
"""So many delays make a load: one late turn of the loop, or one slow sync, is none."""


class Shed(IntEnum):
    """What the house does without, from which level on."""

    PROMPTNESS = 1  # counts are told less often, comments of a busy room in fewer batches
    DISPLAY = 2  # live, of some comments of a busy room
    READING = 3  # search, older pages, files, in and out; and new viewers without an account
    SENDING = 4  # by accounts of which nothing good is known; by all others beyond a rate


@dataclass(frozen=True, slots=True)
class LevelForced:
    """Somebody holds a level for a time, or lets go of what was held."""

    level: int | None  # None: each process follows its own settings and load again
    until_ms: Millis | None  # None where nothing is held
    actor: AccountId | None  # None: the operator, at the command line


def checked(level: int, lasts_ms: int) -> None:
    """Hold a wish to what there is.

    Raises:
        BadMessage: There is no such level, or it lasts too long.
    """
    if not 0 <= level <= HIGHEST:
        raise BadMessage(f"Levels are 0 to {HIGHEST}.")
    if not 0 < lasts_ms <= LASTS_MAX_MS:
        raise BadMessage("A level is held for 24 hours at most.")


class Stage(StrEnum):
    """Where delay gathers."""

    LOOP = "loop"  # a task that is due waits for others
    COMMIT = "commit"  # an entry waits for the record
    FANOUT = "fanout"  # an entry waits for the last of its viewers


Rungs = tuple[float, float, float, float]
"""From where on level 1, 2, 3 and 4 are asked for, none below the last: of a stage milliseconds."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """When to do without.

    Attributes:
        rungs: Of each stage.
        quiet_ms: So long a level outlives its reason; then one level less is tried.
        memory_pct: As the rungs, but of the memory limit: percent of it in use.
    """

    rungs: Mapping[Stage, Rungs]
    quiet_ms: int
    memory_pct: Rungs


def typical_ms(delays_ms: Collection[float]) -> float:
    """The delay that half of the newest ones reach; 0: too few are known to tell."""
    return median(delays_ms) if len(delays_ms) >= SEEN_MIN else 0.0


def level_for(delays_ms: Mapping[Stage, float], bounds: Bounds, *, memory_pct: float = 0.0) -> int:
    """The level that the worst stage asks for, or the memory."""
    stages = (_reached(bounds.rungs[stage], delay_ms) for stage, delay_ms in delays_ms.items())
    return max(_reached(bounds.memory_pct, memory_pct), *stages, 0)


def _reached(rungs: Rungs, value: float) -> int:
    return sum(value >= rung for rung in rungs)


class Ladder:
    """Up at once, down one level at a time, each after a quiet while.

    Args:
        bounds: When to do without.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._asked_at_ms: Millis | None = None  # when this level was last asked for
        self.level = 0

    def look(
        self, delays_ms: Mapping[Stage, float], now_ms: Millis, *, memory_pct: float = 0.0
    ) -> int:
        """Take what every stage and the memory are like now; gives the level from here on."""
        asked = level_for(delays_ms, self._bounds, memory_pct=memory_pct)
        since_ms = now_ms if self._asked_at_ms is None else self._asked_at_ms
        if asked >= self.level:
            self.level, self._asked_at_ms = asked, now_ms
        elif now_ms - since_ms >= self._bounds.quiet_ms:
            self.level, self._asked_at_ms = self.level - 1, now_ms
        return self.level


# --- who is spared, and what is much


def is_deep(place: int | None, newest: int) -> bool:
    """Whether a page from there on is far behind the newest; None: it is not."""
    return place is not None and newest - place > DEEP


def is_little_known(who: Standing) -> bool:
    """Whether an account has earned no level above that which it began with."""
    return (START_LEVEL if who.level is None else who.level) <= START_LEVEL


def reads_for_others(who: Standing | None, room: RoomId | None, now_ms: Millis) -> bool:
    """Whether somebody reads to look after people here, or for the department."""
    if who is None:
        return False
    return who.may(Power.COMMENT_RECALL, room, now_ms) or who.inspects(now_ms)
