"""Those who report, and when no more is taken from them for a time.

Taking reports away is a measure like any other: with a reason, a term, a notice and an appeal. It
is taken in the commit of the decision that made it due, by whoever decided.

Article: articles.Article.REPORTS_ACCEPTED
"""

from collections.abc import Callable

from danmaku.actions.case_book import CaseBook
from danmaku.actions.measures import MeasureDraft, Measures
from danmaku.actions.standings import Standings
from danmaku.domain.account import Power, Standing
from danmaku.domain.case_facts import CaseDecided
from danmaku.domain.cases import TOLD_MAX, CaseKind, CaseOutcome
from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.measures import Function, Step, lost_functions
from danmaku.domain.reporting import LOOKED_AT, STOPPED_BASIS, STOPPED_MS, is_abusive
from danmaku.domain.rulings import Arbiter
from danmaku.ports import Append

_REPORTS = frozenset({Function.REPORTS})
_CATEGORY = "flood"


class Reporters:
    """See the module."""

    def __init__(
        self,
        book: CaseBook,
        standings: Standings,
        measures: Measures,
        new_id: Callable[[], str],
    ) -> None:
        self._book = book
        self._standings = standings
        self._measures = measures
        self._new_id = new_id

    async def stopped_by(
        self, arbiter: Arbiter, decided: CaseDecided, now_ms: Millis
    ) -> list[Append]:
        """What takes reporting from those with whose reports this decision makes it too much."""
        if arbiter.case.kind is not CaseKind.REPORT or decided.outcome is not CaseOutcome.REJECTED:
            return []
        if not arbiter.who.may(Power.MEASURE_TAKE, None, now_ms):
            return []
        filers = await self._book.filers(arbiter.case.case_id, limit=TOLD_MAX)
        found = await self._book.outcomes_of(filers, limit=LOOKED_AT - 1)
        facts: list[Append] = []
        for filer in filers:
            if is_abusive([CaseOutcome.REJECTED, *found.get(filer, [])]):
                facts += await self._stop(arbiter, filer, now_ms)
        return facts

    async def _stop(self, arbiter: Arbiter, filer: AccountId, now_ms: Millis) -> list[Append]:
        reporter = await self._standings.of(filer)
        if reporter is None or reporter.is_closed or _is_stopped(reporter, now_ms):
            return []
        draft = MeasureDraft(
            Step.LIMIT,
            _CATEGORY,
            STOPPED_BASIS,
            login=reporter.login,
            lasts_ms=STOPPED_MS,
            functions=_REPORTS,
        )
        case_id = arbiter.case.case_id
        return await self._measures.taking(arbiter.who, draft, self._new_id(), case_id=case_id)


def _is_stopped(reporter: Standing, now_ms: Millis) -> bool:
    return Function.REPORTS in lost_functions(reporter.measures, None, now_ms)
