"""The record for everybody to take along and check: chains, signed heads, and the verifier.

Article: articles.Article.NO_MANIPULATION
"""

from pathlib import Path

from fastapi.responses import Response, StreamingResponse

from danmaku import verifier
from danmaku.domain.ids import PLATFORM, RoomId
from danmaku.web.api import OPEN, api_router
from danmaku.web.feeds import NDJSON
from danmaku.web.fields import RoomPath
from danmaku.web.visit import PUBLIC, ApiVisit

router = api_router("record")

_VERIFIER = Path(verifier.__file__).read_bytes()


@router.get("/api/rooms/{room}/chain.jsonl", openapi_extra=OPEN, response_class=StreamingResponse)
async def copy_of_room(visit: ApiVisit, room: RoomPath) -> Response:
    """Every leaf and link of a room's chain, with what is public of each entry."""
    await visit.house.rooms.live(room)
    return await _chain(visit, room, f"{room}.chain.jsonl")


@router.get("/api/platform/chain.jsonl", openapi_extra=OPEN, response_class=StreamingResponse)
async def copy_of_platform(visit: ApiVisit) -> Response:
    """The same of the platform's chain."""
    return await _chain(visit, PLATFORM, "platform.chain.jsonl")


@router.get("/heads", response_class=StreamingResponse, include_in_schema=False)
async def list_heads(visit: ApiVisit) -> Response:
    """The newest signed head of every chain, with the key and the epoch: keep it elsewhere."""
    return StreamingResponse(
        visit.house.copies.heads(), media_type=NDJSON, headers={"Cache-Control": PUBLIC}
    )


@router.get("/verify.py", include_in_schema=False)
async def give_verifier(_visit: ApiVisit) -> Response:
    """The program that checks all this without us."""
    return Response(_VERIFIER, media_type="text/x-python", headers={"Cache-Control": PUBLIC})


async def _chain(visit: ApiVisit, chain: RoomId, name: str) -> Response:
    visit.reading_much()
    return StreamingResponse(
        await visit.house.copies.chain(chain),
        media_type=NDJSON,
        headers={
            "Cache-Control": PUBLIC,
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )
