"""The JSON API for rooms and comments; the other doors of the API stand beside it.

Errors are the words of docs/errors.md. Callers come with `Authorization: Bearer`, or with the
session cookie from our own pages.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from fastapi.security import HTTPBearer
from pydantic import Field

from danmaku.domain.comment import CommentStatus, Mode
from danmaku.domain.facts import CommentHeld, CommentRefused
from danmaku.domain.ids import RoomId, room_id_of
from danmaku.domain.room import MediaType, ReviewMode, RoomKind, RoomPolicy, RoomState, Status
from danmaku.formats.danmaku_v1 import Fields, state_fields_of
from danmaku.ports import Own, RoomRow
from danmaku.web.answers import refusal_of_comment, refuse
from danmaku.web.fields import Body, DraftFields, Limit, NumberPath, RoomPath
from danmaku.web.json import Json, UnequivocalRoute
from danmaku.web.policy import DOCS
from danmaku.web.shapes import (
    EntryShape,
    OutcomeShape,
    OwnListShape,
    RefusalShape,
    RoomShape,
    RoomsShape,
)
from danmaku.web.visit import ApiVisit, PageVisit, Visit

REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "model": RefusalShape,
        "description": "Refused; as plain text where not even the head of the request was read.",
        "content": {"text/plain": {}},
    },
    "5XX": {"model": RefusalShape},
}


OPEN: dict[str, Any] = {"security": [{}]}
"""Describes what guests may call, too: `openapi_extra` of such a route."""


def api_router(tag: str) -> APIRouter:
    """A door of the API: how it describes who may call it and how it says no."""
    return APIRouter(
        tags=[tag],
        route_class=UnequivocalRoute,
        dependencies=[Depends(HTTPBearer(auto_error=False))],
        responses=REFUSALS,
    )


router = api_router("rooms")


class NewRoom(Body):
    """A room to be opened; the caller becomes its streamer."""

    room: Annotated[str, Field(description="1 to 32 of a-z, 0-9, '-' and '_'.")]
    title: str
    summary: str = ""
    kind: RoomKind = RoomKind.VIDEO
    media_url: str = ""
    media_type: MediaType = MediaType.FILE

    def state(self) -> RoomState:
        """The state to begin with."""
        return RoomState(
            title=self.title,
            summary=self.summary,
            kind=self.kind,
            media_url=self.media_url,
            media_type=self.media_type,
        )


class RoomChange(Body):
    """What is given changes, the rest stays."""

    title: str | None = None
    summary: str | None = None
    status: Status | None = None
    media_url: str | None = None
    media_type: MediaType | None = None
    mode: ReviewMode | None = None
    slow_ms: int | None = None
    text_max: int | None = None
    modes: frozenset[Mode] | None = None
    colors: bool | None = None
    sizes: bool | None = None
    level_min: int | None = None
    unique: bool | None = None
    delay_ms: int | None = None
    recall_within_ms: int | None = None
    news: bool | None = None
    commerce: bool | None = None
    minor_safe: bool | None = None

    def change(self, state: RoomState) -> RoomState:
        """The state with what is given."""
        given = {
            name: getattr(self, name)
            for name in self.model_fields_set
            if getattr(self, name) is not None
        }
        limits = {name: given.pop(name) for name in tuple(given) if name in _POLICY}
        mode = limits.pop("mode", None)
        policy = replace(state.policy, **limits)
        if mode is not None:
            policy = policy.switched(on=mode is not ReviewMode.CLOSED).reviewing(mode)
        return replace(state, **given, policy=policy)


class BroadcastChange(Body):
    """Whether the live clock runs."""

    running: bool


_POLICY = frozenset(RoomPolicy.__dataclass_fields__)


@router.get("/docs", include_in_schema=False)
async def show_docs(visit: PageVisit) -> Response:
    """This API, described for people."""
    return visit.page("docs.html", {"openapi_url": "/openapi.json"}, policy=DOCS)


@router.get("/api/rooms", openapi_extra=OPEN, response_model=RoomsShape)
async def list_rooms(
    visit: ApiVisit, after: Annotated[RoomId | None, Query()] = None, limit: Limit = 100
) -> Response:
    """Rooms in the order of their ids."""
    rows = await visit.house.reader.rooms(after=after, limit=limit)
    return Json({"rooms": [_room_of(visit, row) for row in rows]})


@router.post("/api/rooms", status_code=201)
async def open_room(visit: ApiVisit, body: NewRoom) -> EntryShape:
    """Open a room; needs `room.create`."""
    who = visit.signed_in()
    entry = await visit.house.rooms.open(
        who, room_id_of(body.room), body.state(), owner=who.account
    )
    return EntryShape(seq=entry.seq)


@router.get("/api/rooms/{room}", openapi_extra=OPEN, response_model=RoomShape)
async def get_room(visit: ApiVisit, room: RoomPath) -> Response:
    """One room and where its record stands."""
    await visit.house.rooms.live(room)
    row = await visit.house.reader.room(room)
    assert row is not None  # noqa: S101 -- rooms are never removed
    return Json(_room_of(visit, row))


@router.patch("/api/rooms/{room}")
async def change_room(visit: ApiVisit, room: RoomPath, body: RoomChange) -> EntryShape:
    """Change a room; needs `room.manage` there, and `room.close` to close it for good.

    `news`, `commerce` and `minor_safe` need `room.manage` on the platform.
    """
    entry = await visit.house.rooms.change(visit.signed_in(), room, body.change)
    return EntryShape(seq=entry.seq)


@router.post("/api/rooms/{room}/broadcast")
async def change_broadcast(visit: ApiVisit, room: RoomPath, body: BroadcastChange) -> EntryShape:
    """Start or end the live clock; needs `room.manage`."""
    rooms, who = visit.house.rooms, visit.signed_in()
    verb = rooms.start_broadcast if body.running else rooms.end_broadcast
    return EntryShape(seq=(await verb(who, room)).seq)


@router.post(
    "/api/rooms/{room}/comments",
    status_code=201,
    response_model=OutcomeShape,
    responses={202: {"model": OutcomeShape, "description": "Held for a person to look at."}},
)
async def send(request: Request, visit: ApiVisit, room: RoomPath, body: DraftFields) -> Response:
    """Send a comment. Sending again with the same `id` records nothing and answers the same."""
    entry = await visit.house.comments.post(visit.who, room, body.draft())
    if isinstance(entry.fact, CommentRefused):
        return await refuse(request, refusal_of_comment(entry.fact))
    outcome = OutcomeShape(outcome="published", id=body.id, seq=entry.seq)
    if isinstance(entry.fact, CommentHeld):
        outcome.outcome, outcome.category = "held", entry.fact.category
    elif entry.comment is not None:
        outcome.number = entry.comment.number
    return Json(outcome.model_dump(), 202 if outcome.outcome == "held" else 201)


@router.post("/api/rooms/{room}/comments/{number}/recall")
async def recall(
    visit: ApiVisit,
    room: RoomPath,
    number: NumberPath,
    category: Annotated[str | None, Query(description="Why, if it is not one's own.")] = None,
) -> EntryShape:
    """Take a comment out of every public place; its marker stays."""
    entry = await visit.house.comments.recall(visit.signed_in(), room, number, category)
    return EntryShape(seq=entry.seq, number=number)


@router.post("/api/rooms/{room}/comments/{number}/restore")
async def restore(visit: ApiVisit, room: RoomPath, number: NumberPath) -> EntryShape:
    """Let a recalled comment back to its number and place."""
    entry = await visit.house.comments.restore(visit.signed_in(), room, number)
    return EntryShape(seq=entry.seq, number=number)


@router.get("/api/rooms/{room}/own", response_model=OwnListShape)
async def list_own(visit: ApiVisit, room: RoomPath, limit: Limit = 100) -> Response:
    """One's own comments in a room, newest first, held and refused ones included."""
    who = visit.signed_in()
    await visit.house.rooms.live(room)
    own = await visit.house.reader.own(who.account, room, limit=limit)
    return Json({"comments": _own_of(own)})


def _room_of(visit: Visit, row: RoomRow) -> Fields:
    return {
        "room": row.room,
        "number": row.number,
        "epoch": visit.house.epoch,
        "top": row.top,
        "comments_count": row.comments_count,
        "viewers_count": visit.house.viewers(row.room),
        "created_ms": row.created_ms,
        "state": state_fields_of(row.state),
    }


def _own_of(own: Iterable[Own]) -> list[Fields]:
    return [
        {
            "seq": each.comment.origin,
            "number": each.comment.number,
            "status": each.status.value,
            "at_ms": each.comment.at_ms,
            "position_ms": each.comment.position_ms,
            "text": None
            if each.comment.content is None or each.status is CommentStatus.RECALLED
            else each.comment.content.text,
            "category": each.category,
        }
        for each in own
    ]
