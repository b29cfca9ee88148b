"""A room's comments for pictures that others mix: the page that a streamer's program draws.

Its address holds a link, which reads and does nothing else, so it may stand in a program's settings
and in the log of a proxy. The page shows nothing that the room's own page does not show.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from danmaku.domain.account import TokenKind
from danmaku.domain.ids import RoomId
from danmaku.errors import Code, NotAllowed, NotSignedIn
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.fields import RoomPath
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)


class Look(BaseModel):
    """How comments are drawn; all of it stands in the address."""

    model_config = ConfigDict(extra="forbid")

    size: Annotated[float, Field(ge=12, le=96)] = 32
    """Height of a comment of normal size, in pixels, on a picture of 760 pixels or more."""
    speed: Annotated[float, Field(ge=2, le=30)] = 8
    """Seconds from one edge to the other."""
    opacity: Annotated[float, Field(ge=0.1, le=1)] = 1
    area: Annotated[float, Field(ge=0.1, le=1)] = 1
    """Share of the picture's height, from the top."""
    fade: Annotated[float, Field(ge=1, le=30)] = 4.5
    """Seconds that a comment at the top or bottom stays."""
    names: bool = False
    """Whether its author's name stands before each comment."""
    rate: Annotated[int, Field(ge=1, le=60)] = 10
    """Comments that begin in any one second at most; others are left out."""


class Address(Look):
    """What follows the `?`."""

    token: Annotated[str, Field(max_length=128)] = ""


@router.get("/overlay/{room}")
async def show_overlay(
    request: Request, visit: PageVisit, room: RoomPath, address: Annotated[Address, Query()]
) -> Response:
    """The page for a picture: transparent, without anything to press.

    What is wrong is told in a line of the same page: any other would cover the picture.
    """

    async def again(refusal: Refusal) -> Response:
        is_gone = refusal.code is Code.NOT_GRANTED
        said = visit.say("overlay.no_link") if is_gone else words_of(visit, refusal)
        return visit.page("overlay.html", {"room": room, "said": said}, status=refusal.http_status)

    show_again(request, again)
    await visit.house.rooms.live(room)
    await _require_link(visit, room, address.token)
    drawn = {
        "token": address.token,
        "live_url": f"/rooms/{room}/live",
        "look": address.model_dump(exclude={"token"}),
    }
    return visit.page("overlay.html", {"room": room, "drawn": drawn})


async def _require_link(visit: Visit, room: RoomId, token: str) -> None:
    """Let a link of this room pass, and no token that could do more than read.

    Raises:
        NotAllowed: It is another one, or none. Nobody can sign in there, so nobody is asked to.
    """
    try:
        bearer = await visit.house.people.bearer(token if token.startswith(TokenKind.LINK) else "")
    except NotSignedIn:
        raise NotAllowed("This address is no longer good.") from None
    if bearer.token_room != room:
        raise NotAllowed("This address is another room's.")
