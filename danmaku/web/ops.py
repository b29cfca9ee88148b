"""For those who keep the server: is it alive, does it take visitors, and its numbers."""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from danmaku.errors import Code
from danmaku.web.visit import house_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def show_health() -> Response:
    """The event loop turns."""
    return PlainTextResponse("alive\n")


@router.get("/readyz")
async def show_readiness(request: Request) -> Response:
    """New visitors are welcome and the record can be read."""
    house = house_of(request)
    if not house.is_ready():
        return PlainTextResponse(f"{Code.DRAINING.value}\n", 503)
    await house.reader.rooms(limit=1)
    return PlainTextResponse("ready\n")


@router.get("/metrics")
async def show_metrics(request: Request) -> Response:
    """Everything that is counted, for Prometheus."""
    telemetry = house_of(request).telemetry
    return Response(telemetry.exposition(), media_type=telemetry.content_type)
