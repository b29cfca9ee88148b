"""The JSON API for cases: the queue, decisions, complaints, appeals and receipts."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.appeals import AppealDraft, ComplaintDraft
from danmaku.actions.cases import Cases, CaseView
from danmaku.domain.account import Standing
from danmaku.domain.case_facts import CaseDecided, CaseFiled
from danmaku.domain.case_lists import CaseFilter, FiledCase
from danmaku.domain.cases import Case, CaseKind, CaseOutcome, CaseState, Desk, Terms
from danmaku.domain.facts import Entry, ReportFiled
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, Number, RoomId, Seq
from danmaku.domain.measures import Function, Step
from danmaku.domain.rulings import Decision, FurtherStep
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api import OPEN, api_router
from danmaku.web.api_measures import measure_fields_of, measure_row_of
from danmaku.web.api_moderation import Receipt
from danmaku.web.fields import Asked, Body, OriginPath, ReceiptPath, RoomPath
from danmaku.web.house import House
from danmaku.web.json import Json
from danmaku.web.portal import asker_of, source_of
from danmaku.web.visit import ApiVisit

router = api_router("cases")

_Whole = Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER)]
CaseKey = Annotated[str, Field(max_length=96, pattern=r"^(-?\d{1,16}~.+)?$")]
CasePath = Annotated[str, Path(max_length=64, description="Id of the case.")]


class CaseQuery(Asked):
    """Which cases a list shows; the open ones in the order of the queue, unless `ended`."""

    kind: frozenset[CaseKind] = frozenset()
    desk: frozenset[Desk] = frozenset()
    state: CaseState | None = None
    room: Annotated[str | None, Field(max_length=32)] = None
    category: Annotated[frozenset[str], Field(max_length=20)] = frozenset()
    mine: Annotated[bool, Field(description="Those that one has claimed.")] = False
    overdue: bool = False
    ended: Annotated[bool, Field(description="Newest first.")] = False
    after: Annotated[CaseKey, Field(description="`next` of a page before.")] = ""

    def wanted(self, who: Standing | None, terms: Terms) -> CaseFilter:
        """The value that the verbs take."""
        return CaseFilter(
            kinds=self.kind,
            desks=self.desk,
            state=self.state,
            room=None if self.room is None else RoomId(self.room),
            categories=self.category,
            claimant=who.account if self.mine and who is not None else None,
            overdue_by=terms if self.overdue else None,
        )


class Claim(Body):
    """Which kinds one would take; none: any."""

    kinds: frozenset[CaseKind] = frozenset()


class Escalation(Body):
    """Why a case is passed on; sealed."""

    note: str = ""


class Merger(Body):
    """The case that it goes on in."""

    into: str


class NewStep(Body):
    """A measure against whom the case is about."""

    step: Step
    lasts_ms: _Whole | None = None
    room: str | None = None
    functions: frozenset[Function] = frozenset()

    def further(self) -> FurtherStep:
        """The value that the verb takes."""
        room = None if self.room is None else RoomId(self.room)
        return FurtherStep(self.step, self.lasts_ms, room, self.functions)


class NewDecision(Body):
    """What is decided, and what follows beside it."""

    outcome: CaseOutcome
    category: str | None = None
    basis: Annotated[str, Field(description="Which rule it rests on.")] = "rules of the platform"
    note: Annotated[str, Field(description="Reasons, told to whom it concerns; sealed.")] = ""
    steps: Annotated[tuple[NewStep, ...], Field(max_length=5)] = ()

    def decision(self) -> Decision:
        """The value that the verb takes."""
        steps = tuple(one.further() for one in self.steps)
        return Decision(self.outcome, self.category, self.basis, self.note, steps)


class Provisional(NewStep):
    """A measure for as long as the case is open, and on which rule it rests."""

    basis: str


class NewComplaint(Body):
    """What harms the caller, and where."""

    category: str
    text: str
    contact: str = ""
    room: str | None = None
    number: _Whole | None = None
    of_author: Annotated[
        bool, Field(description="It is the author of the comment that harms, not this one alone.")
    ] = False


class NewAppeal(Body):
    """What was wrong: a measure, a comment by number or private id, a refused name, powers."""

    text: str
    measure_id: str | None = None
    room: str | None = None
    number: _Whole | None = None
    origin: _Whole | None = None
    name: Annotated[_Whole | None, Field(description="The entry that refused it.")] = None
    grant: Annotated[_Whole | None, Field(description="The entry that took powers back.")] = None

    def draft(self) -> AppealDraft:
        """The value that the verb takes."""
        return AppealDraft(
            text=self.text,
            measure_id=self.measure_id,
            room=None if self.room is None else RoomId(self.room),
            number=None if self.number is None else Number(self.number),
            origin=None if self.origin is None else Seq(self.origin),
            name=None if self.name is None else Seq(self.name),
            grant=None if self.grant is None else Seq(self.grant),
        )


@router.get("/api/cases")
async def list_cases(visit: ApiVisit, query: Annotated[CaseQuery, Query()]) -> Response:
    """Open cases in the order of the queue, or ended ones, newest first; needs `report.read`."""
    cases = visit.house.offices.casework.cases
    return Json(await listed(cases, visit.signed_in(), query, visit.house.clock()))


@router.get("/api/cases/{case_id}")
async def show_case(visit: ApiVisit, case_id: CasePath) -> Response:
    """One case with what was written in it and done in it; needs `report.read`."""
    view = await visit.house.offices.casework.cases.look(visit.signed_in(), case_id)
    return Json(whole_fields_of(view, visit.house.clock()))


@router.post("/api/cases/next")
async def claim_next(visit: ApiVisit, body: Claim) -> Response:
    """Claim what is to be decided first; `case` is null where nothing waits; `case.decide`."""
    found = await visit.house.offices.casework.cases.claim_next(visit.signed_in(), body.kinds)
    now_ms = visit.house.clock()
    return Json({"case": None if found is None else case_fields_of(found, now_ms)})


@router.post("/api/cases/{case_id}/claim")
async def claim(visit: ApiVisit, case_id: CasePath) -> Response:
    """Work on a case, or go on doing so; needs `case.decide`."""
    view = await visit.house.offices.casework.cases.claim(visit.signed_in(), case_id)
    return Json(case_fields_of(view, visit.house.clock()))


@router.post("/api/cases/{case_id}/release")
async def release(visit: ApiVisit, case_id: CasePath) -> Response:
    """Give a case back."""
    view = await visit.house.offices.casework.cases.release(visit.signed_in(), case_id)
    return Json(case_fields_of(view, visit.house.clock()))


@router.post("/api/cases/{case_id}/escalate")
async def escalate(visit: ApiVisit, case_id: CasePath, body: Escalation) -> Response:
    """Pass a case on to an editor."""
    cases = visit.house.offices.casework.cases
    view = await cases.escalate(visit.signed_in(), case_id, body.note)
    return Json(case_fields_of(view, visit.house.clock()))


@router.post("/api/cases/{case_id}/merge")
async def merge(visit: ApiVisit, case_id: CasePath, body: Merger) -> Response:
    """Let a case go on as a part of another."""
    cases = visit.house.offices.casework.cases
    view = await cases.merge(visit.signed_in(), case_id, body.into)
    return Json(case_fields_of(view, visit.house.clock()))


@router.post("/api/cases/{case_id}/decide")
async def decide(visit: ApiVisit, case_id: CasePath, body: NewDecision) -> Response:
    """Decide a case that one has claimed; all that follows is one commit."""
    rulings = visit.house.offices.casework.rulings
    decided = await rulings.decide(visit.signed_in(), case_id, body.decision())
    return Json(decided_fields_of(decided))


@router.post("/api/cases/{case_id}/provisional", status_code=201)
async def hold_back(visit: ApiVisit, case_id: CasePath, body: Provisional) -> Response:
    """Take a measure until the case is decided, or its own time is over."""
    rulings = visit.house.offices.casework.rulings
    who = visit.signed_in()
    measure = await rulings.hold_back(who, case_id, body.further(), body.basis)
    return Json(measure_fields_of(measure), 201)


@router.post("/api/rooms/{room}/reports/{origin}/pass-on", status_code=204)
async def pass_on(visit: ApiVisit, room: RoomPath, origin: OriginPath, body: Escalation) -> None:
    """Leave a report to the platform before its time; needs `report.answer` there."""
    reports = visit.house.offices.keeping.reports
    await reports.pass_on(visit.signed_in(), room, Seq(origin), body.note)


@router.post("/api/complaints", openapi_extra=OPEN, status_code=201)
async def complain(request: Request, visit: ApiVisit, body: NewComplaint) -> Receipt:
    """Say that something here harms one; no account is needed."""
    draft = ComplaintDraft(
        category=body.category,
        text=body.text,
        contact=body.contact,
        room=None if body.room is None else RoomId(body.room),
        number=None if body.number is None else Number(body.number),
        is_of_author=body.of_author,
    )
    given = await visit.house.offices.casework.appeals.complain(
        visit.who, draft, source=source_of(request), browser=visit.browser
    )
    return Receipt(receipt=given.receipt, repeated=given.is_repeated)


@router.post("/api/appeals", status_code=201)
async def appeal(visit: ApiVisit, body: NewAppeal) -> Receipt:
    """Say that a decision about oneself was wrong, within six months."""
    appeals = visit.house.offices.casework.appeals
    return Receipt(receipt=await appeals.appeal(visit.who, body.draft()))


@router.get("/api/receipts/{receipt}", openapi_extra=OPEN)
async def show_receipt(visit: ApiVisit, receipt: ReceiptPath) -> Response:
    """What became of what was filed; whoever has the receipt may ask."""
    appeals = visit.house.offices.casework.appeals
    filed = await appeals.state(receipt, source=asker_of(visit))
    return Json(filed_fields_of(visit.house, filed))


@router.post("/api/receipts/{receipt}/withdraw", openapi_extra=OPEN, status_code=204)
async def withdraw(visit: ApiVisit, receipt: ReceiptPath) -> None:
    """Take back what one has filed, while it is open."""
    appeals = visit.house.offices.casework.appeals
    await appeals.withdraw(visit.who, receipt, source=asker_of(visit))


@router.get("/api/me/filed")
async def list_filed(
    visit: ApiVisit, before: Annotated[Seq | None, Query(ge=1, le=MAX_SAFE_INTEGER)] = None
) -> Response:
    """What the caller has reported, complained of and appealed against, newest first."""
    found = await visit.house.offices.casework.appeals.own(visit.signed_in(), before=before)
    return Json({"filed": [filed_fields_of(visit.house, one) for one in found]})


# --- shapes


async def listed(cases: Cases, who: Standing | None, query: CaseQuery, now_ms: Millis) -> Fields:
    """A page of a list, and where the next one begins."""
    wanted, is_ended = query.wanted(who, cases.terms), query.ended
    views = await views_after(cases, who, wanted, query.after, is_ended=is_ended)
    return {
        "cases": [case_fields_of(view, now_ms) for view in views],
        "next": key_of(views[-1], is_ended=is_ended) if views else None,
    }


async def views_after(
    cases: Cases, who: Standing | None, wanted: CaseFilter, after: str, *, is_ended: bool
) -> list[CaseView]:
    """A page of a list, from behind the case whose `key_of` is `after`; empty: from the first."""
    place, _, case_id = after.partition("~")
    if is_ended:
        before = (Millis(int(place)), case_id) if case_id else None
        return await cases.ended(who, wanted, before=before)
    return await cases.queue(who, wanted, after=(int(place), case_id) if case_id else None)


def key_of(view: CaseView, *, is_ended: bool) -> str:
    """Where the page after a case begins, in a list of open or of ended ones."""
    place = view.case.ended_ms if is_ended else view.case.rank
    return f"{place}~{view.case.case_id}"


def case_fields_of(view: CaseView, now_ms: Millis) -> Fields:
    """A case as those see it who decide; nobody who filed it is in it."""
    case = view.case
    return _life_of(case, now_ms) | {
        "case_id": case.case_id,
        "room": case.subject.room,
        "number": case.subject.number,
        "origin": case.subject.origin,
        "measure_id": case.subject.measure_id,
        "class": case.klass.value,
        "desk": case.waits_at(now_ms).value,
        "due_ms": view.due_ms,
        "reports_count": case.reports_count,
        "claimant": view.claimant,
        "lease_until_ms": case.lease_until_ms if view.claimant else None,
        "into": case.merged_into,
    }


def whole_fields_of(view: CaseView, now_ms: Millis) -> Fields:
    """A case with all that belongs to it."""
    return case_fields_of(view, now_ms) | {
        "filings": [
            _filing_of(entry) | {"right_percent": view.right_percents.get(entry.seq)}
            for entry in view.filings
        ],
        "measures": [measure_row_of(row) for row in view.measures],
        "turned_ms": view.turned_ms,
        "decider": view.decider,
        "name": view.name,
        "earlier": [_life_of(case, now_ms) | {"case_id": case.case_id} for case in view.earlier],
    }


def filed_fields_of(house: House, filed: FiledCase) -> Fields:
    """A case for whoever holds a receipt of it: nothing about anybody."""
    terms = house.offices.casework.cases.terms
    return _life_of(filed.case, house.clock()) | {
        "receipt": filed.receipt,
        "filed_ms": filed.filed_ms,
        "due_ms": terms.due_ms(filed.case),
    }


def decided_fields_of(decided: CaseDecided) -> Fields:
    """What was decided."""
    return {name: value for name, value in asdict(decided).items() if name != "actor"}


def _life_of(case: Case, now_ms: Millis) -> Fields:
    return {
        "kind": case.kind.value,
        "subject": case.subject.kind.value,
        "category": case.category,
        "state": case.state(now_ms).value,
        "outcome": None if case.outcome is None else case.outcome.value,
        "opened_ms": case.opened_ms,
        "ended_ms": case.ended_ms,
    }


def _filing_of(entry: Entry) -> Fields:
    fact = entry.fact
    said = fact if isinstance(fact, CaseFiled | ReportFiled) else None
    return {
        "seq": entry.seq,
        "at_ms": entry.at_ms,
        "category": None if said is None else said.category,
        "text": None if said is None else said.text,
        "contact": None if said is None else said.contact,
    }
