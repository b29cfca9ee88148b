"""What follows the record: done over whenever something was written that it stands on.

Fails closed: whatever cannot be followed leaves things as they are, and is tried again.
"""

import asyncio
from abc import ABC, abstractmethod
from typing import Final

import structlog

from danmaku.errors import DanmakuError
from danmaku.filter.packing import PackError
from danmaku.telemetry import Telemetry

AGAIN_S: Final = 1.0  # between two tries

log = structlog.get_logger(__name__)


class Following(ABC):
    """Rules of this server that are those of the record."""

    def __init__(self, telemetry: Telemetry, *, is_behind: bool) -> None:
        self._telemetry = telemetry
        self._is_behind = asyncio.Event()
        if is_behind:
            self.fall_behind()

    def fall_behind(self) -> None:
        """Know of something to follow; `run` does."""
        self._is_behind.set()

    async def run(self) -> None:
        """Follow what changes, until cancelled."""
        while True:
            await self._is_behind.wait()
            await self.catch_up()
            if self._is_behind.is_set():
                await asyncio.sleep(AGAIN_S)

    async def catch_up(self) -> None:
        """Judge by what stands in the record now; what fails is tried again by `run`."""
        self._is_behind.clear()
        try:
            await self.follow()
        except (PackError, DanmakuError) as error:
            log.error("rules_not_followed", reason=str(error))  # noqa: TRY400 -- no defect of ours
            self._fail()
        except Exception:
            log.exception("rules_follow_failed")  # a defect of ours must not end the server
            self._fail()

    def _fail(self) -> None:
        self._telemetry.rules_refused.inc()
        self.fall_behind()

    @abstractmethod
    async def follow(self) -> None:
        """Do it once.

        Raises:
            PackError, DanmakuError: It could not be done; the rules are as they were.
        """
