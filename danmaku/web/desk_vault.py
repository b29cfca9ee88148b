"""The operator's desk for identities: turning the vault's keys, ending a verification."""

from fastapi import APIRouter
from fastapi.responses import Response

from danmaku.web.desk import At, named
from danmaku.web.fields import Body
from danmaku.web.json import Json

router = APIRouter()


class Ending(Body):
    """Why a verification is worth nothing."""

    reason: str


@router.post("/vault/rotate")
async def rotate_vault(house: At) -> Response:
    """Seal everything anew with other keys."""
    return Json({"persons": await house.proofs.vault.rotate()})


@router.post("/accounts/{login}/identity/end")
async def end_identity(house: At, login: str, body: Ending) -> Response:
    """Void a verification; the powers that stand on it wait for the next."""
    who = await named(house, login)
    await house.proofs.identities.end(who.account, actor=None, reason=body.reason)
    return Json({})
