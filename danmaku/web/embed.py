"""Rooms on other sites: the framed page.

The frame is cross-site, so no cookie reaches it: its visitor is whoever the token in the address'
fragment stands for, and a guest without one. Only sites on the list may show it.
"""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from danmaku.domain.categories import REPORTED
from danmaku.formats.danmaku_v1 import state_fields_of
from danmaku.web.fields import RoomPath
from danmaku.web.policy import player_policy
from danmaku.web.viewer import room_data
from danmaku.web.visit import PageVisit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)


@router.get("/embed/{room}")
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
            "reported": REPORTED,
        },
        policy=player_policy(live.state.media_url, framed_by=("'self'", *sites)),
    )
