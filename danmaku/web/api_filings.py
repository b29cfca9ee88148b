"""The JSON API for what is handed to the department, and for what it orders."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import Path, Query
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from msgspec import to_builtins
from pydantic import BaseModel, Field

from danmaku.actions.orders import OrderDraft
from danmaku.domain.account import Standing
from danmaku.domain.facts import Entry
from danmaku.domain.features import Feature
from danmaku.domain.filing_facts import (
    FilingBegun,
    FilingKind,
    FilingRevised,
    FilingState,
    FilingTurned,
    OrderAct,
    Risk,
    WeaknessMended,
)
from danmaku.domain.filings import SECTIONS_MAX, FilingFilter, FilingRow, OrderRow, Turn
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, Number, Seq, room_id_of
from danmaku.domain.inspection import Period
from danmaku.formats.csv_table import Cell
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import api_router
from danmaku.web.exports import csv_of
from danmaku.web.fields import Body
from danmaku.web.filing_words import document_of, title_of
from danmaku.web.house import House
from danmaku.web.json import Json
from danmaku.web.texts import ENGLISH, LANGUAGES, Texts
from danmaku.web.visit import PRIVATE, ApiVisit

router = api_router("filings")

FilingPath = Annotated[Seq, Path(ge=1, le=MAX_SAFE_INTEGER, description="Number of the filing.")]
OrderPath = Annotated[str, Path(max_length=40, description="Id of the order.")]
BeforeSeq = Annotated[Seq | None, Query(ge=1, le=MAX_SAFE_INTEGER)]
_Whole = Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER)]

HEAD = (
    "filing", "kind", "title", "state", "risk", "is_mended", "begun_ms", "due_ms", "is_overdue",
    "turned_ms", "receipt",
)  # fmt: skip
ORDER_HEAD = (
    "order_id", "reference", "act", "room", "number", "measure_id", "entered_ms", "until_ms",
    "ended_ms", "text", "reason",
)  # fmt: skip


class FilingQuery(BaseModel):
    """Which filings a list has."""

    kind: FilingKind | None = None
    state: FilingState | None = None
    open: bool = False
    overdue: bool = False
    dangerous: bool = False
    before: Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER)] | None = None

    def wanted(self) -> FilingFilter:
        """The value that the verb takes."""
        return FilingFilter(self.kind, self.state, self.open, self.overdue, self.dangerous)

    def place(self) -> Seq | None:
        """Before which filing the page begins."""
        return None if self.before is None else Seq(self.before)


class OrderQuery(BaseModel):
    """Which orders a list has."""

    open: Annotated[bool, Field(description="That stand.")] = False
    before: Annotated[
        Seq | None, Field(ge=1, le=MAX_SAFE_INTEGER, description="Older than this `entered`.")
    ] = None


class NewAssessment(Body):
    """Of which feature."""

    feature: Feature


class NewReport(Body):
    """Of which stretch of time."""

    from_ms: Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)]
    to_ms: _Whole

    def period(self) -> Period:
        """The value that the verb takes."""
        return Period(Millis(self.from_ms), Millis(self.to_ms))


class NewYear(Body):
    """Of which year, in UTC."""

    year: int


class NewWeakness(Body):
    """Something in the system that can be abused."""

    title: str
    risk: Risk
    text: str = ""


_Read = Annotated[_Whole, Field(description="Of the words that were read; others are refused.")]


class Revision(Body):
    """What is said in some sections, by their words."""

    revision: _Read
    remarks: Annotated[dict[str, str], Field(max_length=SECTIONS_MAX)]


class NewTurn(Body):
    """Which state it enters; with the department's number, or a reason."""

    state: FilingState
    revision: _Read
    receipt: str = ""
    note: str = ""

    def turn(self) -> Turn:
        """The value that the verb takes."""
        return Turn(self.state, Seq(self.revision), self.receipt, self.note)


class Remedy(Body):
    """How a weakness was mended."""

    remedy: str


class NewOrder(Body):
    """An order of the department."""

    reference: Annotated[str, Field(description="The department's number.")]
    act: OrderAct
    text: Annotated[str, Field(description="What it says; sealed.")] = ""
    room: Annotated[str | None, Field(description="Null: the platform.")] = None
    number: Annotated[_Whole | None, Field(description="Of the comment to be recalled.")] = None
    account: Annotated[str | None, Field(description="Sign-in name of whom it is against.")] = None
    lasts_ms: _Whole | None = None

    def draft(self) -> OrderDraft:
        """The value that the verb takes."""
        return OrderDraft(
            self.reference,
            self.act,
            self.text,
            None if self.room is None else room_id_of(self.room),
            None if self.number is None else Number(self.number),
            self.account,
            self.lasts_ms,
        )


