"""Ending orders whose time is over, drafting the report of a day that is, and counting what waits.

Article: articles.Article.REPORT_TO_DEPARTMENT, articles.Article.ORDERS
"""

import asyncio

import structlog

from danmaku.actions.filing_book import FilingBook
from danmaku.actions.filings import Filings
from danmaku.actions.orders import Orders
from danmaku.domain.filing_facts import FilingKind, Risk
from danmaku.domain.filings import FilingBacklog
from danmaku.domain.times import DAY_MS
from danmaku.errors import DanmakuError
from danmaku.ports import Clock
from danmaku.telemetry import Telemetry

EVERY_S = 15.0

log = structlog.get_logger(__name__)


class FilingWatch:
    """See the module."""

    def __init__(
        self,
        book: FilingBook,
        filings: Filings,
        orders: Orders,
        *,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._book = book
        self._filings = filings
        self._orders = orders
        self._day: int | None = None  # since 1970: up to which days were reported
        self._clock = clock
        self._telemetry = telemetry
        self._before = FilingBacklog()

    async def run(self) -> None:
        """Look now and every few seconds, until cancelled."""
        while True:
            try:
                await self.look()
            except DanmakuError as error:
                log.warning("filings_not_counted", code=error.code.value)
            await asyncio.sleep(EVERY_S)

    async def look(self) -> FilingBacklog:
        """End and count; the log hears of what has risen since the last look, and of nothing else.

        Raises:
            Unavailable: The record cannot be read or written now.
        """
        for row in await self._orders.end_due():
            log.info("order_ended", reference=row.fact.reference, kind=row.fact.act.value)
        if (day := self._clock() // DAY_MS) != self._day:
            for filing in await self._filings.report_days():
                log.info("day_reported", seq=filing)
            self._day = day
        now, before = await self._book.backlog(self._clock()), self._before
        for kind in FilingKind:
            overdue = now.overdue_count.get(kind, 0)
            self._telemetry.filings_open.labels(kind.value).set(now.open_count.get(kind, 0))
            self._telemetry.filings_overdue.labels(kind.value).set(overdue)
            if overdue > before.overdue_count.get(kind, 0):
                log.warning("filings_overdue", kind=kind.value, count=overdue)
        for risk in Risk:
            count = now.weakness_count.get(risk, 0)
            self._telemetry.weaknesses_open.labels(risk.value).set(count)
            if risk is Risk.HIGH and count > before.weakness_count.get(risk, 0):
                log.warning("weakness_open", kind=risk.value, count=count)
        self._before = now
        return now
