"""Rooms on other sites: the framed page, and the tokens that such a site issues to its users.

The frame is cross-site, so no cookie reaches it: its visitor is whoever the token in the address'
fragment stands for, and a guest without one. Only sites on the list may show it.
"""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field

from danmaku.domain.ids import RoomId
from danmaku.formats.danmaku_v1 import state_fields_of
from danmaku.web.fields import Body, RoomPath
from danmaku.web.policy import player_policy
from danmaku.web.shapes import Shape
from danmaku.web.viewer import room_data
from danmaku.web.visit import ApiVisit, PageVisit

router = APIRouter()


class EmbedTokenRequest(Body):
    """For whom a site wants a token."""

    subject: Annotated[str, Field(description="The user's id on that site; the same every time.")]
    name: Annotated[str, Field(description="Public name, taken when the user is new here.")]
    room: Annotated[str, Field(description="Where the token is good.")]
    ttl_ms: Annotated[int, Field(description="How long it is good.")] = 3_600_000


class EmbedToken(Shape):
    """A token for `#token=` of the framed page's address."""

    token: str


@router.get("/embed/{room}", include_in_schema=False)
async def show_embed(visit: PageVisit, room: RoomPath) -> Response:
    """The framed page."""
    live = await visit.house.rooms.live(room)
    state, sites = state_fields_of(live.state), visit.house.server.embed_origins
    return visit.page(
        "embed.html",
        {
            "room": {"id": room, "state": state},
            "data": room_data(visit, room, state, top=live.top, me=None),
            "you": None,
        },
        policy=player_policy(live.state.media_url, framed_by=("'self'", *sites)),
    )


@router.post("/api/embed-tokens", status_code=201, tags=["accounts"])
async def issue_embed_token(visit: ApiVisit, body: EmbedTokenRequest) -> EmbedToken:
    """Issue a token for one user of the calling site; needs the power `token.issue`."""
    await visit.house.rooms.live(RoomId(body.room))
    secret = await visit.house.people.embed_token(
        visit.who,
        subject=body.subject,
        name=body.name,
        room=RoomId(body.room),
        ttl_ms=body.ttl_ms,
    )
    return EmbedToken(token=secret)
