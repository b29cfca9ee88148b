"""What everybody may ask for is counted now and then, not for each who asks."""

import asyncio
from typing import Protocol

from danmaku.domain.ids import Millis
from danmaku.domain.transparency import Transparency
from danmaku.ports import Clock

KEPT_MS = 600_000


class Counts(Protocol):
    """What counts the record."""

    async def count(self, now_ms: Millis) -> Transparency:
        """The numbers as they stand; costs a look at every comment of the record."""


class PublicFigures:
    """See the module."""

    def __init__(self, counts: Counts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock
        self._counting = asyncio.Lock()
        self._last: Transparency | None = None

    async def count(self) -> Transparency:
        """The numbers, ten minutes old at most, or those before while they are counted anew.

        Who asks first of all waits for them. To count a large record takes long, and may fail: were
        all to wait, each would have it counted once more.
        """
        if self._counting.locked() and self._last is not None:
            return self._last
        async with self._counting:
            now_ms = self._clock()
            if self._last is None or now_ms - self._last.at_ms >= KEPT_MS:
                self._last = await self._counts.count(now_ms)
            return self._last
