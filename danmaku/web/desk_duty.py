"""The operator's desk for the duties of the regulation."""

from fastapi import APIRouter
from fastapi.responses import Response

from danmaku.web.desk import At
from danmaku.web.duty import duties_fields_of
from danmaku.web.json import Json

router = APIRouter()


@router.get("/duties")
async def list_duties(house: At) -> Response:
    """Every duty with today's evidence."""
    return Json(duties_fields_of(*await house.duties.table(None)))
