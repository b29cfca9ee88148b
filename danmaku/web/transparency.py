"""How the house decides, in numbers that anybody can recount from the public chains.

Article: articles.Article.SELF_DISCIPLINE
"""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from danmaku.domain.figures import Spread
from danmaku.domain.transparency import Transparency
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import OPEN, api_router
from danmaku.web.json import Json
from danmaku.web.pages import time_text_of
from danmaku.web.visit import PUBLIC, ApiVisit, PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)
api = api_router("record")


@router.get("/transparency")
async def show_transparency(visit: PageVisit) -> Response:
    """The numbers, and where to get what they are counted from."""
    return visit.page("transparency.html", await _fields(visit))


@api.get("/api/transparency", openapi_extra=OPEN)
async def get_transparency(visit: ApiVisit) -> Response:
    """Service levels, outcomes, shares of what is hidden; some minutes old."""
    return Json(await _fields(visit), headers={"Cache-Control": PUBLIC})


async def _fields(visit: Visit) -> Fields:
    return fields_of(await visit.house.public_figures.count())


def fields_of(told: Transparency) -> Fields:
    """The numbers for pages and programs; milliseconds."""
    share = told.overturned_share
    return {
        "at_iso": time_text_of(told.at_ms),
        "handled": [
            {"kind": kind.value} | _spread_fields(spread) for kind, spread in told.handled.items()
        ],
        "outcomes": [
            {"kind": kind.value, "outcome": outcome.value, "count": count}
            for (kind, outcome), count in sorted(told.outcomes.items())
        ],
        "overturned_share": None if share is None else round(share, 4),
        "reports_count": told.reports_count,
        "recalled": [
            {"by": by.value} | _spread_fields(spread) for by, spread in told.recalled.items()
        ],
        "approved": _spread_fields(told.approved),
        "rooms": [
            {"room": one.room, "published": one.published_count}
            | {f"hidden_by_{by.value}": count for by, count in sorted(one.hidden.items())}
            for one in told.rooms
        ],
    }


def _spread_fields(spread: Spread) -> Fields:
    return {"count": spread.count, "median_ms": spread.median_ms, "p95_ms": spread.p95_ms}
