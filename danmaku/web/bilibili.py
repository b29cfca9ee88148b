"""The addresses at which Bilibili's tools look for comments; rooms go by their numbers."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from danmaku.domain.comment import POSITION_MAX_MS
from danmaku.domain.ids import RoomId, RoomNumber
from danmaku.domain.room import Status
from danmaku.errors import NotFound
from danmaku.formats.bilibili_segments import CLOSED, MEDIA_TYPE, segment_of, shown_of
from danmaku.formats.bilibili_xml import XML
from danmaku.ports import RoomRow
from danmaku.web.feeds import SEGMENT_MS
from danmaku.web.record import file_of
from danmaku.web.tags import is_known
from danmaku.web.visit import PUBLIC, ApiVisit, Visit

router = APIRouter(include_in_schema=False)

NUMBER_MAX = 2**31 - 1
_INDEX_MAX = POSITION_MAX_MS // SEGMENT_MS + 1
Oid = Annotated[int, Query(ge=1, le=NUMBER_MAX, description="Number of the room.")]
OidPath = Annotated[int, Path(ge=1, le=NUMBER_MAX, description="Number of the room.")]
Index = Annotated[int, Query(ge=1, description="Which six minutes, from 1.")]


@router.get("/x/v1/dm/list.so", response_class=StreamingResponse)
async def list_of(visit: ApiVisit, oid: Oid) -> Response:
    """All comments as XML."""
    return await file_of(visit, await _room(visit, oid), XML)


@router.get("/{oid}.xml", response_class=StreamingResponse)
async def xml_of(visit: ApiVisit, oid: OidPath) -> Response:
    """All comments as XML."""
    return await file_of(visit, await _room(visit, oid), XML)


@router.get("/x/v2/dm/web/seg.so")
@router.get("/x/v2/dm/wbi/web/seg.so")
@router.get("/x/v2/dm/list/seg.so")
async def segment(request: Request, visit: ApiVisit, oid: Oid, segment_index: Index) -> Response:
    """Six minutes of comments as protobuf; empty where there are none."""
    row = await _row(visit, oid)
    if segment_index > _INDEX_MAX:
        return _sent(b"", {"Cache-Control": PUBLIC})
    reader, from_ms = visit.house.reader, (segment_index - 1) * SEGMENT_MS
    changed = await reader.segment_changed(row.room, from_ms, from_ms + SEGMENT_MS)
    headers = {"ETag": f'W/"{visit.house.epoch}-{changed}"', "Cache-Control": PUBLIC}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    found = await reader.segment(row.room, from_ms, from_ms + SEGMENT_MS)
    message = segment_of([shown_of(view) for view in found.views])
    # Readers take this for "nothing can be read here": so only where nothing ever can be.
    if row.state.status is Status.CLOSED and not row.comments_count:
        message = CLOSED
    return _sent(message, headers)


def _sent(message: bytes, headers: dict[str, str]) -> Response:
    return Response(message, media_type=MEDIA_TYPE, headers=headers)


async def _room(visit: Visit, number: int) -> RoomId:
    return (await _row(visit, number)).room


async def _row(visit: Visit, number: int) -> RoomRow:
    row = await visit.house.reader.room_numbered(RoomNumber(number))
    if row is None:
        raise NotFound("There is no such room.")
    return row
