"""The job that follows the terms: small steps with pauses, numbers in the log and nothing else.

Article: articles.Article.PERSONAL_DATA
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Protocol

import structlog

from danmaku.actions.leaving import Leaving
from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.privacy import Destroyed
from danmaku.errors import Unavailable
from danmaku.ports import Clock

EVERY_S = 3600.0
PAUSE_S = 0.05  # between two steps: senders come first

log = structlog.get_logger(__name__)


class Terms(Protocol):
    """Destroys what is due by the terms of domain/privacy.py."""

    async def destroy_due(self, now_ms: Millis) -> Destroyed:
        """One small step; to be called until nothing more is due."""


class Retention:
    """See the module.

    Args:
        terms: The steps.
        leaving: What those who left have still in public.
        clock: The time.
        forget: Told of each account of which nothing is left.
    """

    def __init__(
        self,
        terms: Terms,
        leaving: Leaving,
        *,
        clock: Clock,
        forget: Callable[[AccountId], None],
    ) -> None:
        self._terms = terms
        self._leaving = leaving
        self._clock = clock
        self._forget = forget
        self.round_ms: Millis | None = None  # when it last got all the way round

    async def run(self) -> None:
        """Go round now and every hour, until cancelled."""
        while True:
            try:
                destroyed = await self.go_round()
            except Unavailable as error:
                log.warning("retention_put_off", code=error.code.value)
            else:
                for phase, count in sorted(destroyed.items()):
                    log.info("retention_destroyed", phase=phase, count=count)
            await asyncio.sleep(EVERY_S)

    async def go_round(self) -> Counter[str]:
        """Destroy all that is due now; says how many pieces by the word of their holding."""
        destroyed: Counter[str] = Counter()
        await self._leaving.clear_all()
        has_more = True
        while has_more:
            step = await self._terms.destroy_due(self._clock())
            destroyed.update(step.counts)
            for account in step.emptied:
                self._forget(account)
            if has_more := step.has_more:
                await asyncio.sleep(PAUSE_S)
        self.round_ms = self._clock()
        return +destroyed
