"""The duties of the regulation and how each stands, for those who answer for them.

Article: articles.Article.PURPOSE
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from danmaku.actions.case_book import CaseBook
from danmaku.actions.filing_book import FilingBook
from danmaku.actions.parity import Evidence
from danmaku.actions.readiness import condition_of
from danmaku.domain.account import Power, Standing
from danmaku.domain.articles import Article
from danmaku.domain.cases import CaseKind, Terms
from danmaku.domain.duties import DutyRow, Recounted, Seen, Served, rows_of
from danmaku.domain.filing_facts import Risk
from danmaku.domain.grants import require_unless_operator
from danmaku.domain.ids import Millis
from danmaku.domain.readiness import Recorded, gaps_in
from danmaku.ports import Clock

KEPT_MS = 60_000
KEPT_PER_LOOK = 20  # times as long as it took: a look at a long record is not to follow the next


class Recount(Protocol):
    """What counts the record."""

    async def recount(self, now_ms: Millis) -> Recounted:
        """Entries by kind; costs a look at every entry of the record."""


class Duties:
    """See the module.

    Args:
        served: Where each duty is kept and proven.
        recount: The record, counted.
        house: What the record says of the house.
        is_verifying: Whether people are asked who they are.
        book: What waits.
        terms: How long it may.
        held_warn: From how many held comments on reviewers are warned.
        parity: What the audit of live and list has seen.
        round_ms: When the terms were followed last; None: not since this server started.
        filings: What the department waits for.
        clock: The time.
    """

    def __init__(  # noqa: PLR0913 -- each is a source of evidence
        self,
        *,
        served: Mapping[Article, Served],
        recount: Recount,
        house: Callable[[], Awaitable[Recorded]],
        is_verifying: bool,
        book: CaseBook,
        terms: Terms,
        held_warn: int,
        parity: Callable[[], Evidence],
        round_ms: Callable[[], Millis | None],
        filings: FilingBook,
        clock: Clock,
    ) -> None:
        self._served = served
        self._recount = recount
        self._house = house
        self._is_verifying = is_verifying
        self._book = book
        self._terms = terms
        self._held_warn = held_warn
        self._parity = parity
        self._round_ms = round_ms
        self._filings = filings
        self._clock = clock
        self._looking = asyncio.Lock()
        self._last: Seen | None = None
        self._until_ms = Millis(0)
        self._began_ms = clock()

    async def table(self, who: Standing | None) -> tuple[Seen, list[DutyRow]]:
        """Every duty with today's evidence, a minute old, or older where the record is long.

        Args:
            who: Who asks; None is the operator at the command line.

        Raises:
            NotAllowed: `who` answers for nothing of it.
        """
        require_unless_operator(who, Power.DUTY_READ, None, self._clock())
        seen = await self._seen()
        return seen, rows_of(seen, self._served)

    async def _seen(self) -> Seen:
        async with self._looking:
            now_ms = self._clock()
            if self._last is None or now_ms >= self._until_ms:
                self._last = await self._look(now_ms)
                took_ms = self._clock() - now_ms
                self._until_ms = Millis(now_ms + max(KEPT_MS, KEPT_PER_LOOK * took_ms))
            return self._last

    async def _look(self, now_ms: Millis) -> Seen:
        backlog = await self._book.backlog(self._terms, now_ms)
        papers = await self._filings.backlog(now_ms)
        condition = condition_of(await self._house(), is_verifying=self._is_verifying)
        audit = self._parity()
        return Seen(
            now_ms=now_ms,
            record=await self._recount.recount(now_ms),
            gaps=frozenset(gaps_in(condition)),
            compared_count=audit.checked_count,
            faults_count=audit.faults_count,
            compared_ms=audit.last_ms,
            round_ms=self._round_ms(),
            began_ms=self._began_ms,
            held_count=backlog.open_count.get(CaseKind.REVIEW, 0),
            overdue_count=sum(backlog.overdue_count.values()),
            held_warn=self._held_warn,
            filings_late=sum(papers.overdue_count.values()),
            weaknesses_open=papers.weakness_count.get(Risk.HIGH, 0),
        )
