"""For those who keep the server: is it alive, does it take visitors, and its numbers.

On the public door, on the operator's, and on one of their own where keepers ask for it.
"""

import asyncio

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from starlette.middleware import Middleware

from danmaku.errors import Code, StoreDown
from danmaku.web.answers import answer_errors
from danmaku.web.guard import Guard
from danmaku.web.house import House
from danmaku.web.json import Json
from danmaku.web.visit import house_of

READ_S_MAX = 2.0  # who asks whether we are ready asks again soon

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def show_health(request: Request) -> Response:
    """The event loop turns; and what the house does without for its load."""
    brownout = house_of(request).brownout
    delays_ms = {stage.value: round(ms) for stage, ms in brownout.delays_ms().items()}
    told = {
        "level": brownout.level,
        "forced_level": brownout.forced,
        "delays_ms": delays_ms,
        "memory_pct": round(brownout.memory_pct),
    }
    return Json({"alive": True, "brownout": told})


@router.get("/readyz")
async def show_readiness(request: Request) -> Response:
    """New visitors are welcome and the record can be read; else 503 and the code of what is not."""
    house = house_of(request)
    hindrance = house.hindrance() or await _unread(house)
    if hindrance is not None:
        return PlainTextResponse(f"{hindrance.value}\n", 503)
    return PlainTextResponse("ready\n")


@router.get("/metrics")
async def show_metrics(request: Request) -> Response:
    """Everything that is counted, for Prometheus."""
    telemetry = house_of(request).telemetry
    return Response(telemetry.exposition(), media_type=telemetry.content_type)


def create_ops_app(house: House) -> FastAPI:
    """Build the keepers' own door.

    Args:
        house: What it stands on.
    """
    app = FastAPI(
        title="danmaku for keepers",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        middleware=[Middleware(Guard, telemetry=house.telemetry, is_https=False)],
    )
    app.state.house = house
    app.state.pages = None  # programs alone ask here
    answer_errors(app, {})
    app.include_router(router)
    return app


async def _unread(house: House) -> Code | None:
    try:
        async with asyncio.timeout(READ_S_MAX):
            await house.reader.rooms(limit=1)
    except (StoreDown, TimeoutError):
        return Code.STORE_UNAVAILABLE
    return None
