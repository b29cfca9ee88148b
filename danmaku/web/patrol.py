"""The patrol wall: the riskiest rooms as they are now, and what the sample drew.

Article: articles.Article.PATROL
"""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi import Form as FormBody
from fastapi.responses import Response, StreamingResponse

from danmaku.actions.patrol import ROOMS_MAX, SPOTS_MAX, RoomOnWall, Wall
from danmaku.domain.account import Power
from danmaku.domain.categories import CATEGORIES
from danmaku.domain.comment import Comment, CommentStatus
from danmaku.domain.controls import PATROL_MAX_MS
from danmaku.domain.ids import RoomId
from danmaku.domain.room import ReviewMode
from danmaku.formats.csv_table import Cell
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import api_router
from danmaku.web.api_review import events_of
from danmaku.web.exports import csv_of
from danmaku.web.fields import Body, NumberPath, RoomPath
from danmaku.web.forms import Form
from danmaku.web.json import Json
from danmaku.web.pages import time_text_of
from danmaku.web.visit import ApiVisit, PageVisit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)
api = api_router("patrol")

PAGE: Final = "/patrol"
HEAD = (
    "room", "risk", "published", "held", "reported", "imposed", "until_iso", "number", "at_iso",
    "name", "text", "is_recalled", "is_spot",
)  # fmt: skip

RoomPart = Annotated[str, Query(max_length=32, description="A part of the rooms' ids.")]


class Finding(Body):
    """What a spot check found."""

    category: str | None = None


class RecallForm(Form):
    """As what a comment is recalled, or violates."""

    category: str = "other"


@api.get("/api/patrol")
async def show_wall(visit: ApiVisit, room: RoomPart = "") -> Response:
    """Rooms by risk, with what was said last, and comments drawn for a check; `case.decide`."""
    return Json(wall_fields_of(visit.house.offices.review.patrol.wall(visit.signed_in(), room)))


@api.get("/api/patrol/news", response_class=StreamingResponse)
async def follow_wall(visit: ApiVisit) -> Response:
    """Server-sent events: a number that rises when the wall changes; needs `case.decide`."""
    visit.holding(Power.CASE_DECIDE, None)
    return await events_of(visit.house.offices.review.patrol.news)


@api.post("/api/patrol/{room}/{number}/check")
async def check_comment(
    visit: ApiVisit, room: RoomPath, number: NumberPath, body: Finding
) -> Response:
    """Enter what a spot check found; a violation opens a case and recalls; `case.decide`."""
    patrol = visit.house.offices.review.patrol
    case_id = await patrol.check(visit.signed_in(), room, number, body.category)
    return Json({"case_id": case_id})


@router.get(PAGE)
async def show_page(visit: PageVisit, room: RoomPart = "") -> Response:
    """The wall; its rows come by themselves."""
    patrol = visit.house.offices.review.patrol
    wall = patrol.wall(visit.signed_in(), room)
    if visit.house.is_shared:
        await patrol.follow()
    return visit.page(
        "patrol.html", wall_fields_of(wall) | {"room": room, "categories": sorted(CATEGORIES)}
    )


@router.get(PAGE + ".csv")
async def export_wall(visit: PageVisit, room: RoomPart = "") -> Response:
    """The whole wall as a spreadsheet: a row for each comment on it, or for a room without any."""
    patrol = visit.house.offices.review.patrol
    wall = patrol.wall(visit.signed_in(), room, rooms_max=ROOMS_MAX, spots_max=SPOTS_MAX)
    return csv_of("patrol", HEAD, _lines(wall))


@router.post(PAGE + "/{room}/{number}/recall")
async def recall_comment(
    visit: PageVisit, room: RoomPath, number: NumberPath, form: Annotated[RecallForm, FormBody()]
) -> Response:
    """Recall one comment."""
    await visit.house.comments.recall(visit.signed_in(), room, number, form.category)
    return visit.go_to(PAGE)


@router.post(PAGE + "/{room}/{number}/fine")
async def find_nothing(visit: PageVisit, room: RoomPath, number: NumberPath) -> Response:
    """A spot check found nothing."""
    await visit.house.offices.review.patrol.check(visit.signed_in(), room, number, None)
    return visit.go_to(PAGE)


@router.post(PAGE + "/{room}/{number}/violates")
async def find_violation(
    visit: PageVisit, room: RoomPath, number: NumberPath, form: Annotated[RecallForm, FormBody()]
) -> Response:
    """A spot check found something."""
    patrol = visit.house.offices.review.patrol
    await patrol.check(visit.signed_in(), room, number, form.category)
    return visit.go_to(PAGE)


@router.post(PAGE + "/{room}/review")
async def review_room(visit: PageVisit, room: RoomPath) -> Response:
    """Have a room's comments looked at first, for half an hour."""
    await visit.house.offices.controls.set(
        visit.signed_in(),
        scope=room,
        mode=ReviewMode.EVERY,
        lasts_ms=PATROL_MAX_MS,
        reason="patrol",
    )
    return visit.go_to(PAGE)


def wall_fields_of(wall: Wall) -> Fields:
    """The wall for its page."""
    return {
        "rooms": [_room_fields_of(one) for one in wall.rooms],
        "rooms_count": wall.rooms_count,
        "spots": [_comment_fields_of(room, comment) for room, comment in wall.spots],
    }


async def _lines(wall: Wall) -> AsyncIterator[list[Cell]]:
    for one in wall.rooms:
        row: Fields = _room_fields_of(one)
        for comment in [_comment_fields_of(one.room, each) for each in one.newest] or [{}]:
            yield _line_of(row | comment)
    for room, spot in wall.spots:
        yield _line_of(_comment_fields_of(room, spot) | {"is_spot": True})


def _line_of(fields: Fields) -> list[Cell]:
    values = (fields.get(name) for name in HEAD)
    return [None if value is None else str(value) for value in values]


def _room_fields_of(one: RoomOnWall) -> Fields:
    return {
        "room": one.room,
        "risk": one.risk,
        "published": one.pulse.published,
        "held": one.pulse.held,
        "reported": one.pulse.reported,
        "imposed": None if one.imposed is None else one.imposed.value,
        "until_iso": None if one.until_ms is None else time_text_of(one.until_ms),
        "comments": [_comment_fields_of(one.room, comment) for comment in one.newest],
    }


def _comment_fields_of(room: RoomId, comment: Comment) -> Fields:
    content = comment.content
    return {
        "room": room,
        "number": comment.number,
        "text": "" if content is None else content.text,
        "name": "" if content is None else content.name,
        "author": comment.author,
        "at_iso": time_text_of(comment.at_ms),
        "is_recalled": comment.status is CommentStatus.RECALLED,
    }
