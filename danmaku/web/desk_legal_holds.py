"""The operator's desk for legal holds."""

from fastapi import APIRouter
from fastapi.responses import Response

from danmaku.web.desk import At
from danmaku.web.json import Json
from danmaku.web.legal_holds import Lifting, NewHold, hold_fields_of

router = APIRouter()


@router.get("/legal-holds")
async def list_holds(house: At) -> Response:
    """Those that stand."""
    standing = await house.offices.legal_holds.standing(None)
    return Json({"holds": [await hold_fields_of(house, one) for one in standing]})


@router.post("/legal-holds", status_code=201)
async def lay_hold(house: At, body: NewHold) -> Response:
    """Lay one as the operator."""
    hold = await house.offices.legal_holds.lay(None, body.draft())
    return Json({"hold_id": hold.hold_id}, 201)


@router.post("/legal-holds/{hold_id}/lift")
async def lift_hold(house: At, hold_id: str, body: Lifting) -> Response:
    """Lift one that an editor laid."""
    await house.offices.legal_holds.lift(None, hold_id, body.why)
    return Json({})
