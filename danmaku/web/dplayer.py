"""What DPlayer asks for and sends, at the addresses that it forms itself.

Who sends is told by the token in the body or by `Authorization`, never by the author's name that
the page puts in. Refusals are answered with 200 and a code, for the player shows nothing else.
"""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from danmaku.domain.facts import CommentHeld, CommentRefused, Entry
from danmaku.domain.ids import ClientId, RoomId, RoomNumber, room_id_of
from danmaku.errors import BadMessage, Code
from danmaku.formats.dplayer import DPLAYER, TYPES, Sent, escaped, sent_of
from danmaku.formats.layout import Head, Writing
from danmaku.web.answers import Refusal, refusal_of_comment, refuse, speak
from danmaku.web.bilibili import NUMBER_MAX
from danmaku.web.json import Json
from danmaku.web.visit import PUBLIC, ApiVisit, Visit, token_visit, visit_without_rights

COMMENTS_USUAL, COMMENTS_MAX = 1000, 5000
_JSON = frozenset({"", "application/json", "text/plain"})
_NOT_FOUND, _REFUSED = 1, 2

Count = Annotated[int | None, Query(ge=1, description="The newest so many.")]


def _told(refusal: Refusal) -> Response:
    code = _NOT_FOUND if refusal.code is Code.NOT_FOUND else _REFUSED
    fields = {"code": code, "msg": refusal.text or refusal.code.value, "reason": refusal.code.value}
    if refusal.retry_after_ms is not None:
        fields |= {"retry_after_ms": refusal.retry_after_ms}
    status = 200 if refusal.http_status < 500 else refusal.http_status  # noqa: PLR2004 -- ours
    return Json(fields, status)


def _speaks(request: Request) -> None:
    speak(request, _told)


router = APIRouter(dependencies=[Depends(_speaks)], include_in_schema=False)


@router.get("/v3/")
@router.get("/dplayer/v3/")
async def read(
    visit: ApiVisit,
    room: Annotated[str, Query(alias="id", max_length=64)],
    most: Annotated[int | None, Query(alias="max", ge=1)] = None,
    limit: Count = None,
) -> Response:
    """The newest comments of a room in order of time; texts are escaped for markup."""
    house = visit.house
    live = await house.rooms.live(await _room_of(visit, room))
    wanted = min(most or limit or COMMENTS_USUAL, COMMENTS_MAX)
    newest = await house.files.rows.newest(live.room, wanted)
    head = Head(live.room, RoomNumber(0), live.state.title, len(newest))
    rows = sorted(newest, key=lambda shown: (shown.position_ms, shown.number))
    content = DPLAYER.begin(head).encode() + Writing(DPLAYER).part(rows) + DPLAYER.end.encode()
    return Response(content, media_type=DPLAYER.media_type, headers={"Cache-Control": PUBLIC})


@router.post("/v3/")
@router.post("/dplayer/v3/")
async def send(request: Request) -> Response:
    """Send a comment through every gate."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _JSON:
        raise BadMessage("Send JSON.")
    sent = sent_of(await request.body())
    visit = await _sender(request, sent)
    room = await _room_of(visit, str(sent.id))
    draft = sent.draft(ClientId(secrets.token_urlsafe(12)))
    entry = await visit.house.comments.post(visit.who, room, draft)
    if isinstance(entry.fact, CommentRefused):
        return await refuse(request, refusal_of_comment(entry.fact))
    return Json({"code": 0, "data": _said_of(room, entry)})


async def _sender(request: Request, sent: Sent) -> Visit:
    """Who sends: a token in the header or in the body; a cookie names nobody here."""
    scheme, _, header = request.headers.get("authorization", "").partition(" ")
    token = header.strip() if scheme.lower() == "bearer" else sent.token
    if not token:
        return visit_without_rights(request)
    return await token_visit(request, token)


async def _room_of(visit: Visit, name: str) -> RoomId:
    """The room of a name, or else of a number: pages were made with either."""
    try:
        room = room_id_of(name)
    except BadMessage:
        return RoomId("")  # which there is not
    if not name.isdecimal() or await visit.house.reader.room(room) is not None:
        return room
    if (number := int(name)) > NUMBER_MAX:
        return room
    found = await visit.house.reader.room_numbered(RoomNumber(number))
    return room if found is None else found.room


def _said_of(room: RoomId, entry: Entry) -> dict[str, object]:
    comment = entry.comment
    assert comment is not None  # noqa: S101 -- whatever was posted is about one
    assert comment.content is not None  # noqa: S101 -- and its sender may read it
    content = comment.content
    number = comment.number
    return {
        "id": None if number is None else f"{room}-{number}",
        "time": comment.position_ms / 1000,
        "text": escaped(content.text),
        "color": content.style.color,
        "type": TYPES[content.style.mode],
        "author": escaped(content.name),
        "held": isinstance(entry.fact, CommentHeld),
    }
