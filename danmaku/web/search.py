"""Looking for words in a room's public record, newest first and in no other order."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from danmaku.domain.search import QUERY_MAX, words_of
from danmaku.formats.danmaku_v1 import fields_of, state_fields_of
from danmaku.web.api import OPEN, api_router
from danmaku.web.fields import PAGE_ROWS, Before, Limit, RoomPath
from danmaku.web.forms import path_with
from danmaku.web.json import Json
from danmaku.web.viewer import row_of
from danmaku.web.visit import PUBLIC, ApiVisit, PageVisit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)
api = api_router("record")

Words = Annotated[str, Query(max_length=QUERY_MAX, description="All of these words.")]


@router.get("/rooms/{room}/search")
async def show_found(
    visit: PageVisit, room: RoomPath, q: Words = "", before: Before = None
) -> Response:
    """The comments that hold the words, and the way to older ones."""
    live = await visit.house.rooms.live(room)
    values: dict[str, object] = {
        "room": {"id": room, "state": state_fields_of(live.state)},
        "q": q,
        "rows": None,
        "older_url": None,
    }
    if q.strip():
        visit.reading_much(room)
        found = await visit.house.search.find(room, words_of(q), before=before, limit=PAGE_ROWS)
        values["rows"] = [row_of(view, None) for view in found.views]
        if found.before is not None:
            values["older_url"] = path_with(f"/rooms/{room}/search", q=q, before=found.before)
    return visit.page("search.html", values)


@api.get("/api/rooms/{room}/search", openapi_extra=OPEN)
async def search(
    visit: ApiVisit, room: RoomPath, q: Words, before: Before = None, limit: Limit = 100
) -> Response:
    """Comments that hold all the words, newest first. Look on below the `before` of the answer.

    At most 10,000 comments are looked through at once, so an answer may be empty and not the last.
    """
    await visit.house.rooms.live(room)
    visit.reading_much(room)
    found = await visit.house.search.find(room, words_of(q), before=before, limit=limit)
    comments = [fields_of(view) for view in found.views]
    return Json(
        {"room": room, "before": found.before, "comments": comments},
        headers={"Cache-Control": PUBLIC},
    )
