"""The operator's desk for cases; whoever works on one is named."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from danmaku.domain.cases import CaseKind
from danmaku.web.api_cases import (
    CasePath,
    CaseQuery,
    Escalation,
    Merger,
    NewAppeal,
    NewDecision,
    case_fields_of,
    decided_fields_of,
    filed_fields_of,
    key_of,
    views_after,
    whole_fields_of,
)
from danmaku.web.desk import At, named
from danmaku.web.fields import Body, ReceiptPath
from danmaku.web.json import Json

router = APIRouter()


class SignedClaim(Body):
    """Who works on it."""

    login: str
    kinds: frozenset[CaseKind] = frozenset()


class SignedEscalation(Escalation):
    """Who passes it on."""

    login: str


class SignedMerger(Merger):
    """Who merges them."""

    login: str


class SignedDecision(NewDecision):
    """Who decides."""

    login: str


class SignedAppeal(NewAppeal):
    """Who appeals."""

    login: str


@router.get("/cases")
async def list_cases(house: At, query: Annotated[CaseQuery, Query()]) -> Response:
    """A page of cases of any state; a page that begins behind one is asked for by its `after`."""
    cases, now_ms, is_ended = house.offices.casework.cases, house.clock(), query.ended
    wanted = query.wanted(None, cases.terms)
    views = await views_after(cases, None, wanted, query.after, is_ended=is_ended)
    rows = [
        case_fields_of(view, now_ms) | {"after": key_of(view, is_ended=is_ended)} for view in views
    ]
    return Json({"cases": rows})


@router.get("/cases/{case_id}")
async def show_case(house: At, case_id: CasePath) -> Response:
    """One case, whole."""
    view = await house.offices.casework.cases.look(None, case_id)
    return Json(whole_fields_of(view, house.clock()))


@router.post("/cases/next")
async def claim_next(house: At, body: SignedClaim) -> Response:
    """Claim what is to be decided first."""
    who = await named(house, body.login)
    view = await house.offices.casework.cases.claim_next(who, body.kinds)
    return Json({"case": None if view is None else case_fields_of(view, house.clock())})


@router.post("/cases/{case_id}/claim")
async def claim(house: At, case_id: CasePath, body: SignedClaim) -> Response:
    """Claim a case."""
    view = await house.offices.casework.cases.claim(await named(house, body.login), case_id)
    return Json(case_fields_of(view, house.clock()))


@router.post("/cases/{case_id}/release")
async def release(house: At, case_id: CasePath, body: SignedClaim) -> Response:
    """Give a case back."""
    view = await house.offices.casework.cases.release(await named(house, body.login), case_id)
    return Json(case_fields_of(view, house.clock()))


@router.post("/cases/{case_id}/escalate")
async def escalate(house: At, case_id: CasePath, body: SignedEscalation) -> Response:
    """Pass a case on to an editor."""
    who = await named(house, body.login)
    view = await house.offices.casework.cases.escalate(who, case_id, body.note)
    return Json(case_fields_of(view, house.clock()))


@router.post("/cases/{case_id}/merge")
async def merge(house: At, case_id: CasePath, body: SignedMerger) -> Response:
    """Let a case go on in another."""
    who = await named(house, body.login)
    view = await house.offices.casework.cases.merge(who, case_id, body.into)
    return Json(case_fields_of(view, house.clock()))


@router.post("/cases/{case_id}/decide")
async def decide(house: At, case_id: CasePath, body: SignedDecision) -> Response:
    """Decide a case."""
    who = await named(house, body.login)
    decided = await house.offices.casework.rulings.decide(who, case_id, body.decision())
    return Json(decided_fields_of(decided))


@router.post("/appeals", status_code=201)
async def appeal(house: At, body: SignedAppeal) -> Response:
    """Write down an appeal that came on paper."""
    who = await named(house, body.login)
    return Json({"receipt": await house.offices.casework.appeals.appeal(who, body.draft())}, 201)


@router.get("/receipts/{receipt}")
async def show_receipt(house: At, receipt: ReceiptPath) -> Response:
    """What became of what was filed."""
    filed = await house.offices.casework.appeals.state(receipt, source="desk")
    return Json(filed_fields_of(house, filed))
