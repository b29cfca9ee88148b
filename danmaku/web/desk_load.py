"""The operator's desk for the load: seen, and levels held."""

from fastapi import APIRouter

from danmaku.web.api_load import Holding, LoadShape, load_of
from danmaku.web.desk import At

router = APIRouter()


@router.get("/load")
async def get_load(house: At) -> LoadShape:
    """How the server is doing."""
    return load_of(house)


@router.post("/load/hold")
async def hold_level(house: At, body: Holding) -> LoadShape:
    """Hold a level for a time."""
    await house.load_desk.hold(None, body.level, lasts_ms=body.lasts_ms)
    return load_of(house)


@router.post("/load/let-go")
async def let_go(house: At) -> LoadShape:
    """Let the settings, or the load, decide again."""
    await house.load_desk.let_go(None)
    return load_of(house)
