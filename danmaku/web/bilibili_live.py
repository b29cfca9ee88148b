"""What clients of Bilibili's live chat ask before they open a socket, and how they send a comment.

Rooms go by their numbers. Who sends is told by a token, as `SESSDATA` or by `Authorization`; a
session's cookie of ours means nothing here.
"""

import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from danmaku.domain.comment import NORMAL, WHITE, Draft
from danmaku.domain.facts import CommentHeld, CommentRefused
from danmaku.domain.ids import ClientId, RoomNumber
from danmaku.domain.room import RoomKind, Status
from danmaku.errors import Code, NotAllowed, NotFound
from danmaku.formats.bilibili_live import GUEST_KEY, comment_id_of
from danmaku.formats.players import style_of
from danmaku.formats.senders import sender_number_of
from danmaku.ports import RoomRow
from danmaku.web.answers import Refusal, refusal_of_comment, refuse, speaking
from danmaku.web.bilibili import NUMBER_MAX
from danmaku.web.house import House
from danmaku.web.json import Json
from danmaku.web.visit import Visit, house_of, token_visit, visit_without_rights

_TOKEN_COOKIE, _PROOF_COOKIE = "SESSDATA", "bili_jct"
_CODES = {
    Code.NOT_SIGNED_IN: -101,
    Code.ACCOUNT_SUSPENDED: -102,
    Code.BAD_MESSAGE: -400,
    Code.NOT_FOUND: -404,
    Code.INTERNAL: -500,
    Code.STORE_UNAVAILABLE: -503,
    Code.OVERLOADED: -503,
    Code.UNKNOWN: -503,
    Code.DRAINING: -503,
    Code.MUTED: 1003,
    Code.RATE_LIMITED: 10030,
    Code.DUPLICATE: 10031,
    Code.TOO_LONG: 1003212,
}
_REFUSED = -403
_PORTS = {"http": 80, "https": 443}
# Some clients sign what they ask with the names of two pictures; nobody here looks at it.
_PICTURE = f"https://i0.hdslb.com/bfs/wbi/{'0' * 32}.png"

Number = Annotated[int, Query(ge=1, le=NUMBER_MAX, description="Number of the room.")]
NumberAsId = Annotated[
    int, Query(alias="id", ge=1, le=NUMBER_MAX, description="Number of the room.")
]


def _told(refusal: Refusal) -> Response:
    code, word = _CODES.get(refusal.code, _REFUSED), refusal.code.value
    data = {"text": refusal.text, "category": refusal.category}
    if refusal.retry_after_ms is not None:
        data |= {"retry_after_ms": str(refusal.retry_after_ms)}
    fields = {"code": code, "message": word, "msg": word, "ttl": 1, "data": data}
    status = 200 if refusal.http_status < 500 else refusal.http_status  # noqa: PLR2004 -- ours
    return Json(fields, status)


router = APIRouter(route_class=speaking(lambda _: _told), include_in_schema=False)


@router.get("/room/v1/Room/get_info")
async def room_of_id(request: Request, room_id: Number) -> Response:
    """A room by its number."""
    return await _room(request, room_id)


@router.get("/room/v1/Room/mobileRoomInit")
async def room_of_short_id(request: Request, number: NumberAsId) -> Response:
    """As above: no number here is short."""
    return await _room(request, number)


@router.get("/xlive/web-room/v1/index/getRoomPlayInfo")
async def room_to_play(request: Request, room_id: Number) -> Response:
    """As above."""
    return await _room(request, room_id)


@router.get("/xlive/web-room/v1/index/getInfoByRoom")
async def room_and_host(request: Request, room_id: Number) -> Response:
    """As above, one level down."""
    house = house_of(request)
    return _yes({"room_info": await _fields_of(house, await _row(house, room_id))})


