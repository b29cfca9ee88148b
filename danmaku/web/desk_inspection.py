"""The operator's desk for what is taken out of the record."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, RoomId
from danmaku.domain.inspection import Made, Period
from danmaku.web.desk import At
from danmaku.web.fields import Body
from danmaku.web.json import Json

router = APIRouter()

Moment = Annotated[Millis, Field(ge=0, le=MAX_SAFE_INTEGER)]


class NewBundle(Body):
    """A bundle that lies there, and what it holds."""

    from_ms: Moment
    to_ms: Moment
    room: RoomId | None = None
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    entries: Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)]


@router.post("/bundles")
async def note_bundle(house: At, body: NewBundle) -> Response:
    """Enter that a bundle was made."""
    period = Period(body.from_ms, body.to_ms, body.room)
    await house.offices.inspection.note_bundle(None, period, Made(body.digest, body.entries))
    return Json({})
