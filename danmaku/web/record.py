"""A room's comments as files for players, converters and spreadsheets of others.

Every one is made of what the list shows, so whatever is held, put off or recalled is in none. Who
has a file may ask whether it is still the newest; a recall or a restore makes another one.

Article: articles.Article.STATIC_VERSION
"""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from danmaku.domain.ids import RoomId
from danmaku.formats.artplayer import ARTPLAYER
from danmaku.formats.ass import HEIGHT, SIDE_MAX, SIDE_MIN, WIDTH, ass_of
from danmaku.formats.bilibili_xml import XML
from danmaku.formats.csv_comments import CSV
from danmaku.formats.dandanplay import comments_after
from danmaku.formats.dplayer import DPLAYER
from danmaku.formats.jsonl import JSONL
from danmaku.formats.layout import NONE_YET, Layout
from danmaku.formats.webvtt import WEBVTT
from danmaku.web.fields import RoomPath
from danmaku.web.portal import asker_of
from danmaku.web.visit import ApiVisit, Visit

router = APIRouter(include_in_schema=False)  # docs/integrations.md describes them

Side = Annotated[int, Query(ge=SIDE_MIN, le=SIDE_MAX, description="Of the picture, pixels.")]


class JsonFormat(StrEnum):
    """Whose JSON it is."""

    DPLAYER = "dplayer"
    ARTPLAYER = "artplayer"
    DANDAN = "dandan"
    DANDANPLAY = "dandanplay"


_JSON = {
    JsonFormat.DPLAYER: DPLAYER,
    JsonFormat.ARTPLAYER: ARTPLAYER,
    JsonFormat.DANDAN: comments_after(NONE_YET),
    JsonFormat.DANDANPLAY: comments_after(NONE_YET),
}


@router.get("/rooms/{room}/record.jsonl", response_class=StreamingResponse)
async def as_jsonl(visit: ApiVisit, room: RoomPath) -> Response:
    """Every comment or marker by number, one JSON object a line: the record's own shape."""
    return await file_of(visit, room, JSONL)


@router.get("/rooms/{room}/record.xml", response_class=StreamingResponse)
async def as_xml(visit: ApiVisit, room: RoomPath) -> Response:
    """The comments by position as Bilibili's XML."""
    return await file_of(visit, room, XML)


@router.get("/rooms/{room}/record.ass", response_class=StreamingResponse)
async def as_ass(visit: ApiVisit, room: RoomPath, w: Side = WIDTH, h: Side = HEIGHT) -> Response:
    """The comments as subtitles that move, for a picture of `w` by `h`."""
    return await file_of(visit, room, ass_of(w, h))


@router.get("/rooms/{room}/record.csv", response_class=StreamingResponse)
async def as_csv(visit: ApiVisit, room: RoomPath) -> Response:
    """Every comment or marker by number, for spreadsheets; no cell runs there."""
    return await file_of(visit, room, CSV)


@router.get("/rooms/{room}/record.vtt", response_class=StreamingResponse)
async def as_vtt(visit: ApiVisit, room: RoomPath) -> Response:
    """The comments as plain subtitles of any browser."""
    return await file_of(visit, room, WEBVTT)


@router.get("/rooms/{room}/record.json", response_class=StreamingResponse)
async def as_json(
    visit: ApiVisit, room: RoomPath, shape: Annotated[JsonFormat, Query(alias="format")]
) -> Response:
    """The comments as one of the players or media centres reads them."""
    return await file_of(visit, room, _JSON[shape])


async def file_of(visit: Visit, room: RoomId, layout: Layout) -> Response:
    """A room's file.

    Raises:
        NotFound: There is no such room.
        Overloaded: Too many files are under way, or too many of the visitor's; or the house does
            without for its load.
    """
    house = visit.house
    visit.reading_much(room)
    top = await house.top(room)
    row = await house.reader.room(room)
    return await house.files.answer(visit.request, asker_of(visit), row, layout, top)
