"""Proving the record again and again: what lies on a disk may rot long before anybody reads it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from danmaku.domain.ids import RoomId, Seq
from danmaku.domain.times import HOUR_MS
from danmaku.errors import Unavailable
from danmaku.ports import Clock
from danmaku.telemetry import Telemetry

FIRST_S = 600.0  # after a start others have more to do

log = structlog.get_logger(__name__)


Spot = tuple[RoomId, Seq]
"""The first bad entry of a chain; seq 0: what is wrong is the file, or a sum over chains."""


class RecordWatch:
    """See the module.

    Args:
        prove: Walks every chain; gives what is wrong. May take hours.
        every_h: Hours from the end of one walk to the next.
        clock: The time.
        first_s: Seconds until the first.
    """

    def __init__(
        self,
        prove: Callable[[], Awaitable[Sequence[Spot]]],
        *,
        every_h: int,
        clock: Clock,
        telemetry: Telemetry,
        first_s: float = FIRST_S,
    ) -> None:
        self._prove = prove
        self._every_s = every_h * HOUR_MS / 1000
        self._first_s = first_s
        self._clock = clock
        self._telemetry = telemetry

    async def run(self) -> None:
        """Prove it after a while, and then every few hours, until cancelled."""
        await asyncio.sleep(self._first_s)
        while True:
            try:
                await self.look()
            except Unavailable as error:
                log.warning("record_not_proved", code=error.code.value)
            await asyncio.sleep(self._every_s)

    async def look(self) -> None:
        """Prove it now; the log has the first bad entry of each chain that is not sound.

        Raises:
            Unavailable: It could not be walked to the end.
        """
        found = await self._prove()
        for chain, seq in found:
            log.error("record_damaged", chain=chain, seq=seq)
        self._telemetry.record_faults.set(len(found))
        self._telemetry.record_proved_seconds.set(self._clock() / 1000)