class TakenBack(Body):
    """Why an order binds no more."""

    reason: str


# --- looking


@router.get("/api/filings")
async def list_filings(visit: ApiVisit, query: Annotated[FilingQuery, Query()]) -> Response:
    """Filings, newest first; needs `filing.draft` or `report.read`."""
    return Json(await listed(visit.house, visit.signed_in(), query))


@router.get("/api/filings.csv", response_class=StreamingResponse)
async def export_filings(visit: ApiVisit, query: Annotated[FilingQuery, Query()]) -> Response:
    """The list as a spreadsheet; needs what the list needs."""
    who = visit.signed_in()
    await visit.house.filing.filings.listed(who, query.wanted(), before=query.place())
    return csv_of("filings", HEAD, _lines(visit.house, who, query))


@router.get("/api/filings/{filing}")
async def show_filing(visit: ApiVisit, filing: FilingPath) -> Response:
    """One filing, whole, with all that was entered about it; needs what the list needs."""
    row = await visit.house.filing.filings.look(visit.signed_in(), filing)
    return Json(whole_fields_of(row, visit.now_ms))


@router.get("/api/filings/{filing}/document")
async def show_document(visit: ApiVisit, filing: FilingPath, lang: str = ENGLISH) -> HTMLResponse:
    """One filing as a document to hand in, `lang` `en` or `zh-CN`; needs what the list needs."""
    row = await visit.house.filing.filings.look(visit.signed_in(), filing)
    page = document_in(visit.pages.texts, row, lang)
    return HTMLResponse(page, headers=DOCUMENT_HEADERS | {"Cache-Control": PRIVATE})


# --- beginning


@router.post("/api/filings/assessments", status_code=201)
async def assess_feature(visit: ApiVisit, body: NewAssessment) -> Response:
    """Draft the assessment of a feature from how the house stands; needs `filing.draft`."""
    filings = visit.house.filing.filings
    return Json({"filing": await filings.assess(visit.signed_in(), body.feature)}, 201)


@router.post("/api/filings/reports", status_code=201)
async def report_period(visit: ApiVisit, body: NewReport) -> Response:
    """Draft the report of a period that is over; needs `filing.draft`."""
    filings = visit.house.filing.filings
    return Json({"filing": await filings.report(visit.signed_in(), body.period())}, 201)


@router.post("/api/filings/years", status_code=201)
async def report_year(visit: ApiVisit, body: NewYear) -> Response:
    """Draft the report of a year that is over; needs `filing.draft`."""
    filings = visit.house.filing.filings
    return Json({"filing": await filings.report_year(visit.signed_in(), body.year)}, 201)


@router.post("/api/filings/vulnerabilities", status_code=201)
async def register_weakness(visit: ApiVisit, body: NewWeakness) -> Response:
    """Enter something in the system that can be abused; needs `filing.draft`."""
    filings, who = visit.house.filing.filings, visit.signed_in()
    filing = await filings.register_weakness(who, body.title, body.risk, body.text)
    return Json({"filing": filing}, 201)


# --- going on


@router.post("/api/filings/{filing}/revise")
async def revise_filing(visit: ApiVisit, filing: FilingPath, body: Revision) -> Response:
    """Say something else in some sections; needs `filing.draft`."""
    revise, read = visit.house.filing.filings.revise, Seq(body.revision)
    row = await revise(visit.signed_in(), filing, body.remarks, revision=read)
    return Json(filing_fields_of(row, visit.now_ms))


@router.post("/api/filings/{filing}/turn")
async def turn_filing(visit: ApiVisit, filing: FilingPath, body: NewTurn) -> Response:
    """Have it enter another state; `ready` needs `filing.draft`, all else `filing.approve`."""
    row = await visit.house.filing.filings.turn(visit.signed_in(), filing, body.turn())
    return Json(filing_fields_of(row, visit.now_ms))


@router.post("/api/filings/{filing}/mend")
async def mend_weakness(visit: ApiVisit, filing: FilingPath, body: Remedy) -> Response:
    """Enter how a weakness was mended; needs `filing.draft`."""
    row = await visit.house.filing.filings.mend(visit.signed_in(), filing, body.remedy)
    return Json(filing_fields_of(row, visit.now_ms))


# --- orders


@router.get("/api/orders")
async def list_orders(visit: ApiVisit, query: Annotated[OrderQuery, Query()]) -> Response:
    """Orders of the department, newest first; needs `report.read`."""
    return Json(await listed_orders(visit.house, visit.signed_in(), query))


@router.get("/api/orders.csv", response_class=StreamingResponse)
async def export_orders(visit: ApiVisit, query: Annotated[OrderQuery, Query()]) -> Response:
    """The list as a spreadsheet; needs what the list needs."""
    who = visit.signed_in()
    await listed_orders(visit.house, who, query)
    return csv_of("orders", ORDER_HEAD, _order_lines(visit.house, who, query))


