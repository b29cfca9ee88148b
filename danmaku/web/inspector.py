"""An inspector's pages: numbers of any day and period, and bundles to take along.

Article: articles.Article.INSPECTOR, articles.Article.INSPECTION,
articles.Article.INSPECTOR_OF_FORUMS, articles.Article.COMPLAINTS_INSPECTED
"""

import shutil
import tempfile
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Form as FormBody
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from danmaku.domain.account import Power
from danmaku.domain.figures import Figures
from danmaku.domain.ids import RoomId
from danmaku.domain.inspection import Period
from danmaku.domain.times import begin_ms_of, day_of, end_ms_of
from danmaku.errors import BadMessage
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import api_router
from danmaku.web.fields import Day
from danmaku.web.forms import Form
from danmaku.web.json import Json
from danmaku.web.visit import ApiVisit, PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)
api = api_router("inspection")

DAYS_MAX = 366  # of one look; a bundle may be of any length

_Day = Annotated[Day | None, Query()]
RoomQuery = Annotated[RoomId | None, Query(max_length=32)]


class BundleForm(Form):
    """From the first day to the last, both included; of one room, or of all."""

    first: Day
    last: Day
    room: str = ""


@router.get("/inspect")
async def show_figures(
    visit: PageVisit, first: _Day = None, last: _Day = None, room: RoomQuery = None
) -> Response:
    """The numbers of a day, or of some days; today's without any."""
    first, last = _chosen(visit, first, last)
    figures = await visit.house.offices.inspection.figures(visit.who, _period(first, last, room))
    values = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "room": room or "",
        "figures": figures_fields_of(figures),
    }
    return visit.page("inspect.html", values)


@router.post("/inspect/bundle")
async def take_bundle(visit: PageVisit, form: Annotated[BundleForm, FormBody()]) -> Response:
    """Make a bundle and hand it over; that it was made is entered first."""
    who = visit.holding(Power.RECORD_INSPECT, None)
    period = _days(form.first, form.last, RoomId(form.room.strip()) or None)
    folder = Path(tempfile.mkdtemp(prefix="danmaku-bundle-"))
    drop = partial(shutil.rmtree, folder, ignore_errors=True)
    name = f"danmaku-{form.first}-{form.last}.zip"
    try:
        made = await visit.house.bundles.make(period, folder / name)
        await visit.house.offices.inspection.note_bundle(who, period, made)
    except BaseException:
        drop()
        raise
    return FileResponse(folder / name, filename=name, background=BackgroundTask(drop))


@api.get("/api/inspection/figures")
async def get_figures(
    visit: ApiVisit, first: _Day = None, last: _Day = None, room: RoomQuery = None
) -> Response:
    """The numbers of a day, or of some days (UTC); needs `record.inspect`."""
    first, last = _chosen(visit, first, last)
    figures = await visit.house.offices.inspection.figures(visit.who, _period(first, last, room))
    return Json(figures_fields_of(figures))


def figures_fields_of(figures: Figures) -> Fields:
    """Figures for pages and programs; lists, most first."""
    return {
        "rooms": [
            {"chain": chain, "kind": kind, "count": count}
            for (chain, kind), count in figures.kinds.most_common()
        ],
        "recalled": [
            {"by": by, "category": category, "count": count}
            for (by, category), count in figures.recalled.most_common()
        ],
        "measures": [
            {"step": step, "category": category, "count": count}
            for (step, category), count in figures.measures.most_common()
        ],
        "handled": [
            {
                "kind": kind.value,
                "count": spread.count,
                "median_s": round(spread.median_ms / 1000, 1),
                "p95_s": round(spread.p95_ms / 1000, 1),
            }
            for kind, spread in figures.handled.items()
        ],
    }


def _chosen(visit: Visit, first: date | None, last: date | None) -> tuple[date, date]:
    if first is None:
        first = day_of(visit.now_ms)
    return first, first if last is None else last


def _period(first: date, last: date, room: RoomId | None) -> Period:
    if (last - first).days >= DAYS_MAX:
        raise BadMessage(f"At most {DAYS_MAX} days at once.")
    return _days(first, last, room or None)


def _days(first: date, last: date, room: RoomId | None) -> Period:
    return Period(begin_ms_of(first), end_ms_of(last), room)
