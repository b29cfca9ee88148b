"""The handling of cases, to take along: every time and outcome, and nobody in it.

Article: articles.Article.HANDLING_INSPECTED
"""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response, StreamingResponse

from danmaku.actions.handling import Handling
from danmaku.domain.case_lists import HandledCase
from danmaku.domain.ids import Millis, RoomId
from danmaku.domain.inspection import Period
from danmaku.domain.times import begin_ms_of, day_of, end_ms_of
from danmaku.formats.csv_table import BEGIN, Cell, line_of
from danmaku.web.api import api_router
from danmaku.web.feeds import NDJSON
from danmaku.web.fields import Day
from danmaku.web.pages import time_text_of
from danmaku.web.visit import PRIVATE, ApiVisit, PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)
api = api_router("cases")

_Day = Annotated[Day | None, Query(description="Of UTC; today unless it is said.")]
_Room = Annotated[RoomId | None, Query(max_length=32, description="Of this room alone.")]
_MOMENTS = ("opened_ms", "platform_ms", "due_ms", "turned_ms", "ended_ms")


@router.get("/handling")
async def show_handling(visit: PageVisit) -> Response:
    """Where a period is chosen."""
    _handling(visit)
    today = day_of(visit.now_ms)
    first = today - timedelta(days=30)
    values = {"first": first.isoformat(), "last": today.isoformat(), "path": "/handling"}
    return visit.page("handling.html", values)


@api.get("/api/handling.csv", response_class=StreamingResponse)
async def handling_as_csv(
    visit: ApiVisit, first: _Day = None, last: _Day = None, room: _Room = None
) -> Response:
    """As `handling.jsonl`, for spreadsheets: moments as ISO 8601 in UTC."""
    return _download(_lines(_handling(visit), _period(visit, first, last, room)), "csv", "text/csv")


@api.get("/api/handling.jsonl", response_class=StreamingResponse)
async def handling_as_jsonl(
    visit: ApiVisit, first: _Day = None, last: _Day = None, room: _Room = None
) -> Response:
    """Cases that ended from one day to another, newest first, then those that go on.

    With all their times and outcomes; needs `measure.grave` or `record.inspect`.
    """
    period = _period(visit, first, last, room)
    return _download(_objects(_handling(visit), period), "jsonl", NDJSON)


def _handling(visit: Visit) -> Handling:
    """What is given away, to whom it may be.

    Raises:
        NotSignedIn, NotAllowed: As `Handling.require_reader`.
    """
    handling = visit.house.offices.casework.handling
    handling.require_reader(visit.who)
    return handling


def _period(visit: Visit, first: date | None, last: date | None, room: RoomId | None) -> Period:
    today = day_of(visit.now_ms)
    return Period(begin_ms_of(first or today), end_ms_of(last or today), room or None)


def _download(lines: AsyncIterator[bytes], ending: str, media_type: str) -> Response:
    return StreamingResponse(
        lines,
        media_type=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="danmaku-handling.{ending}"',
            "Cache-Control": PRIVATE,
        },
    )


async def _objects(handling: Handling, period: Period) -> AsyncIterator[bytes]:
    async for one in _all(handling, period):
        yield orjson.dumps(handled_fields_of(one)) + b"\n"


async def _lines(handling: Handling, period: Period) -> AsyncIterator[bytes]:
    head: list[str] = []
    async for one in _all(handling, period):
        fields = handled_fields_of(one)
        if not head:
            head = list(fields)
            yield (BEGIN + line_of(head)).encode()
        yield line_of([_cell(name, value) for name, value in fields.items()]).encode()


async def _all(handling: Handling, period: Period) -> AsyncIterator[HandledCase]:
    async for one in handling.ended(period):
        yield one
    async for one in handling.going_on(period):
        yield one


def _cell(name: str, value: Cell) -> Cell:
    is_moment = name in _MOMENTS and isinstance(value, int)
    return time_text_of(Millis(int(value or 0))) if is_moment else value


def handled_fields_of(handled: HandledCase) -> dict[str, Cell]:
    """A case by its times; nobody who filed, handled or is the subject of it."""
    case = handled.case
    return {
        "case_id": case.case_id,
        "kind": case.kind.value,
        "subject": case.subject.kind.value,
        "room": case.subject.room,
        "number": case.subject.number,
        "category": case.category,
        "class": case.klass.value,
        "reports_count": case.reports_count,
        "opened_ms": case.opened_ms,
        "platform_ms": case.queue_ms,
        "due_ms": handled.due_ms,
        "turned_ms": handled.turned_ms,
        "ended_ms": case.ended_ms,
        "ending": None if case.ending is None else case.ending.value,
        "outcome": None if case.outcome is None else case.outcome.value,
        "is_late": int(case.ended_ms is not None and case.ended_ms > handled.due_ms),
        "merged_into": case.merged_into,
    }
