"""Reading the record, and bringing files into it.

Whatever holds comment text is `no-cache` with an ETag: a cache may keep it, and must ask before it
shows it, so that a recall reaches every copy. An unchanged stretch of replay costs one small query.
"""

from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from danmaku.domain.brownout import is_deep
from danmaku.domain.comment import POSITION_MAX_MS
from danmaku.domain.ids import MAX_SAFE_INTEGER, Number, RoomId, Seq
from danmaku.domain.views import numbers_of, view_of_comment
from danmaku.errors import BadMessage, NotFound
from danmaku.formats.danmaku_v1 import Fields, fields_of
from danmaku.formats.imports import MEDIA_TYPES, SOURCES
from danmaku.formats.jsonl import JSONL
from danmaku.web.api import OPEN, api_router
from danmaku.web.fields import LIMIT_MAX, Before, Limit, NumberPath, RoomPath
from danmaku.web.guard import let_body_grow
from danmaku.web.importing import IMPORT_BYTES_MAX, bring_file
from danmaku.web.json import Json
from danmaku.web.record import file_of
from danmaku.web.shapes import EntriesShape, ImportShape, ListShape, Row, SegmentShape
from danmaku.web.tags import is_known
from danmaku.web.visit import PUBLIC, ApiVisit

router = api_router("record")

SEGMENT_MS = 360_000
NDJSON = "application/x-ndjson"

Position = Annotated[
    int | None, Query(ge=0, le=POSITION_MAX_MS, description="Media time, milliseconds.")
]
SeqQuery = Annotated[int, Query(ge=0, le=MAX_SAFE_INTEGER)]


@router.get("/api/rooms/{room}/comments", openapi_extra=OPEN, response_model=ListShape)
async def list_comments(  # noqa: PLR0913 -- the query of the list
    request: Request,
    visit: ApiVisit,
    room: RoomPath,
    *,
    before: Before = None,
    after: Annotated[Number | None, Query(ge=0, le=MAX_SAFE_INTEGER)] = None,
    from_ms: Position = None,
    upto_ms: Position = None,
    limit: Limit = 100,
) -> Response:
    """The list, newest first; by rising number with `after`; by media time with `from_ms`."""
    by_time = from_ms is not None or upto_ms is not None
    if after is not None and (by_time or before is not None):
        raise BadMessage("`after` stands alone.")
    etag = await _etag_of_room(visit, room)
    if is_known(request, etag):
        return _unchanged(etag)
    row = await visit.house.reader.room(room)
    total = 0 if row is None else row.comments_count
    if is_deep(after if before is None else before, total):
        visit.reading_much(room)
    views = await visit.house.reader.comments(
        room, before=before, after=after, from_ms=from_ms, upto_ms=upto_ms, limit=limit
    )
    comments = [fields_of(view) for view in views]
    likes = await visit.house.offices.likes.counts(room, numbers_of(views))
    said = {str(number): count for number, count in likes.items()}
    return _tagged({"room": room, "total": total, "comments": comments, "likes": said}, etag)


@router.get("/api/rooms/{room}/comments/{number}", openapi_extra=OPEN, response_model=Row)
async def get_comment(
    request: Request, visit: ApiVisit, room: RoomPath, number: NumberPath
) -> Response:
    """One comment, or its marker."""
    etag = await _etag_of_room(visit, room)
    if is_known(request, etag):
        return _unchanged(etag)
    found = await visit.house.reader.comment(room, number)
    if found is None:
        raise NotFound("There is no such comment.")
    return _tagged(fields_of(view_of_comment(*found)), etag)


@router.get("/api/rooms/{room}/entries", openapi_extra=OPEN, response_model=EntriesShape)
async def list_entries(
    visit: ApiVisit,
    room: RoomPath,
    after: SeqQuery = 0,
    upto: SeqQuery | None = None,
    limit: Limit = LIMIT_MAX,
) -> Response:
    """What a socket would have sent for (after, upto]; private entries pass by unseen."""
    top = await visit.house.top(room)  # before the reading: what comes meanwhile is for the next
    if is_deep(after, top):
        visit.reading_much(room)
    last = top if upto is None else Seq(min(upto, top))
    views = await visit.house.reader.entries(room, Seq(after), last, limit=limit)
    reached = views[-1].seq if len(views) == limit else max(last, after)
    return Json(
        {
            "room": room,
            "after": after,
            "upto": reached,
            "top": top,
            "entries": [fields_of(view) for view in views],
        },
        headers={"Cache-Control": PUBLIC},
    )


@router.get("/api/rooms/{room}/segments/{index}", openapi_extra=OPEN, response_model=SegmentShape)
async def get_segment(
    request: Request,
    visit: ApiVisit,
    room: RoomPath,
    index: Annotated[int, Path(ge=0, le=POSITION_MAX_MS // SEGMENT_MS)],
) -> Response:
    """Six minutes of media time for replay; unchanged until something in it changes."""
    await visit.house.rooms.live(room)
    reader, from_ms = visit.house.reader, index * SEGMENT_MS
    upto_ms = from_ms + SEGMENT_MS
    known = _etag(visit, await reader.segment_changed(room, from_ms, upto_ms))
    if is_known(request, known):
        return _unchanged(known)
    segment = await reader.segment(room, from_ms, upto_ms)
    fields: Fields = {
        "room": room,
        "index": index,
        "from_ms": from_ms,
        "upto_ms": upto_ms,
        "upto_seq": segment.upto,
        "comments": [fields_of(view) for view in segment.views],
    }
    return _tagged(fields, _etag(visit, segment.changed))


@router.get("/api/rooms/{room}/export.jsonl", openapi_extra=OPEN, response_class=StreamingResponse)
async def export(visit: ApiVisit, room: RoomPath) -> Response:
    """Every comment or marker in order of number, one JSON object a line."""
    return await file_of(visit, room, JSONL)


@router.post(
    "/api/rooms/{room}/import",
    openapi_extra={
        "requestBody": {"content": {each: {} for each in MEDIA_TYPES}, "required": True}
    },
)
async def bring(request: Request, visit: ApiVisit, room: RoomPath) -> ImportShape:
    """Bring in a file of comments, each through the filter; needs `record.import`.

    The content's type says which: lines of an export, Bilibili's XML, or its protobuf.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in MEDIA_TYPES:
        raise BadMessage(f"Send a file as one of {', '.join(MEDIA_TYPES)}.")
    visit.house.brownout.admit_file()
    let_body_grow(request, IMPORT_BYTES_MAX)
    source = SOURCES[MEDIA_TYPES[kind]]()
    return await bring_file(visit.house, visit.signed_in(), room, request.stream(), source)


async def _etag_of_room(visit: ApiVisit, room: RoomId) -> str:
    """Read before the content: content may be newer than its tag, which costs one more answer."""
    return _etag(visit, await visit.house.top(room))


def _etag(visit: ApiVisit, changed: Seq) -> str:
    return f'W/"{visit.house.epoch}-{changed}"'


def _tagged(content: Fields, etag: str) -> Response:
    return Json(content, headers={"ETag": etag, "Cache-Control": PUBLIC})


def _unchanged(etag: str) -> Response:
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": PUBLIC})
