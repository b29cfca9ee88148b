"""A streamer's page of their room, and the forms by which it is changed."""

from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.domain.account import Power, TokenKind
from danmaku.domain.comment import Mode
from danmaku.domain.ids import RoomId
from danmaku.domain.room import ReviewMode, RoomState
from danmaku.domain.room_words import BadWords, ListChanged, RoomWords, WordsDraft, lines_of
from danmaku.errors import NotFound
from danmaku.filter.rules import Action
from danmaku.formats.danmaku_v1 import state_fields_of
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.api_words import WordsAction
from danmaku.web.fields import RoomPath
from danmaku.web.forms import Form
from danmaku.web.guard import BODY_BYTES_MAX
from danmaku.web.names import name_row
from danmaku.web.pages import NOTHING, Values, time_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)


_NUMBERS: Final = ("slow_ms", "text_max", "level_min", "delay_ms")
_SWITCHES: Final = ("unique", "colors", "sizes")


class PolicyForm(Form):
    """Each field that is given changes; the others stay."""

    comments: Literal["on", "off"] | None = None
    slow_ms: int | None = None
    mode: Literal[ReviewMode.MACHINE, ReviewMode.DELAYED, ReviewMode.EVERY] | None = None
    delay_ms: int | None = None
    text_max: int | None = None
    level_min: int | None = None
    unique: Literal["on", "off"] | None = None
    colors: Literal["on", "off"] | None = None
    sizes: Literal["on", "off"] | None = None
    modes: Annotated[list[Mode | Literal[""]], Field(max_length=len(Mode) + 1)] | None = None

    def change(self, state: RoomState) -> RoomState:
        """The room's state with what the form asks for."""
        policy = state.policy
        if self.comments is not None:
            policy = policy.switched(on=self.comments == "on")
        if self.mode is not None:
            policy = policy.reviewing(self.mode)
        return replace(state, policy=replace(policy, **self._limits()))

    def _limits(self) -> dict[str, Any]:
        """What is given of the fields that are of the policy as they are."""
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        switches = {name: getattr(self, name) for name in _SWITCHES}
        limits: dict[str, Any] = {name: value == "on" for name, value in switches.items() if value}
        limits |= {name: value for name, value in numbers.items() if value is not None}
        if self.modes is not None:  # an empty one stands for a form in which none was ticked
            limits["modes"] = frozenset(mode for mode in self.modes if mode)
        return limits


class NamesForm(Form):
    """What the room goes by."""

    title: str = ""
    summary: str = ""

    def change(self, state: RoomState) -> RoomState:
        """The room's state with both."""
        return replace(state, title=self.title, summary=self.summary)


class BroadcastForm(Form):
    """Start or end the room's live clock."""

    action: Literal["start", "end"]


class WordsForm(Form):
    """The room's own words, one a line."""

    words: Annotated[str, Field(max_length=BODY_BYTES_MAX)] = ""
    action: WordsAction = Action.HOLD
    seen: int | None = None  # seq of the list that the form was opened with; 0: there was none

    def draft(self, _now: RoomWords) -> WordsDraft:
        """The list that is asked for."""
        return WordsDraft(lines_of(self.words), self.action)


class LinkForm(Form):
    """What its owner knows a new link by."""

    label: str = ""


@router.get("/rooms/{room}/manage")
async def show_manage(
    visit: PageVisit, room: RoomPath, said: Annotated[Literal["words"] | None, Query()] = None
) -> Response:
    """The streamer's page; `said` tells what the form did that led here."""
    await visit.house.rooms.live(room)
    visit.holding(Power.ROOM_MANAGE, room)
    words = await _words_of_room(visit, room)
    return await _manage_page(visit, room, {**words, "is_saved": said is not None})


async def _words_of_room(visit: Visit, room: RoomId) -> Values:
    now, seq = await visit.house.word_lists.show(visit.who, room)
    return {
        "text": "\n".join(now.words),
        "seen": seq or 0,
        "action": now.action.value,
        "count": len(now.words),
    }


@router.post("/rooms/{room}/policy")
async def change_policy(
    visit: PageVisit, room: RoomPath, form: Annotated[PolicyForm, FormBody()]
) -> Response:
    """Change what the room allows; the next send feels it."""
    await visit.house.rooms.change(visit.signed_in(), room, form.change)
    return visit.go_to(_back(visit, room))


@router.post("/rooms/{room}/names")
async def set_names(
    request: Request, visit: PageVisit, room: RoomPath, form: Annotated[NamesForm, FormBody()]
) -> Response:
    """Give the room another title or summary; what was refused comes back as it was typed."""
    who = visit.holding(Power.ROOM_MANAGE, room)

    async def again(refusal: Refusal) -> Response:
        typed: Values = {"names_error": words_of(visit, refusal), "typed": form}
        words = await _words_of_room(visit, room)
        return await _manage_page(visit, room, words, typed, status=refusal.http_status)

    show_again(request, again)
    await visit.house.rooms.change(who, room, form.change)
    return visit.go_to(f"/rooms/{room}/manage#names")


