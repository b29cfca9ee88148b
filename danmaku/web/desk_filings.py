"""The operator's desk for filings and orders; whoever answers for one is named."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from danmaku.domain.ids import Seq
from danmaku.web.api_filings import (
    FilingPath,
    FilingQuery,
    NewAssessment,
    NewOrder,
    NewReport,
    NewTurn,
    NewWeakness,
    NewYear,
    OrderPath,
    OrderQuery,
    Remedy,
    Revision,
    TakenBack,
    document_in,
    filing_fields_of,
    listed,
    listed_orders,
    whole_fields_of,
)
from danmaku.web.desk import At, named
from danmaku.web.json import Json
from danmaku.web.pages import HERE
from danmaku.web.texts import ENGLISH, Texts

router = APIRouter()


class SignedRevision(Revision):
    """Who says it."""

    login: str


class SignedTurn(NewTurn):
    """Who turns it."""

    login: str


class SignedRemedy(Remedy):
    """Who mended it."""

    login: str


class SignedOrder(NewOrder):
    """Who answers for carrying it out."""

    login: str


class SignedEnd(TakenBack):
    """Who takes it out of force."""

    login: str


@router.get("/filings")
async def list_filings(house: At, query: Annotated[FilingQuery, Query()]) -> Response:
    """Filings, newest first."""
    return Json(await listed(house, None, query))


@router.get("/filings/{filing}")
async def show_filing(house: At, filing: FilingPath) -> Response:
    """One filing, whole."""
    return Json(whole_fields_of(await house.filing.filings.look(None, filing), house.clock()))


@router.get("/filings/{filing}/document")
async def show_document(house: At, filing: FilingPath, lang: str = ENGLISH) -> Response:
    """One filing as a document."""
    row = await house.filing.filings.look(None, filing)
    return Json({"document": document_in(Texts(HERE / "texts"), row, lang)})


@router.post("/filings/assessments")
async def assess_feature(house: At, body: NewAssessment) -> Response:
    """Draft the assessment of a feature."""
    return Json({"filing": await house.filing.filings.assess(None, body.feature)}, 201)


@router.post("/filings/reports")
async def report_period(house: At, body: NewReport) -> Response:
    """Draft the report of a period."""
    return Json({"filing": await house.filing.filings.report(None, body.period())}, 201)


@router.post("/filings/years")
async def report_year(house: At, body: NewYear) -> Response:
    """Draft the report of a year."""
    return Json({"filing": await house.filing.filings.report_year(None, body.year)}, 201)


@router.post("/filings/vulnerabilities")
async def register_weakness(house: At, body: NewWeakness) -> Response:
    """Enter a weakness."""
    register = house.filing.filings.register_weakness
    return Json({"filing": await register(None, body.title, body.risk, body.text)}, 201)


@router.post("/filings/{filing}/revise")
async def revise_filing(house: At, filing: FilingPath, body: SignedRevision) -> Response:
    """Say something else."""
    who = await named(house, body.login)
    read = Seq(body.revision)
    row = await house.filing.filings.revise(who, filing, body.remarks, revision=read)
    return Json(filing_fields_of(row, house.clock()))


@router.post("/filings/{filing}/turn")
async def turn_filing(house: At, filing: FilingPath, body: SignedTurn) -> Response:
    """Have it enter another state."""
    who = await named(house, body.login)
    row = await house.filing.filings.turn(who, filing, body.turn())
    return Json(filing_fields_of(row, house.clock()))


@router.post("/filings/{filing}/mend")
async def mend_weakness(house: At, filing: FilingPath, body: SignedRemedy) -> Response:
    """Enter how a weakness was mended."""
    who = await named(house, body.login)
    row = await house.filing.filings.mend(who, filing, body.remedy)
    return Json(filing_fields_of(row, house.clock()))


@router.get("/orders")
async def list_orders(house: At, query: Annotated[OrderQuery, Query()]) -> Response:
    """Orders, newest first."""
    return Json(await listed_orders(house, None, query))


@router.post("/orders")
async def enter_order(house: At, body: SignedOrder) -> Response:
    """Enter an order and carry it out."""
    who = await named(house, body.login)
    return Json({"order_id": await house.filing.orders.enter(who, body.draft())}, 201)


@router.post("/orders/{order_id}/lift")
async def lift_order(house: At, order_id: OrderPath, body: SignedEnd) -> Response:
    """Undo an order that is taken back."""
    who = await named(house, body.login)
    await house.filing.orders.lift(who, order_id, body.reason)
    return Json({"order_id": order_id})
