"""A streamer's page of their room, and the forms by which it is changed."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from fastapi import Form as FormBody
from fastapi.responses import Response

from danmaku.domain.account import Power
from danmaku.domain.room import ReviewMode, RoomState
from danmaku.formats.danmaku_v1 import state_fields_of
from danmaku.web.fields import RoomPath
from danmaku.web.forms import Form
from danmaku.web.visit import PageVisit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)


class PolicyForm(Form):
    """Each field that is given changes; the others stay."""

    comments: Literal["on", "off"] | None = None
    title: str | None = None
    slow_ms: int | None = None
    mode: Literal[ReviewMode.MACHINE, ReviewMode.EVERY] | None = None

    def change(self, state: RoomState) -> RoomState:
        """The room's state with what the form asks for."""
        policy = state.policy
        mode = self.mode or policy.mode
        if self.comments is not None:
            mode = ReviewMode.MACHINE if self.comments == "on" else ReviewMode.CLOSED
        slow_ms = policy.slow_ms if self.slow_ms is None else self.slow_ms
        title = state.title if self.title is None else self.title
        return replace(state, title=title, policy=replace(policy, mode=mode, slow_ms=slow_ms))


class BroadcastForm(Form):
    """Start or end the room's live clock."""

    action: Literal["start", "end"]


@router.get("/rooms/{room}/manage")
async def show_manage(visit: PageVisit, room: RoomPath) -> Response:
    """The streamer's page."""
    live = await visit.house.rooms.live(room)
    visit.holding(Power.ROOM_MANAGE, room)
    site = visit.house.server.public_url or str(visit.request.base_url).rstrip("/")
    snippet = (
        f'<iframe src="{site}/embed/{room}" title="{room}" width="800" height="520"'
        ' allow="fullscreen; autoplay" style="border:0"></iframe>'
    )
    return visit.page(
        "manage.html",
        {
            "room": {"id": room, "state": state_fields_of(live.state)},
            "embed_snippet": snippet if visit.house.server.embed_origins else None,
            "you": visit.you(room),
        },
    )


@router.post("/rooms/{room}/policy")
async def change_policy(
    visit: PageVisit, room: RoomPath, form: Annotated[PolicyForm, FormBody()]
) -> Response:
    """Change what the room allows; the next send feels it."""
    await visit.house.rooms.change(visit.signed_in(), room, form.change)
    return visit.go_to(_back(visit, room))


@router.post("/rooms/{room}/broadcast")
async def broadcast(
    visit: PageVisit, room: RoomPath, form: Annotated[BroadcastForm, FormBody()]
) -> Response:
    """Start or end the broadcast."""
    rooms, who = visit.house.rooms, visit.signed_in()
    verb = rooms.start_broadcast if form.action == "start" else rooms.end_broadcast
    await verb(who, room)
    return visit.go_to(_back(visit, room))


def _back(visit: PageVisit, room: RoomPath) -> str:
    """The page that the form stood on."""
    manage = f"/rooms/{room}/manage"
    return manage if visit.request.headers.get("referer", "").endswith(manage) else f"/rooms/{room}"