@router.post("/rooms/{room}/broadcast")
async def broadcast(
    visit: PageVisit, room: RoomPath, form: Annotated[BroadcastForm, FormBody()]
) -> Response:
    """Start or end the broadcast."""
    rooms, who = visit.house.rooms, visit.signed_in()
    verb = rooms.start_broadcast if form.action == "start" else rooms.end_broadcast
    await verb(who, room)
    return visit.go_to(_back(visit, room))


@router.post("/rooms/{room}/words")
async def set_words(
    request: Request, visit: PageVisit, room: RoomPath, form: Annotated[WordsForm, FormBody()]
) -> Response:
    """Give the room other words of its own.

    A list that is wrong comes back as it was typed; so does one that was opened before somebody
    else set another, with that beside it, and the next save replaces it.
    """
    lists, who = visit.house.word_lists, visit.signed_in()
    try:
        await lists.set(who, room, form.draft, seen=form.seen)
    except BadWords as bad:
        faults = [{"line": fault.line, "code": fault.code.value} for fault in bad.faults]
        _show_words_again(request, visit, room, form, {"faults": faults})
        raise
    except ListChanged:
        now, seq = await lists.show(who, room)
        _show_words_again(request, visit, room, form, {"now": now.words, "seen": seq or 0})
        raise
    return visit.go_to(f"/rooms/{room}/manage?said=words#words")


@router.post("/rooms/{room}/links")
async def make_link(
    request: Request, visit: PageVisit, room: RoomPath, form: Annotated[LinkForm, FormBody()]
) -> Response:
    """Make a link that only reads; its address is on this one page and nowhere else."""
    who = visit.holding(Power.ROOM_MANAGE, room)

    async def again(refusal: Refusal) -> Response:
        words, typed = await _words_of_room(visit, room), {"link_error": words_of(visit, refusal)}
        return await _manage_page(visit, room, words, typed, status=refusal.http_status)

    show_again(request, again)
    label = form.label.strip() or visit.say("manage.link_label")
    people = visit.house.people
    _, secret = await people.issue_token(
        who, label, expires_ms=None, room=room, kind=TokenKind.LINK
    )
    made: Values = {"new_link": f"{_site(visit)}/overlay/{room}?token={secret}"}
    return await _manage_page(visit, room, await _words_of_room(visit, room), made)


@router.post("/rooms/{room}/links/{link}/revoke")
async def revoke_link(visit: PageVisit, room: RoomPath, link: str) -> Response:
    """Make one of one's own links worthless; whatever shows it falls silent within a second."""
    who = visit.signed_in()
    if link not in {row["id"] for row in await _links_of(visit, room)}:
        raise NotFound("There is no such link.")
    await visit.house.people.revoke_token(who, link)
    return visit.go_to(f"/rooms/{room}/manage#links")


def _show_words_again(
    request: Request, visit: Visit, room: RoomId, form: WordsForm, why: Values
) -> None:
    async def again(refusal: Refusal) -> Response:
        words: Values = {
            "text": form.words,
            "seen": form.seen,
            "action": form.action.value,
            "count": len(lines_of(form.words)),
            **why,
        }
        return await _manage_page(visit, room, words, status=refusal.http_status)

    show_again(request, again)


async def _manage_page(
    visit: Visit, room: RoomId, words: Values, typed: Values = NOTHING, *, status: int = 200
) -> Response:
    live = await visit.house.rooms.live(room)
    given = await visit.house.offices.names.of_room(visit.who, room)
    snippet = (
        f'<iframe src="{_site(visit)}/embed/{room}" title="{room}" width="800" height="520"'
        ' allow="fullscreen; autoplay" style="border:0"></iframe>'
    )
    values = {
        "path": f"/rooms/{room}/manage",
        "room": {"id": room, "state": state_fields_of(live.state)},
        "words": {**words, "words_max": visit.house.word_lists.words_max},
        "embed_snippet": snippet if visit.house.server.embed_origins else None,
        "names": [name_row(visit.house, row) for row in given],
        "links": await _links_of(visit, room),
        "you": visit.you(room),
    }
    return visit.page("manage.html", {**values, **typed}, status=status)


async def _links_of(visit: Visit, room: RoomId) -> list[dict[str, str]]:
    """The visitor's own links to the room, oldest first."""
    tokens = await visit.house.people.tokens(visit.signed_in())
    return [
        {"id": one.token_id, "label": one.label, "made_iso": time_text_of(one.created_ms)}
        for one in tokens
        if one.is_link and one.room == room
    ]


def _site(visit: Visit) -> str:
    """Where others reach this house, without a slash at the end."""
    return visit.house.server.public_url or str(visit.request.base_url).rstrip("/")


def _back(visit: PageVisit, room: RoomPath) -> str:
    """The page that the form stood on."""
    manage = f"/rooms/{room}/manage"
    return manage if visit.request.headers.get("referer", "").endswith(manage) else f"/rooms/{room}"