@router.post("/api/orders", status_code=201)
async def enter_order(visit: ApiVisit, body: NewOrder) -> Response:
    """Enter an order and carry it out at once; needs `control.set`."""
    order_id = await visit.house.filing.orders.enter(visit.signed_in(), body.draft())
    return Json({"order_id": order_id}, 201)


@router.post("/api/orders/{order_id}/lift")
async def lift_order(visit: ApiVisit, order_id: OrderPath, body: TakenBack) -> Response:
    """Undo an order that the department takes back; needs `control.set`."""
    await visit.house.filing.orders.lift(visit.signed_in(), order_id, body.reason)
    return Json({"order_id": order_id})


# --- how it is told


DOCUMENT_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"
}


def document_in(texts: Texts, row: FilingRow, lang: str) -> str:
    """A filing as a document in a language; in English, where it is none of ours."""
    chosen = lang if lang in LANGUAGES else ENGLISH
    return document_of(row, partial(texts.say, chosen), chosen)


async def listed(house: House, who: Standing | None, query: FilingQuery) -> Fields:
    """A page of a list."""
    rows = await house.filing.filings.listed(who, query.wanted(), before=query.place())
    now_ms = house.clock()
    return {"filings": [filing_fields_of(row, now_ms) for row in rows]}


async def listed_orders(house: House, who: Standing | None, query: OrderQuery) -> Fields:
    """A page of orders."""
    rows = await house.filing.orders.listed(who, standing=query.open, before=query.before)
    return {"orders": [order_fields_of(row) for row in rows]}


async def _order_lines(
    house: House, who: Standing, query: OrderQuery
) -> AsyncIterator[tuple[Cell, ...]]:
    before, listed_of = query.before, house.filing.orders.listed
    while rows := await listed_of(who, standing=query.open, before=before):
        for row in rows:
            fields = order_fields_of(row)
            yield tuple(_cell(fields[name]) for name in ORDER_HEAD)
        before = rows[-1].entered


async def _lines(
    house: House, who: Standing, query: FilingQuery
) -> AsyncIterator[tuple[Cell, ...]]:
    before = query.place()
    while rows := await house.filing.filings.listed(who, query.wanted(), before=before):
        for row in rows:
            fields = filing_fields_of(row, house.clock())
            yield tuple(_cell(fields[name]) for name in HEAD)
        before = rows[-1].filing


def _cell(value: object) -> Cell:
    return value if isinstance(value, str | int | None) else str(value)


def filing_fields_of(row: FilingRow, now_ms: Millis) -> Fields:
    """A filing without its words."""
    return {
        "filing": row.filing,
        "kind": row.kind.value,
        "subject": row.begun.subject,
        "title": title_of(row),
        "revision": row.revision,
        "state": row.state.value,
        "risk": None if row.begun.risk is None else row.begun.risk.value,
        "is_mended": row.is_mended,
        "begun_ms": row.begun_ms,
        "due_ms": row.begun.due_ms,
        "is_overdue": row.is_overdue(now_ms),
        "turned_ms": row.turned_ms,
        "receipt": row.receipt,
    }


def whole_fields_of(row: FilingRow, now_ms: Millis) -> Fields:
    """A filing with its words and its history."""
    return filing_fields_of(row, now_ms) | {
        "sections": to_builtins(row.sections),
        "history": [step_of(entry) for entry in row.history],
    }


def step_of(entry: Entry) -> Fields:
    """What was entered about a filing."""
    step: Fields = {"seq": entry.seq, "at_ms": entry.at_ms}
    match entry.fact:
        case FilingBegun(actor=actor):
            return step | {"act": "begun", "actor": actor}
        case FilingRevised(actor=actor):
            return step | {"act": "revised", "actor": actor}
        case FilingTurned(actor=actor, state=state, note=note):
            return step | {"act": state.value, "actor": actor, "note": note}
        case WeaknessMended(actor=actor, remedy=remedy):
            return step | {"act": "mended", "actor": actor, "note": remedy}
        case _:
            return step


def order_fields_of(row: OrderRow) -> Fields:
    """An order as it stands."""
    fact, ended = row.fact, row.ended
    return {
        "order_id": fact.instruction_id,
        "entered": row.entered,
        "reference": fact.reference,
        "act": fact.act.value,
        "room": fact.room,
        "number": fact.number,
        "measure_id": fact.measure_id,
        "entered_ms": row.entered_ms,
        "until_ms": fact.until_ms,
        "ended_ms": row.ended_ms,
        "text": fact.text,
        "reason": "" if ended is None else ended.reason,
    }
