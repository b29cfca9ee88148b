"""The pages of filings and orders, for those who write them, answer for them, or look into them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Form as FormBody
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from danmaku.actions.filing_book import LISTED_MAX
from danmaku.actions.orders import OrderDraft
from danmaku.domain.account import Power
from danmaku.domain.features import Feature
from danmaku.domain.filing_facts import FilingKind, FilingState, OrderAct, Risk
from danmaku.domain.filings import FilingFilter, FilingRow, OrderRow, Turn, next_states
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, Number, Seq, room_id_of
from danmaku.domain.inspection import Period
from danmaku.domain.times import DAY_MS, MINUTE_MS, begin_ms_of, end_ms_of
from danmaku.errors import BadMessage
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api_filings import (
    DOCUMENT_HEADERS,
    BeforeSeq,
    FilingPath,
    FilingQuery,
    OrderPath,
    document_in,
    filing_fields_of,
    order_fields_of,
    step_of,
)
from danmaku.web.filing_words import is_moment, part_of
from danmaku.web.forms import Form, path_with
from danmaku.web.pages import time_text_of
from danmaku.web.visit import PRIVATE, PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PAGE, ORDERS = "/filings", "/orders"
DIGITS_MAX = 12
_Word = Annotated[str, Query(max_length=32)]


class AssessForm(Form):
    """Which feature."""

    feature: Feature


class ReportForm(Form):
    """From the first day to the last, both included."""

    first: date
    last: date


class YearForm(Form):
    """Which year."""

    year: int


class WeaknessForm(Form):
    """Something in the system that can be abused."""

    title: str
    risk: Risk
    text: str = ""


Read = Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER)]


class ReviseForm(Form):
    """What is said in a section."""

    revision: Read
    section: str
    text: str = ""


class TurnForm(Form):
    """Which state it enters."""

    state: FilingState
    revision: Read
    receipt: str = ""
    note: str = ""


class MendForm(Form):
    """How a weakness was mended."""

    remedy: str


class OrderForm(Form):
    """An order; fields that its act does not need stay empty."""

    reference: str
    act: OrderAct
    room: str = ""
    number: str = ""
    login: str = ""
    minutes: str = ""
    text: str = ""

    def draft(self) -> OrderDraft:
        """The value that the verb takes."""
        room, number, minutes = self.room.strip(), _whole(self.number), _whole(self.minutes)
        return OrderDraft(
            self.reference,
            self.act,
            self.text,
            room_id_of(room) if room else None,
            None if number is None else Number(number),
            self.login.strip() or None,
            None if minutes is None else minutes * MINUTE_MS,
        )


class LiftForm(Form):
    """Why an order binds no more."""

    reason: str


# --- filings


@router.get(PAGE)
async def show_filings(
    visit: PageVisit,
    kind: _Word = "",
    state: _Word = "",
    only: _Word = "",
    before: BeforeSeq = None,
) -> Response:
    """A page of them, newest first, and what can be begun."""
    who, filings = visit.signed_in(), visit.house.filing.filings
    query = _query(kind, state, only)
    rows = await filings.listed(who, query.wanted(), before=before)
    dangerous = await filings.listed(who, FilingFilter(is_dangerous=True))
    asked = {"kind": kind, "state": state, "only": only}
    older = rows[-1].filing if len(rows) == LISTED_MAX else None
    now_ms = visit.now_ms
    csv = path_with(
        "/api/filings.csv", **{**asked, "only": None, **({only: "true"} if only else {})}
    )
    return visit.page("filings.html", {
        "path": PAGE,
        "rows": [_row_of(row, now_ms) for row in rows],
        "dangerous": [_row_of(row, now_ms) for row in dangerous],
        "waiting": await filings.waiting(who),
        "asked": asked,
        "older": path_with(PAGE, **asked, before=older) if older else "",
        "csv": csv,
        "kinds": list(FilingKind),
        "states": list(FilingState),
        "features": list(Feature),
        "risks": list(Risk),
        "yesterday": time_text_of(Millis(now_ms - DAY_MS))[:10],
        "may_write": who.may(Power.FILING_DRAFT, None, now_ms),
    })  # fmt: skip


@router.post(f"{PAGE}/assessments")
async def assess_feature(visit: PageVisit, form: Annotated[AssessForm, FormBody()]) -> Response:
    """Draft the assessment of a feature."""
    filing = await visit.house.filing.filings.assess(visit.signed_in(), form.feature)
    return visit.go_to(f"{PAGE}/{filing}")


@router.post(f"{PAGE}/reports")
async def report_period(visit: PageVisit, form: Annotated[ReportForm, FormBody()]) -> Response:
    """Draft the report of some days."""
    who = visit.signed_in()
    period = Period(begin_ms_of(form.first), end_ms_of(form.last))
    return visit.go_to(f"{PAGE}/{await visit.house.filing.filings.report(who, period)}")


@router.post(f"{PAGE}/years")
async def report_year(visit: PageVisit, form: Annotated[YearForm, FormBody()]) -> Response:
    """Draft the report of a year."""
    filing = await visit.house.filing.filings.report_year(visit.signed_in(), form.year)
    return visit.go_to(f"{PAGE}/{filing}")


@router.post(f"{PAGE}/vulnerabilities")
async def register_weakness(
    visit: PageVisit, form: Annotated[WeaknessForm, FormBody()]
) -> Response:
    """Enter a weakness."""
    register, who = visit.house.filing.filings.register_weakness, visit.signed_in()
    return visit.go_to(f"{PAGE}/{await register(who, form.title, form.risk, form.text)}")


@router.get(PAGE + "/{filing}")
async def show_filing(visit: PageVisit, filing: FilingPath) -> Response:
    """One of them, whole, and what can be done with it."""
    who = visit.signed_in()
    row = await visit.house.filing.filings.look(who, filing)
    may = {
        FilingState.READY: who.may(Power.FILING_DRAFT, None, visit.now_ms),
        None: who.may(Power.FILING_APPROVE, None, visit.now_ms),
    }
    steps = [one for one in next_states(row) if may.get(one, may[None])]
    return visit.page("filing.html", {
        "path": PAGE,
        "row": _row_of(row, visit.now_ms),
        "sections": [
            {
                "word": one.word,
                "part": part_of(one, visit.say),
                "moments": list(map(is_moment, one.lines)),
            }
            for one in row.sections
        ],
        "history": await _history_of(visit, row),
        "steps": steps,
        "wrote": who.account in row.writers,
        "may_revise": may[FilingState.READY] and row.is_revisable,
        "may_mend": may[FilingState.READY] and row.kind is FilingKind.WEAKNESS
        and not row.is_mended,
    })  # fmt: skip


@router.get(PAGE + "/{filing}/document")
async def show_document(visit: PageVisit, filing: FilingPath) -> Response:
    """One of them as a document to hand in."""
    row = await visit.house.filing.filings.look(visit.signed_in(), filing)
    page = document_in(visit.pages.texts, row, visit.lang)
    return HTMLResponse(page, headers=DOCUMENT_HEADERS | {"Cache-Control": PRIVATE})


@router.post(PAGE + "/{filing}/revise")
async def revise_filing(
    visit: PageVisit, filing: FilingPath, form: Annotated[ReviseForm, FormBody()]
) -> Response:
    """Say something else in a section."""
    remarks, read = {form.section: form.text}, Seq(form.revision)
    revise = visit.house.filing.filings.revise
    await revise(visit.signed_in(), filing, remarks, revision=read)
    return visit.go_to(f"{PAGE}/{filing}")


@router.post(PAGE + "/{filing}/turn")
async def turn_filing(
    visit: PageVisit, filing: FilingPath, form: Annotated[TurnForm, FormBody()]
) -> Response:
    """Have it enter another state."""
    turn = Turn(form.state, Seq(form.revision), form.receipt, form.note)
    await visit.house.filing.filings.turn(visit.signed_in(), filing, turn)
    return visit.go_to(f"{PAGE}/{filing}")


@router.post(PAGE + "/{filing}/mend")
async def mend_weakness(
    visit: PageVisit, filing: FilingPath, form: Annotated[MendForm, FormBody()]
) -> Response:
    """Enter how a weakness was mended."""
    await visit.house.filing.filings.mend(visit.signed_in(), filing, form.remedy)
    return visit.go_to(f"{PAGE}/{filing}")


# --- orders


@router.get(ORDERS)
async def show_orders(visit: PageVisit, only: _Word = "", before: BeforeSeq = None) -> Response:
    """Orders of the department, newest first: all, or those that stand."""
    who, standing = visit.signed_in(), only == "open"
    rows = await visit.house.filing.orders.listed(who, standing=standing, before=before)
    older = rows[-1].entered if len(rows) == LISTED_MAX else None
    return visit.page("orders.html", {
        "path": ORDERS,
        "rows": [_order_of(row) for row in rows],
        "only": only,
        "older": path_with(ORDERS, only=only, before=older) if older else "",
        "csv": path_with("/api/orders.csv", open="true" if standing else None),
        "acts": list(OrderAct),
        "may_enter": who.may(Power.CONTROL_SET, None, visit.now_ms),
    })  # fmt: skip


@router.post(ORDERS)
async def enter_order(visit: PageVisit, form: Annotated[OrderForm, FormBody()]) -> Response:
    """Enter an order and carry it out."""
    await visit.house.filing.orders.enter(visit.signed_in(), form.draft())
    return visit.go_to(ORDERS)


@router.post(ORDERS + "/{order_id}/lift")
async def lift_order(
    visit: PageVisit, order_id: OrderPath, form: Annotated[LiftForm, FormBody()]
) -> Response:
    """Undo an order that is taken back."""
    await visit.house.filing.orders.lift(visit.signed_in(), order_id, form.reason)
    return visit.go_to(ORDERS)


# --- how it is shown


def _query(kind: str, state: str, only: str) -> FilingQuery:
    return FilingQuery(
        kind=FilingKind(kind) if kind in {*FilingKind} else None,
        state=FilingState(state) if state in {*FilingState} else None,
        open=only == "open",
        overdue=only == "overdue",
        dangerous=only == "dangerous",
    )


def _whole(text: str) -> int | None:
    """A number that was typed; None: nothing was, which is no slip of the finger."""
    if not (cleaned := text.strip()):
        return None
    if not cleaned.isdecimal() or len(cleaned) > DIGITS_MAX:
        raise BadMessage(f"A number has 1 to {DIGITS_MAX} digits, and nothing else.")
    return int(cleaned)


def _row_of(row: FilingRow, now_ms: Millis) -> Fields:
    moments = {"begun_iso": row.begun_ms, "due_iso": row.begun.due_ms}
    begin, slash, end = row.begun.subject.partition("/")
    span = [begin, end] if row.kind is FilingKind.PERIOD and slash else []
    return filing_fields_of(row, now_ms) | _told(moments) | {"span": span}


def _order_of(row: OrderRow) -> Fields:
    moments = {
        "entered_iso": row.entered_ms,
        "until_iso": row.fact.until_ms,
        "ended_iso": row.ended_ms,
    }
    return order_fields_of(row) | _told(moments)


def _told(moments: Mapping[str, Millis | None]) -> Fields:
    return {name: "" if at is None else time_text_of(at) for name, at in moments.items()}


async def _history_of(visit: Visit, row: FilingRow) -> list[Fields]:
    """All that was entered about it, with the names of those who did."""
    standings, shown = visit.house.people.standings, []
    for entry in row.history:
        actor = getattr(entry.fact, "actor", None)
        who = None if actor is None else await standings.of(actor)
        told = {"at_iso": time_text_of(entry.at_ms), "login": "" if who is None else who.login}
        shown.append(step_of(entry) | told)
    return shown
