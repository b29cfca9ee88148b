"""Pages for whoever watches: the rooms, a room with its static list, one comment for good.

The list is complete and works without JavaScript: reading, sending and taking back are links and
forms. Pages carry no ETag: each answer has its own nonce, and one from a cache would lose it.

Article: articles.Article.STATIC_VERSION
"""

import secrets
from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.domain.brownout import is_deep
from danmaku.domain.categories import REPORTED
from danmaku.domain.comment import NORMAL, WHITE, CommentStatus, Draft, Mode, Style
from danmaku.domain.delay import DELAY_CATEGORY
from danmaku.domain.facts import CommentHeld, CommentRefused, Entry
from danmaku.domain.ids import ClientId, Number, Pseudonym, RoomId, Seq
from danmaku.domain.keeping import waits_for_proof
from danmaku.domain.views import View, numbers_of, view_of_comment
from danmaku.errors import NotFound
from danmaku.formats.danmaku_v1 import Fields, fields_of, state_fields_of
from danmaku.ports import Own
from danmaku.web.answers import Refusal, refusal_of_comment, refuse, show_again, words_of
from danmaku.web.fields import PAGE_ROWS, Before, NumberPath, RoomPath
from danmaku.web.forms import Form, form_token_of, path_with
from danmaku.web.pages import Values, position_text_of, time_text_of
from danmaku.web.policy import player_policy
from danmaku.web.visit import PageVisit, Visit, page_visit
from danmaku.web.ways import way_of, ways_from

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

NEIGHBOURS = 3  # comments shown on either side of a single one
OWN_ROWS = 20  # newest own comments that are looked at for ones that wait or were refused
ROOMS_MAX = 100


class RecallForm(Form):
    """Why somebody else's comment is hidden."""

    category: str | None = None


class LikeForm(Form):
    """Whether a comment is liked from here on."""

    stands: bool


class SendForm(Form):
    """The composer without JavaScript."""

    client_id: str = ""
    text: str = ""
    position_ms: int = 0
    mode: Mode = Mode.SCROLL
    color: int = WHITE
    size: int = NORMAL

    def draft(self) -> Draft:
        """The value that the verbs take."""
        return Draft(
            client_id=ClientId(self.client_id[:64] or _fresh_id()),
            text=self.text,
            position_ms=self.position_ms,
            style=Style(self.mode, self.color, self.size),
        )


@router.get("/")
async def show_rooms(visit: PageVisit) -> Response:
    """The list of rooms."""
    house = visit.house
    rooms: list[Fields] = [
        {
            **state_fields_of(row.state),
            "room": row.room,
            "comments_count": row.comments_count,
            "viewers_count": house.viewers(row.room),
        }
        for row in await house.reader.rooms(limit=ROOMS_MAX)
    ]
    return visit.page("rooms.html", {"rooms": rooms})


@router.get("/rooms/{room}")
async def show_room(
    visit: PageVisit,
    room: RoomPath,
    before: Before = None,
    said: Annotated[Literal["sent", "held", "delayed", "recalled"] | None, Query()] = None,
    number: Annotated[int, Query()] = 0,
) -> Response:
    """A room: the player, and the list of its comments, newest first.

    `said` and `number` tell what the form did that led here.
    """
    words = "" if said is None else visit.say(f"notice.{said}", number=number)
    notice = {"kind": "good", "text": words} if words else None
    return await _room_page(visit, room, {"notice": notice}, before=before)


@router.get("/overlay/{room}/dock")
async def show_dock(visit: PageVisit, room: RoomPath) -> Response:
    """The room's list alone, for a dock beside a streamer's picture: no film, nothing to write."""
    visit.signed_in()
    return await _room_page(visit, room, {"is_dock": True, "path": f"/overlay/{room}/dock"})


