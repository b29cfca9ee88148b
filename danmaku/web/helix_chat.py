"""A room's settings, who is there, and sending, by Twitch's Helix API."""

import secrets
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from danmaku.domain.comment import Draft
from danmaku.domain.facts import CommentHeld, CommentRefused, Entry
from danmaku.domain.ids import ClientId, RoomId
from danmaku.errors import BadMessage, Code
from danmaku.formats.bilibili_live import comment_id_of
from danmaku.formats.helix import held_id_of
from danmaku.web.answers import Refusal, refusal_of_comment, refuse, speak
from danmaku.web.helix import (
    ROWS_USUAL,
    After,
    Broadcaster,
    Moderator,
    caller_of,
    dialect_of,
    helix_router,
)
from danmaku.web.helix_shapes import (
    ChattersShape,
    DropShape,
    NewMessage,
    SentPageShape,
    SentShape,
    SettingsChange,
    SettingsPageShape,
    settings_shape_of,
)
from danmaku.web.json import Json
from danmaku.web.visit import ApiVisit

CHATTERS_MAX = 1000
_FAULTS = frozenset({Code.NOT_SIGNED_IN, Code.NOT_GRANTED, Code.NOT_FOUND, Code.BAD_MESSAGE})

router = helix_router()


@router.get("/chat/settings")
async def show_settings(visit: ApiVisit, room: Broadcaster, me: Moderator) -> SettingsPageShape:
    """What a room allows."""
    live = await visit.house.rooms.live(room)
    return settings_shape_of(room, me, live.state.policy)


@router.patch("/chat/settings")
async def change_settings(
    visit: ApiVisit, room: Broadcaster, me: Moderator, body: SettingsChange
) -> SettingsPageShape:
    """Change what a room allows; needs `room.manage`. The next send feels it."""
    await visit.house.rooms.change(visit.signed_in(), room, body.change)
    live = await visit.house.rooms.live(room)
    return settings_shape_of(room, me, live.state.policy)


@router.get("/chat/chatters")
async def count_chatters(
    visit: ApiVisit,
    room: Broadcaster,
    _: Moderator,
    after: After = None,  # noqa: ARG001 -- there is one page
    first: Annotated[int, Query(ge=1, le=CHATTERS_MAX)] = ROWS_USUAL,  # noqa: ARG001
) -> ChattersShape:
    """How many are in a room; who they are is nobody's to know."""
    await visit.house.rooms.live(room)
    return ChattersShape(data=[], pagination={}, total=visit.house.viewers(room))


def _tells_drops(request: Request) -> None:
    """Let what keeps one comment back be told as there: the call was taken, the comment was not."""
    told = dialect_of(request)

    def drop(refusal: Refusal) -> Response:
        is_fault = refusal.code in _FAULTS or refusal.http_status >= 500  # noqa: PLR2004 -- ours
        if is_fault:
            return told(refusal)
        why = DropShape(code=refusal.code.value, message=refusal.text or refusal.code.value)
        sent = SentShape(message_id="", is_sent=False, drop_reason=why)
        return Json(SentPageShape(data=[sent]).model_dump(), headers=calls_of(request))

    speak(request, drop)


def calls_of(request: Request) -> Mapping[str, str]:
    """What is told of the caller's bound."""
    calls: Mapping[str, str] = request.state.calls
    return calls


@router.post("/chat/messages", response_model=SentPageShape, dependencies=[Depends(_tells_drops)])
async def send(
    request: Request,
    visit: ApiVisit,
    query: Annotated[NewMessage, Query()],
    body: NewMessage | None = None,
) -> Response:
    """Send a comment through every gate. A held one says `held`, and whoever reviews decides."""
    asked = body or query
    if asked.broadcaster_id is None or asked.message is None:
        raise BadMessage("Name broadcaster_id and message.")
    if asked.reply_parent_message_id is not None:
        raise BadMessage("Comments answer nobody here.")
    caller_of(visit, asked.sender_id)
    room = RoomId(asked.broadcaster_id)
    draft = Draft(ClientId(secrets.token_urlsafe(12)), asked.message)
    entry = await visit.house.comments.post(visit.who, room, draft)
    if isinstance(entry.fact, CommentRefused):
        return await refuse(request, refusal_of_comment(entry.fact))
    sent = SentPageShape(data=[_sent_of(room, entry)])
    return Json(sent.model_dump(), headers=calls_of(request))


def _sent_of(room: RoomId, entry: Entry) -> SentShape:
    if isinstance(entry.fact, CommentHeld):
        why = DropShape(code="automod_held", message="It waits for a reviewer.")
        return SentShape(message_id=held_id_of(room, entry.seq), is_sent=False, drop_reason=why)
    assert entry.comment is not None  # noqa: S101 -- whatever was published is about one
    message_id = comment_id_of(room, entry.comment.number)
    return SentShape(message_id=message_id, is_sent=True, drop_reason=None)
