"""The page of one's own credit: what it allows, every reason for it, and what would raise it.

Article: articles.Article.CREDIT_LEVELS
"""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from danmaku.domain.ids import Millis
from danmaku.filter.rules import Klass
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api_credit import LineShape, credit_of
from danmaku.web.pages import time_text_of
from danmaku.web.visit import PageVisit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)


@router.get("/me/credit")
async def show_credit(visit: PageVisit) -> Response:
    """One's own score with every reason for it."""
    credits_ = visit.house.offices.credits
    credit = credit_of(await credits_.own(visit.signed_in()))
    values = {
        "credit": credit,
        "lines": [(line, _dates_of(line)) for line in credit.lines],
        "way_date": _moment_of(None if credit.way is None else credit.way.waiting_ms),
        "frozen_date": _moment_of(credit.frozen_since_ms),
        "formula": credits_.formula,
        "classes": [(klass.value, credits_.formula.worth(klass)) for klass in Klass],
    }
    return visit.page("credit.html", values)


def _dates_of(line: LineShape) -> Fields:
    return {"at": _moment_of(line.at_ms), "gone": _moment_of(line.gone_ms)}


def _moment_of(at_ms: int | None) -> str | None:
    return None if at_ms is None else time_text_of(Millis(at_ms))
