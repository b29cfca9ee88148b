"""How cases were handled: all their times and outcomes, for those who look at that work.

Article: articles.Article.HANDLING_INSPECTED
"""

from collections.abc import AsyncIterator, Sequence

from danmaku.actions.case_book import CaseBook
from danmaku.domain.account import Power, Standing
from danmaku.domain.case_lists import CaseFilter, HandledCase
from danmaku.domain.cases import Case, Terms
from danmaku.domain.grants import require
from danmaku.domain.ids import Millis
from danmaku.domain.inspection import Period
from danmaku.ports import Clock

PAGE = 500  # cases read at one time


class Handling:
    """See the module."""

    def __init__(self, book: CaseBook, *, clock: Clock, terms: Terms) -> None:
        self._book = book
        self._clock = clock
        self._terms = terms

    def require_reader(self, who: Standing | None) -> None:
        """Let editors and inspectors pass.

        Raises:
            NotSignedIn, NotAllowed: `who` is neither.
        """
        now_ms = self._clock()
        if who is None or not who.may(Power.RECORD_INSPECT, None, now_ms):
            require(who, Power.MEASURE_GRAVE, None, now_ms)

    async def ended(self, period: Period) -> AsyncIterator[HandledCase]:
        """Cases that ended in a period, newest first, however they ended."""
        wanted, before = CaseFilter(room=period.room), (period.to_ms, "")
        while page := await self._book.ended_cases(wanted, before=before, limit=PAGE):
            for handled in await self._with_times(page):
                if (handled.case.ended_ms or 0) < period.from_ms:
                    return
                yield handled
            before = (Millis(page[-1].ended_ms or 0), page[-1].case_id)

    async def going_on(self, period: Period) -> AsyncIterator[HandledCase]:
        """Cases that were opened before the end of a period and have not ended yet."""
        wanted, after = CaseFilter(room=period.room), None
        now_ms = self._clock()
        while page := await self._book.cases(wanted, now_ms, after=after, limit=PAGE):
            for handled in await self._with_times(page):
                if handled.case.opened_ms < period.to_ms:
                    yield handled
            after = (page[-1].rank, page[-1].case_id)

    async def _with_times(self, cases: Sequence[Case]) -> list[HandledCase]:
        turned = await self._book.turned_ms([case.case_id for case in cases])
        return [
            HandledCase(case, self._terms.due_ms(case), turned.get(case.case_id)) for case in cases
        ]
