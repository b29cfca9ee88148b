"""The operator's desk for names: each decision names the reviewer whose it is."""

from fastapi import APIRouter
from fastapi.responses import Response

from danmaku.web.api_names import Refusal, SeqPath, TakenAway, name_fields
from danmaku.web.desk import At, named
from danmaku.web.fields import Body
from danmaku.web.json import Json

router = APIRouter()


class Approval(Body):
    """Who decides."""

    by: str


class SignedRefusal(Refusal):
    """A refusal, and whose it is."""

    by: str


class SignedTakenAway(TakenAway):
    """A refusal of what is shown, and whose it is."""

    by: str


@router.get("/names")
async def list_waiting(house: At) -> Response:
    """What waits, oldest first."""
    rows = await house.offices.names.waiting(None)
    return Json({"names": [name_fields(house, row) for row in rows]})


@router.post("/names/{name}/approve")
async def approve(house: At, name: SeqPath, body: Approval) -> Response:
    """Show it."""
    await house.offices.names.decide(await named(house, body.by), name, None)
    return Json({"id": name})


@router.post("/names/{name}/reject")
async def reject(house: At, name: SeqPath, body: SignedRefusal) -> Response:
    """Refuse it."""
    await house.offices.names.decide(await named(house, body.by), name, body.refusal())
    return Json({"id": name})


@router.post("/names/take-away")
async def take_away(house: At, body: SignedTakenAway) -> Response:
    """Refuse what is shown."""
    reviewer = await named(house, body.by)
    await house.offices.names.take_away(reviewer, body.place(), body.refusal())
    return Json({"surface": body.surface.value})
