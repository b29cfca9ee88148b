"""The JSON API for names, titles and summaries: one's own, and those that wait for a reviewer."""

from typing import Annotated

from fastapi import Path
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.name_review import NamePlace, NameRefusal
from danmaku.domain.ids import MAX_SAFE_INTEGER, Number, RoomId, Seq
from danmaku.domain.name_judging import NameRow
from danmaku.domain.naming import NameState, Surface
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import api_router
from danmaku.web.fields import Body, RoomPath
from danmaku.web.house import House
from danmaku.web.json import Json
from danmaku.web.visit import ApiVisit

router = api_router("names")

SeqPath = Annotated[
    Seq, Path(ge=1, le=MAX_SAFE_INTEGER, description="Of the name, as the list shows it.")
]


class NewName(Body):
    """Another public name."""

    name: str


class Refusal(Body):
    """Why a name is not shown, and what its owner is told."""

    category: str
    note: str = ""

    def refusal(self) -> NameRefusal:
        """As the verb takes it."""
        return NameRefusal(self.category, self.note)


class TakenAway(Refusal):
    """Which name is not shown any more: of an account, of a comment's author, or of a room."""

    surface: Surface
    login: str | None = None
    room: str | None = None
    number: Annotated[int | None, Field(ge=1, le=MAX_SAFE_INTEGER)] = None

    def place(self) -> NamePlace:
        """As the verb takes it."""
        return NamePlace(
            surface=self.surface,
            login=self.login,
            room=None if self.room is None else RoomId(self.room),
            number=None if self.number is None else Number(self.number),
        )


@router.get("/api/me/name")
async def show_own_name(visit: ApiVisit) -> Response:
    """The name that is shown, and what became of the one that was given last."""
    who = visit.signed_in()
    row = await visit.house.offices.names.own(who)
    return Json({"name": who.name, "given": None if row is None else name_fields(visit.house, row)})


@router.put("/api/me/name", responses={202: {"description": "It waits for a person."}})
async def rename(visit: ApiVisit, body: NewName) -> Response:
    """Take another public name; comments keep the name that they were written under."""
    who, house = visit.signed_in(), visit.house
    given = await house.offices.names.rename(who, body.name)
    row = await house.offices.names.own(who)
    fields = {"name": given.shown, "given": None if row is None else name_fields(house, row)}
    return Json(fields, 202 if given.state is NameState.HELD else 200)


@router.get("/api/rooms/{room}/names")
async def show_room_names(visit: ApiVisit, room: RoomPath) -> Response:
    """What became of title and summary that were given last; needs `room.manage` there."""
    rows = await visit.house.offices.names.of_room(visit.signed_in(), room)
    return Json({"given": [name_fields(visit.house, row) for row in rows]})


@router.get("/api/names")
async def list_waiting(visit: ApiVisit) -> Response:
    """Names, titles and summaries that wait, oldest first; needs `name.review`."""
    rows = await visit.house.offices.names.waiting(visit.signed_in())
    return Json({"names": [name_fields(visit.house, row) for row in rows]})


@router.post("/api/names/{name}/approve", status_code=204)
async def approve(visit: ApiVisit, name: SeqPath) -> None:
    """Show it; needs `name.review`."""
    await visit.house.offices.names.decide(visit.signed_in(), name, None)


@router.post("/api/names/{name}/reject", status_code=204)
async def reject(visit: ApiVisit, name: SeqPath, body: Refusal) -> None:
    """Refuse it; a neutral name stays in its place."""
    await visit.house.offices.names.decide(visit.signed_in(), name, body.refusal())


@router.post("/api/names/take-away", status_code=204)
async def take_away(visit: ApiVisit, body: TakenAway) -> None:
    """Refuse a name that is shown; a neutral one takes its place at once."""
    names = visit.house.offices.names
    await names.take_away(visit.signed_in(), body.place(), body.refusal())


def name_fields(house: House, row: NameRow) -> Fields:
    """A name as its owner and reviewers see it; never whose it is."""
    fact = row.fact
    waits = fact.state is NameState.HELD and not row.is_over
    return {
        "id": row.seq,
        "surface": fact.surface.value,
        "state": fact.state.value,
        "text": fact.text,
        "shown": fact.shown,
        "category": fact.category,
        "note": fact.note,
        "room": fact.room,
        "at_ms": row.at_ms,
        "until_ms": house.offices.names.until_ms(row) if waits else None,
    }