@router.post("/rooms/{room}/comments")
async def send(
    request: Request, visit: PageVisit, room: RoomPath, form: Annotated[SendForm, FormBody()]
) -> Response:
    """Send a comment by form; a refused one comes back with its text kept."""
    await visit.house.rooms.live(room)  # an unknown room has no page to show again

    async def again(refusal: Refusal) -> Response:
        shown = {
            "client_id": _fresh_id(),
            "text": form.text,
            "error": words_of(visit, refusal),
            "code": refusal.code.value,
            "way": way_of(refusal.code, f"/rooms/{room}"),
        }
        return await _room_page(visit, room, {"draft": shown}, status=refusal.http_status)

    show_again(request, again)
    entry = await visit.house.comments.post(visit.who, room, form.draft())
    if isinstance(entry.fact, CommentRefused):
        return await refuse(request, refusal_of_comment(entry.fact))
    if isinstance(entry.fact, CommentHeld) or entry.comment is None:
        return visit.go_to(await _waiting_at(visit, room, entry))
    return visit.go_to(path_with(f"/rooms/{room}", said="sent", number=entry.comment.number))


@router.get("/rooms/{room}/comments/{number}")
async def show_comment(visit: PageVisit, room: RoomPath, number: NumberPath) -> Response:
    """The permanent page of one comment, or of its marker."""
    house = visit.house
    live = await house.rooms.live(room)
    found = await house.reader.comment(room, number)
    if found is None:
        raise NotFound("There is no such comment.")
    me = await _pseudonym(visit, room)
    near = await house.reader.comments(
        room, before=Number(number + NEIGHBOURS + 1), limit=2 * NEIGHBOURS + 1
    )
    return visit.page(
        "comment.html",
        {
            "room": {"id": room, "state": state_fields_of(live.state)},
            "comment": row_of(view_of_comment(*found), me),
            "context": await _rows_of(visit, room, near, me),
            "likes_on": house.offices.likes.are_on,
            "report_url": path_with("/report", room=room, number=number),
            "you": visit.you(room, me),
        },
    )


@router.post("/rooms/{room}/comments/{number}/recall")
async def recall(
    visit: PageVisit, room: RoomPath, number: NumberPath, form: Annotated[RecallForm, FormBody()]
) -> Response:
    """Take a comment back by form, or hide somebody else's."""
    await visit.house.comments.recall(visit.signed_in(), room, number, form.category)
    return visit.go_to(path_with(f"/rooms/{room}", said="recalled", number=number))


@router.post("/rooms/{room}/comments/{number}/like")
async def like(
    visit: PageVisit, room: RoomPath, number: NumberPath, form: Annotated[LikeForm, FormBody()]
) -> Response:
    """Like a comment by form, or take that back."""
    likes = visit.house.offices.likes
    await likes.put(visit.signed_in(), room, number, stands=form.stands)
    return visit.go_to(f"/rooms/{room}#c{number}")


