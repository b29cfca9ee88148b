"""Counting a stretch of the record, straight from its entries."""

from collections import defaultdict

from sqlalchemy import ColumnElement, Connection, func, select

from danmaku.domain.cases import CaseKind, CaseState
from danmaku.domain.figures import Figures, spread_of
from danmaku.domain.ids import PLATFORM
from danmaku.domain.inspection import Period
from danmaku.store import schema
from danmaku.store.entries import header_of
from danmaku.store.links import Readers
from danmaku.store.people_codec import Taken
from danmaku.store.room_codec import Recalled

ROWS_AT_ONCE = 1000

_entry, _case = schema.entry.c, schema.case_file.c
_TOLD_APART = (Recalled.kind(), Taken.kind())  # only their headers say of what sort they are


class FigureQueries:
    """`actions.inspection.Counted` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def figures(self, period: Period) -> Figures:
        """As `actions.inspection.Counted.figures`.

        Cost: reads the time of every entry there is, in a reader's thread.
        """
        return await self._readers.ask(lambda connection: _figures(connection, period))


def _figures(connection: Connection, period: Period) -> Figures:
    figures = Figures()
    within = [_entry.at_ms >= period.from_ms, _entry.at_ms < period.to_ms]
    if period.room is not None:
        within.append(_entry.chain.in_((period.room, PLATFORM)))
    counted = select(_entry.chain, _entry.kind, func.count().label("entries")).where(*within)
    for row in connection.execute(counted.group_by(_entry.chain, _entry.kind)):
        if period.room in (None, row.chain):
            figures.kinds[row.chain, row.kind] = row.entries
    _tell_apart(connection, period, within, figures)
    _add_cases(connection, period, figures)
    return figures


def _tell_apart(
    connection: Connection, period: Period, within: list[ColumnElement[bool]], figures: Figures
) -> None:
    wanted = select(_entry.header).where(_entry.kind.in_(_TOLD_APART), *within)
    for row in connection.execute(wanted.execution_options(yield_per=ROWS_AT_ONCE)):
        about = header_of(row.header).about
        if isinstance(about, Recalled):
            figures.recalled[about.by.value, about.category or ""] += 1
        elif isinstance(about, Taken) and period.room in (None, about.measure.room):
            figures.measures[about.measure.step.value, about.measure.category] += 1


def _add_cases(connection: Connection, period: Period, figures: Figures) -> None:
    wanted = select(_case.kind, _case.opened_ms, _case.ended_ms).where(
        _case.ended_ms >= period.from_ms,
        _case.ended_ms < period.to_ms,
        _case.ending == CaseState.DECIDED.value,
    )
    if period.room is not None:
        wanted = wanted.where(_case.room == period.room)
    took_ms: defaultdict[CaseKind, list[int]] = defaultdict(list)
    for row in connection.execute(wanted.execution_options(yield_per=ROWS_AT_ONCE)):
        took_ms[CaseKind(row.kind)].append(row.ended_ms - row.opened_ms)
    figures.handled = {kind: spread_of(each) for kind, each in sorted(took_ms.items())}
