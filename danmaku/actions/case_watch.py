"""Counting what waits: for the metrics, and for a word in the log when it becomes too much.

Article: articles.Article.PROMPT_ADDRESS
"""

import asyncio

import structlog

from danmaku.actions.case_book import CaseBook
from danmaku.domain.case_lists import Backlog
from danmaku.domain.cases import CaseKind, Terms
from danmaku.errors import Unavailable
from danmaku.ports import Clock
from danmaku.telemetry import Telemetry

EVERY_S = 60.0

log = structlog.get_logger(__name__)


class CaseWatch:
    """See the module.

    Args:
        held_warn: From how many held comments on the log warns.
    """

    def __init__(
        self, book: CaseBook, *, terms: Terms, held_warn: int, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._book = book
        self._terms = terms
        self._held_warn = held_warn
        self._clock = clock
        self._telemetry = telemetry
        self._before = Backlog()

    async def run(self) -> None:
        """Look now and every minute, until cancelled."""
        while True:
            try:
                await self.look()
            except Unavailable as error:
                log.warning("cases_not_counted", code=error.code.value)
            await asyncio.sleep(EVERY_S)

    async def look(self) -> Backlog:
        """Count; the log hears of what has risen since the last look, and of nothing else.

        Raises:
            Unavailable: The record cannot be read now.
        """
        now, before = await self._book.backlog(self._terms, self._clock()), self._before
        for kind in CaseKind:
            open_count, overdue = now.open_count.get(kind, 0), now.overdue_count.get(kind, 0)
            self._telemetry.cases_open.labels(kind.value).set(open_count)
            self._telemetry.cases_overdue.labels(kind.value).set(overdue)
            if overdue > before.overdue_count.get(kind, 0):
                log.warning("cases_overdue", kind=kind.value, count=overdue)
        held, held_before = (each.open_count.get(CaseKind.REVIEW, 0) for each in (now, before))
        if held >= self._held_warn > held_before:
            log.warning("held_pile_up", count=held)
        self._before = now
        return now
