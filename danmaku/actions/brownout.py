"""The level of the brown-out: watched, forced, and told to whoever sheds by it."""

import asyncio
import random
from collections.abc import Callable

import structlog

from danmaku.config import BrownoutSettings
from danmaku.domain.account import Standing
from danmaku.domain.brownout import (
    Bounds,
    Ladder,
    Shed,
    Stage,
    is_little_known,
    reads_for_others,
    typical_ms,
)
from danmaku.domain.grants import keeps
from danmaku.domain.ids import Millis, RoomId
from danmaku.domain.live import LiveRoom
from danmaku.domain.pacing import TokenBuckets
from danmaku.errors import Overloaded, TooFast
from danmaku.ports import Clock
from danmaku.telemetry import Newest, Telemetry

LOOK_S = 0.5
RECENT_MS = 5_000  # what is older says nothing of now
RETRY_MIN_MS, RETRY_MAX_MS = 2_000, 10_000  # drawn, so that not all come back at once
_SENDERS = "senders"  # all together: the one bucket's name

_log = structlog.get_logger(__name__)


class BrownOut:
    """See the module. Lives on the event loop's thread; `level` is read on the hot path.

    Args:
        settings: When to do without, and the level to begin with.
        steady: Milliseconds of the clock that `Newest` goes by.
        telemetry: Where the delays are kept, and the level is shown.
        memory_pct: How much of the memory limit is in use, percent.
        chance: Draws from 0 to 1.
    """

    def __init__(
        self,
        settings: BrownoutSettings,
        *,
        steady: Clock,
        telemetry: Telemetry,
        memory_pct: Callable[[], float] = lambda: 0.0,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._steady = steady
        self._chance = chance
        self._sends = TokenBuckets(settings.sends_per_s, settings.sends_per_s)
        self._telemetry = telemetry
        self._stages: dict[Stage, Newest] = {
            Stage.LOOP: telemetry.newest_lags,
            Stage.COMMIT: telemetry.newest_commits,
            Stage.FANOUT: telemetry.newest_fanouts,
        }
        self._ladder = Ladder(bounds_of(settings))
        self._memory_pct = memory_pct
        self._memory_pct_max = settings.memory_pct[-1]
        self._usual = settings.forced_level
        self._forced_until_ms: Millis | None = None
        self.forced = self._usual
        self.level = 0
        self._show()

    def sheds(self, what: Shed) -> bool:
        """Whether the house does without `what` now."""
        return self.level >= what

    @property
    def memory_pct(self) -> float:
        """How much of the memory limit is in use, percent; 0 where there is none."""
        return self._memory_pct()

    def is_out_of_memory(self) -> bool:
        """Whether nobody else may come: one more could be one too many for the kernel.

        Whatever level is held: what is held off here is the end of the process.
        """
        return self.memory_pct >= self._memory_pct_max

    def admit_viewer(self, who: Standing | None) -> None:
        """Let somebody follow a room.

        Raises:
            Overloaded: Guests wait outside for now.
        """
        if who is None and self.sheds(Shed.READING):
            raise self._refusal()

    def admit_reader(self, who: Standing | None, room: RoomId | None, now_ms: Millis) -> None:
        """Let somebody search, look far back, or take a file.

        Raises:
            Overloaded: Only those who look after people may for now.
        """
        if self.sheds(Shed.READING) and not reads_for_others(who, room, now_ms):
            raise self._refusal()

    def admit_file(self) -> None:
        """Let somebody bring in a file of comments: whoever it is, it can wait.

        Raises:
            Overloaded: Not for now.
        """
        if self.sheds(Shed.READING):
            raise self._refusal()

    def admit_sender(self, who: Standing, live: LiveRoom, now_ms: Millis) -> None:
        """Let somebody say something; those who keep the room always may.

        Raises:
            Overloaded: Not for now: too little is known of the account, or others were quicker.
        """
        if not self.sheds(Shed.SENDING) or keeps(who, live.room, now_ms, owner=live.owner):
            return
        if is_little_known(who):
            raise self._refusal()
        try:
            self._sends.take(_SENDERS, self._steady())
        except TooFast as error:
            raise self._refusal(error.wait_ms) from None

    def _refusal(self, wait_ms: int = 0) -> Overloaded:
        drawn_ms = RETRY_MIN_MS + round(self._chance() * (RETRY_MAX_MS - RETRY_MIN_MS))
        text = "More is asked of this server than it can do now."
        return Overloaded(text, wait_ms=max(wait_ms, drawn_ms))

    def force(self, level: int, lasts_ms: int) -> None:
        """Hold a level for a time, whatever the load."""
        self._forced_until_ms = Millis(self._steady() + lasts_ms)
        self.forced = level
        self._show()

    def let_go(self) -> None:
        """Hold what the settings hold: a level, or none."""
        self._forced_until_ms = None
        self.forced = self._usual
        self._show()

    def look(self) -> None:
        """Let the load of this moment decide."""
        now_ms = self._steady()
        self._ladder.look(self.delays_ms(), now_ms, memory_pct=self.memory_pct)
        if self._forced_until_ms is not None and now_ms >= self._forced_until_ms:
            self.let_go()
        self._show()

    def delays_ms(self) -> dict[Stage, float]:
        """What each stage is like now."""
        since_s = (self._steady() - RECENT_MS) / 1000
        return {stage: typical_ms(newest.since(since_s)) for stage, newest in self._stages.items()}

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()

    def _show(self) -> None:
        before, self.level = self.level, self._now()
        self._telemetry.brownout_level.set(self.level)
        self._telemetry.memory_used_ratio.set(self.memory_pct / 100)
        if self.level != before:
            reason = "load" if self.forced is None else "forced"
            _log.warning("brownout.level", number=self.level, reason=reason)

    def _now(self) -> int:
        return self._ladder.level if self.forced is None else self.forced


def bounds_of(settings: BrownoutSettings) -> Bounds:
    """The settings in the words of the rule."""
    rungs = {
        Stage.LOOP: settings.loop_ms,
        Stage.COMMIT: settings.commit_ms,
        Stage.FANOUT: settings.fanout_ms,
    }
    return Bounds(rungs, settings.quiet_ms, settings.memory_pct)