async def _waiting_at(visit: Visit, room: RoomId, entry: Entry) -> str:
    """The room's page, saying what a comment waits for that others do not see yet."""
    path = f"/rooms/{room}"
    if not isinstance(entry.fact, CommentHeld) or entry.fact.category != DELAY_CATEGORY:
        return path_with(path, said="held")
    policy = (await visit.house.rooms.live(room)).state.policy
    return path_with(path, said="delayed", number=policy.delay_ms // 1000)


async def _room_page(
    visit: Visit,
    room: RoomId,
    also: Values,
    *,
    before: Number | None = None,
    status: int = 200,
) -> Response:
    """A room's page; what is in `also` comes besides, or instead."""
    house = visit.house
    live = await house.rooms.live(room)
    state, top = live.state, live.top  # before the list is read: the tail may repeat, never miss
    row = await house.reader.room(room)
    total = 0 if row is None else row.comments_count
    if is_deep(before, total):
        visit.reading_much(room)
    views = await house.reader.comments(room, before=before, limit=PAGE_ROWS)
    me = await _pseudonym(visit, room)
    rows = await _rows_of(visit, room, views, me)
    told = state_fields_of(state) | ({"media_url": ""} if "is_dock" in also else {})
    values = {
        "path": f"/rooms/{room}",
        "room": {"id": room, "state": state_fields_of(state)},
        "page": _list_page(room, rows, before=before, total=total),
        "own": await _not_public(visit, room),
        "draft": {"client_id": _fresh_id(), "text": "", "error": None},
        "you": visit.you(room, me),
        "report_url": path_with("/report", room=room),
        "reported": REPORTED,
        "likes_on": house.offices.likes.are_on,
        "is_paused": visit.who is not None and waits_for_proof(visit.who, room, visit.now_ms),
        "data": room_data(visit, room, told, top=top, me=me),
    }
    return visit.page(
        "room.html", values | dict(also), status=status, policy=player_policy(state.media_url)
    )


def room_data(
    visit: Visit, room: RoomId, state: Fields, *, top: Seq, me: Pseudonym | None
) -> Fields:
    """What the room's script begins with; the socket goes on from `upto`."""
    you = visit.you(room, me)
    return {
        "room": room,
        "epoch": visit.house.epoch,
        "upto": top,
        "token": None,
        "live_url": f"/rooms/{room}/live",
        "api": f"/api/rooms/{room}",
        "state": state,
        "you": None
        if you is None
        else {"name": you.name, "author": you.author, "powers": you.powers},
        "lang": visit.lang,
        "texts": visit.pages.texts.for_scripts(visit.lang),
        "csrf": form_token_of(visit.secret),
        "ways": ways_from(f"/rooms/{room}"),
        "likes": visit.house.offices.likes.are_on,
    }


def _list_page(
    room: RoomId, rows: Sequence[Fields], *, before: Number | None, total: int
) -> Fields:
    """One page of the list. Numbers have no gaps, so that the next newer page can be counted."""
    path = f"/rooms/{room}"
    oldest = total + 1 if before is None else before
    oldest = max(1, oldest - len(rows))
    newer = None if before is None or before > total else before + PAGE_ROWS
    return {
        "comments": rows,
        "total": total,
        "older_url": path_with(path, before=oldest) if oldest > 1 else None,
        "newer_url": None
        if newer is None
        else path_with(path, before=newer if newer <= total else None),
    }


async def _rows_of(
    visit: Visit, room: RoomId, views: Sequence[View], me: Pseudonym | None
) -> list[Fields]:
    """Rows of a list, with how many like each and whether the visitor does."""
    likes, numbers = visit.house.offices.likes, numbers_of(views)
    counts = await likes.counts(room, numbers)
    own = await likes.own(visit.who, room, numbers)
    rows = []
    for view in views:
        number = None if view.comment is None else view.comment.number
        liked = {"likes": counts.get(number, 0), "liked": number in own} if number else {}
        rows.append({**row_of(view, me), **liked})
    return rows


def row_of(view: View, me: Pseudonym | None) -> Fields:
    """A comment or its marker as templates show it."""
    comment = view.comment
    assert comment is not None  # noqa: S101 -- lists hold nothing else
    is_shown = comment.content is not None
    return {
        **fields_of(view),
        "at_iso": time_text_of(comment.at_ms),
        "position_text": position_text_of(comment.position_ms),
        "own": is_shown and me is not None and comment.author == me,
    }


async def _pseudonym(visit: Visit, room: RoomId) -> Pseudonym | None:
    if visit.who is None:
        return None
    return await visit.house.reader.pseudonym(room, visit.who.account)


async def _not_public(visit: Visit, room: RoomId) -> list[Fields]:
    """The visitor's own comments that nobody else sees: waiting, or refused."""
    if visit.who is None:
        return []
    own = await visit.house.reader.own(visit.who.account, room, limit=OWN_ROWS)
    return [
        _own_of(each) for each in own if each.status in (CommentStatus.HELD, CommentStatus.REFUSED)
    ]


def _own_of(own: Own) -> Fields:
    content = own.comment.content
    return {
        "seq": own.comment.origin,
        "status": own.status.value,
        "text": "" if content is None else content.text,
        "category": own.category,
        "at_iso": time_text_of(own.comment.at_ms),
    }


def _fresh_id() -> str:
    return secrets.token_urlsafe(12)