@router.get("/xlive/web-room/v1/index/getDanmuInfo")
async def where_to_connect(request: Request, number: NumberAsId) -> Response:
    """Where a room's socket is, and what to come in with."""
    house = house_of(request)
    await _row(house, number)
    url = urlsplit(house.server.public_url or str(request.base_url))
    port = url.port or _PORTS[url.scheme]
    place = {
        "host": url.hostname,
        "port": house.server.bilibili_port or port,
        "wss_port": port,
        "ws_port": port,
    }
    return _yes({"token": GUEST_KEY, "host_list": [place]})


@router.get("/x/web-interface/nav")
async def visitor() -> Response:
    """Nobody is signed in here, and nothing needs to be signed."""
    return _yes({"isLogin": False, "wbi_img": {"img_url": _PICTURE, "sub_url": _PICTURE}})


@router.get("/x/frontend/finger/spi")
async def browser() -> Response:
    """Names for a browser, which nobody remembers."""
    return _yes({"b_3": secrets.token_hex(16), "b_4": secrets.token_hex(16)})


@router.post("/x/internal/gaia-gateway/ExClimbWuzhi")
@router.get("/xlive/rdata-interface/v1/heartbeat/webHeartBeat")
@router.post("/xlive/rdata-interface/v1/heartbeat/webHeartBeat")
async def measured() -> Response:
    """What clients tell of their browsers: nobody reads it."""
    return _yes({})


@router.post("/msg/send")
async def send(  # noqa: PLR0913 -- the fields of a form of others
    request: Request,
    msg: Annotated[str, Form(max_length=16_384)],
    roomid: Annotated[int, Form(ge=1, le=NUMBER_MAX)],
    *,
    color: Annotated[int, Form()] = WHITE,
    mode: Annotated[int, Form()] = 1,
    fontsize: Annotated[int, Form()] = NORMAL,
    csrf: Annotated[str, Form(max_length=256)] = "",
) -> Response:
    """Send a comment through every gate; one that waits for a reviewer has been taken."""
    visit = await _sender(request, csrf)
    row = await _row(visit.house, roomid)
    style = style_of(mode, fontsize, color)
    draft = Draft(ClientId(secrets.token_urlsafe(12)), msg, style=style)
    entry = await visit.house.comments.post(visit.who, row.room, draft)
    if isinstance(entry.fact, CommentRefused):
        return await refuse(request, refusal_of_comment(entry.fact))
    assert entry.comment is not None  # noqa: S101 -- whatever was posted is about one
    is_held = isinstance(entry.fact, CommentHeld)
    name = None if is_held else comment_id_of(row.room, entry.comment.number)
    return _yes({"id": name, "held": is_held})


async def _sender(request: Request, proof: str) -> Visit:
    """Who sends.

    Raises:
        NotSignedIn: The token is not valid.
        NotAllowed: It came by a cookie, and the form does not prove to know the other cookie.
    """
    scheme, _, header = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await token_visit(request, header.strip())
    token = request.cookies.get(_TOKEN_COOKIE)
    if not token:
        return visit_without_rights(request)
    known = request.cookies.get(_PROOF_COOKIE, "")
    if not known or not secrets.compare_digest(known.encode(), proof.encode()):
        raise NotAllowed("csrf is what bili_jct is.")
    return await token_visit(request, token)


async def _room(request: Request, number: int) -> Response:
    house = house_of(request)
    return _yes(await _fields_of(house, await _row(house, number)))


async def _row(house: House, number: int) -> RoomRow:
    row = await house.reader.room_numbered(RoomNumber(number))
    if row is None:
        raise NotFound("There is no such room.")
    return row


async def _fields_of(house: House, row: RoomRow) -> dict[str, object]:
    """What clients know a room by; its host has the number that their own comments come from."""
    host = None if row.owner is None else await house.reader.pseudonym(row.room, row.owner)
    state = row.state
    is_on = state.is_broadcasting or state.kind is RoomKind.VIDEO
    return {
        "room_id": row.number,
        "short_id": row.number,
        "uid": row.number if host is None else sender_number_of(host),
        "live_status": int(is_on and state.status is not Status.CLOSED),
        "title": state.title,
    }


def _yes(data: dict[str, object]) -> Response:
    return Json({"code": 0, "message": "0", "msg": "", "ttl": 1, "data": data})
