"""Legal holds: the page of those who lay and lift them, and the same for programs."""

from collections.abc import AsyncIterator, Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import BeforeValidator, Field

from danmaku.actions.legal_holds import HoldDraft
from danmaku.domain.account import Power
from danmaku.domain.ids import MAX_SAFE_INTEGER, AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.legal_hold import Reach
from danmaku.domain.times import begin_ms_of, end_ms_of
from danmaku.formats.csv_table import Cell
from danmaku.formats.danmaku_v1 import Fields
from danmaku.ports import StandingHold
from danmaku.web.answers import show_page_again
from danmaku.web.api import api_router
from danmaku.web.api_keeping import IdPath
from danmaku.web.exports import csv_of
from danmaku.web.fields import Body, Day
from danmaku.web.forms import Form
from danmaku.web.house import House
from danmaku.web.json import Json
from danmaku.web.pages import NOTHING, Values, time_text_of
from danmaku.web.visit import ApiVisit, PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)
api = api_router("legal holds")

HEAD = (
    "hold_id", "at_iso", "by", "login", "room", "origin", "from_iso", "to_iso", "told", "basis",
)  # fmt: skip

Words = Annotated[str, Query(max_length=100)]

_Moment = Annotated[Millis | None, Field(ge=0, le=MAX_SAFE_INTEGER)]
_Whole = Annotated[int | None, Field(ge=1, le=MAX_SAFE_INTEGER)]
_Day = Annotated[Day | None, BeforeValidator(lambda typed: typed or None)]  # left empty: none


class NewHold(Body):
    """What to keep, and why; all that is named has to fit."""

    basis: Annotated[str, Field(description="The law, order or lawsuit that asks for it; sealed.")]
    login: Annotated[str, Field(description="Whose account; empty: anybody's.")] = ""
    room: Annotated[RoomId | None, Field(max_length=32)] = None
    number: Annotated[_Whole, Field(description="Of a published comment of the room.")] = None
    origin: Annotated[_Whole, Field(description="Private id of a comment of the room.")] = None
    from_ms: _Moment = None
    to_ms: _Moment = None
    told: Annotated[bool, Field(description="Whether whom it names may know of it.")] = True

    def draft(self) -> HoldDraft:
        """The value that the verb takes."""
        origin = None if self.origin is None else Seq(self.origin)
        number = None if self.number is None else Number(self.number)
        reach = Reach(self.room, origin, self.from_ms, self.to_ms)
        return HoldDraft(self.basis, self.login, reach, number, self.told)


class Lifting(Body):
    """Why it need not be kept any longer; sealed."""

    why: str


class HoldForm(Form):
    """As `NewHold`, by days."""

    basis: str = ""
    login: str = ""
    room: str = ""
    number: Annotated[str, Field(pattern=r"^[0-9]{0,15}$")] = ""
    first: _Day = None
    last: _Day = None
    secret: bool = False

    def draft(self) -> HoldDraft:
        """The value that the verb takes."""
        reach = Reach(
            RoomId(self.room) if self.room else None,
            None,
            None if self.first is None else begin_ms_of(self.first),
            None if self.last is None else end_ms_of(self.last),
        )
        number = Number(int(self.number)) if self.number else None
        return HoldDraft(self.basis, self.login, reach, number, is_told=not self.secret)


class LiftForm(Form):
    """Why a hold is lifted."""

    why: str = ""


@api.get("/api/legal-holds")
async def list_holds(visit: ApiVisit) -> Response:
    """Those that stand, oldest first; needs `legal.hold` or `record.inspect`."""
    standing = await visit.house.offices.legal_holds.standing(visit.signed_in())
    return Json({"holds": [await hold_fields_of(visit.house, one) for one in standing]})


@api.post("/api/legal-holds", status_code=201)
async def lay_hold(visit: ApiVisit, body: NewHold) -> Response:
    """Keep what terms and wishes would destroy; needs `legal.hold`."""
    hold = await visit.house.offices.legal_holds.lay(visit.signed_in(), body.draft())
    return Json({"hold_id": hold.hold_id}, 201)


@api.post("/api/legal-holds/{hold_id}/lift")
async def lift_hold(visit: ApiVisit, hold_id: IdPath, body: Lifting) -> Response:
    """Let go of it; needs `legal.hold`, and not of whoever laid it."""
    await visit.house.offices.legal_holds.lift(visit.signed_in(), hold_id, body.why)
    return Json({})


@router.get("/legal-holds")
async def show_holds(visit: PageVisit, words: Words = "") -> Response:
    """Those that stand, all or those that name something."""
    return await _page(visit, {"words": words})


@router.get("/legal-holds.csv")
async def export_holds(visit: PageVisit, words: Words = "") -> Response:
    """The same rows as a spreadsheet."""
    return csv_of("legal-holds", HEAD, _lines(await _rows_with(visit, words)))


@router.post("/legal-holds")
async def lay(visit: PageVisit, form: Annotated[HoldForm, FormBody()]) -> Response:
    """Lay one."""
    show_page_again(visit, _page, typed=form)
    await visit.house.offices.legal_holds.lay(visit.signed_in(), form.draft())
    return visit.go_to("/legal-holds")


@router.post("/legal-holds/{hold_id}/lift")
async def lift(
    visit: PageVisit, hold_id: IdPath, form: Annotated[LiftForm, FormBody()]
) -> Response:
    """Lift one."""
    show_page_again(visit, _page)
    await visit.house.offices.legal_holds.lift(visit.signed_in(), hold_id, form.why)
    return visit.go_to("/legal-holds")


async def hold_fields_of(house: House, one: StandingHold) -> Fields:
    """A hold for those who lay them and for inspectors."""
    fact, reach = one.fact, one.fact.reach
    return {
        "hold_id": fact.hold_id,
        "at_ms": one.at_ms,
        "by": await _login_of(house, fact.actor),
        "login": await _login_of(house, fact.account),
        "room": reach.room,
        "origin": reach.origin,
        "from_ms": reach.from_ms,
        "to_ms": reach.to_ms,
        "told": fact.is_told,
        "basis": fact.basis,
    }


async def _login_of(house: House, account: AccountId | None) -> str | None:
    standing = None if account is None else await house.people.standings.of(account)
    return None if standing is None else standing.login


async def _page(visit: Visit, values: Values = NOTHING, *, status: int = 200) -> Response:
    who = visit.signed_in()
    shown = {
        "path": "/legal-holds",
        "may_lay": who.may(Power.LEGAL_HOLD, None, visit.now_ms),
        "rows": await _rows_with(visit, str(values.get("words", ""))),
        "me": who.login,
    }
    return visit.page("legal_holds.html", {**shown, **values}, status=status)


async def _rows_with(visit: Visit, words: str) -> list[Fields]:
    """What stands and names something."""
    standing = await visit.house.offices.legal_holds.standing(visit.signed_in())
    rows = [_row_of(await hold_fields_of(visit.house, one)) for one in standing]
    folded = words.casefold()
    return [row for row in rows if folded in " ".join(map(str, row.values())).casefold()]


async def _lines(rows: Iterable[Fields]) -> AsyncIterator[list[Cell]]:
    for row in rows:
        yield ["" if row[name] is None else str(row[name]) for name in HEAD]


def _row_of(fields: Fields) -> Fields:
    return fields | {
        name.replace("_ms", "_iso"): _time_text(fields[name])
        for name in ("at_ms", "from_ms", "to_ms")
    }


def _time_text(at_ms: object) -> str:
    return time_text_of(Millis(at_ms)) if isinstance(at_ms, int) else ""
