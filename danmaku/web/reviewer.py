"""The reviewers' console: the queue, one case with what is around it, decisions, batches.

Every button is one of the verbs of the API, and works without a script; the script adds keys and
redraws the queue when something changes.

Article: articles.Article.PROMPT_ADDRESS
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.cases import CLAIMS_MAX
from danmaku.actions.many_cases import Decided
from danmaku.domain.account import Power
from danmaku.domain.cases import CaseKind, CaseOutcome, CaseState
from danmaku.domain.categories import CATEGORIES
from danmaku.domain.ids import MAX_SAFE_INTEGER, RoomId
from danmaku.domain.measures import Step
from danmaku.domain.rulings import Decision, FurtherStep
from danmaku.domain.times import HOUR_MS
from danmaku.filter.rules import Klass
from danmaku.web.answers import Refusal, ShowAgain, show_again, words_of
from danmaku.web.api_cases import CasePath
from danmaku.web.api_review import ListQuery
from danmaku.web.care import care_of
from danmaku.web.case_rows import case_values, queue_values
from danmaku.web.forms import Form, path_with
from danmaku.web.held import held_page
from danmaku.web.json import Json
from danmaku.web.pages import NOTHING, Values
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PAGE = "/review"
HOURS = (1, 24, 168, 720)  # terms that the page offers
STEPS = (Step.WARN, Step.SUSPEND)  # beside what a decision does by itself; others: /measures

_Hours = Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER // HOUR_MS)]


class WhatForm(Form):
    """Which kinds one would take."""

    kind: CaseKind | None = None


class NoteForm(Form):
    """Why a case is passed on."""

    note: str = ""


class MergeForm(Form):
    """The case that it goes on in."""

    into: str


class StepForm(Form):
    """A measure until the case is decided."""

    step: Step = Step.SUSPEND
    hours: _Hours = 24
    basis: str = ""


class DecideForm(Form):
    """A decision, and what is to come after it."""

    outcome: CaseOutcome
    category: str = "other"
    basis: str = "rules of the platform"
    note: str = ""
    step: Step | Literal[""] = ""
    hours: _Hours = 24
    onward: bool = False  # to the next case at once

    def decision(self) -> Decision:
        """The value that the verb takes."""
        steps: tuple[FurtherStep, ...] = ()
        if self.step:
            is_timed = self.step is Step.SUSPEND and self.hours
            steps = (FurtherStep(self.step, self.hours * HOUR_MS if is_timed else None),)
        return Decision(self.outcome, self.category or None, self.basis, self.note, steps)


class ManyForm(DecideForm):
    """One decision on all cases that are ticked."""

    cases: Annotated[list[str], Field(max_length=CLAIMS_MAX)] = Field(default_factory=list)


@router.get(PAGE)
async def show_queue(visit: PageVisit, query: Annotated[ListQuery, Query()]) -> Response:
    """The queue; who keeps single rooms sees what is held there."""
    if not visit.signed_in().may(Power.REPORT_READ, None, visit.now_ms):
        return await held_page(visit, RoomId(query.room) or None)
    return await _queue(visit, query)


@router.get(PAGE + "/rows")
async def list_rows(visit: PageVisit, query: Annotated[ListQuery, Query()]) -> Response:
    """The rows of the queue, as the script draws them."""
    visit.holding(Power.REPORT_READ, None)
    values = await queue_values(visit, query)
    return Json({name: values[name] for name in ("rows", "next", "now_ms")})


@router.post(PAGE + "/next")
async def claim_next(
    request: Request, visit: PageVisit, form: Annotated[WhatForm, FormBody()]
) -> Response:
    """Claim what is to be decided first, and show it."""
    _queue_again(request, visit)
    return await _onward(visit, form.kind)


@router.post(PAGE + "/decide")
async def decide_many(
    request: Request, visit: PageVisit, form: Annotated[ManyForm, FormBody()]
) -> Response:
    """Decide what is ticked, and say what came of it."""
    _queue_again(request, visit)
    many = visit.house.offices.review.many
    done = await many.decide(visit.signed_in(), form.cases, form.decision())
    return await _queue(visit, ListQuery(), {"done": _done_fields(visit, done)})


@router.get(PAGE + "/cases/{case_id}")
async def show_case(visit: PageVisit, case_id: CasePath) -> Response:
    """One case with all that is around it."""
    return await _case(visit, case_id)


@router.post(PAGE + "/cases/{case_id}/claim")
async def claim(request: Request, visit: PageVisit, case_id: CasePath) -> Response:
    """Work on a case, or go on doing so."""
    _case_again(request, visit, case_id)
    await visit.house.offices.casework.cases.claim(visit.signed_in(), case_id)
    return visit.go_to(_path_of(case_id))


@router.post(PAGE + "/cases/{case_id}/release")
async def release(request: Request, visit: PageVisit, case_id: CasePath) -> Response:
    """Give a case back."""
    _case_again(request, visit, case_id)
    await visit.house.offices.casework.cases.release(visit.signed_in(), case_id)
    return visit.go_to(PAGE)


@router.post(PAGE + "/cases/{case_id}/escalate")
async def escalate(
    request: Request, visit: PageVisit, case_id: CasePath, form: Annotated[NoteForm, FormBody()]
) -> Response:
    """Pass a case on to an editor."""
    _case_again(request, visit, case_id)
    await visit.house.offices.casework.cases.escalate(visit.signed_in(), case_id, form.note)
    return visit.go_to(PAGE)


@router.post(PAGE + "/cases/{case_id}/merge")
async def merge(
    request: Request, visit: PageVisit, case_id: CasePath, form: Annotated[MergeForm, FormBody()]
) -> Response:
    """Let a case go on in another."""
    _case_again(request, visit, case_id)
    into = form.into.strip()
    await visit.house.offices.casework.cases.merge(visit.signed_in(), case_id, into)
    return visit.go_to(_path_of(into))


@router.post(PAGE + "/cases/{case_id}/provisional")
async def hold_back(
    request: Request, visit: PageVisit, case_id: CasePath, form: Annotated[StepForm, FormBody()]
) -> Response:
    """Take a measure until the case is decided."""
    _case_again(request, visit, case_id)
    step = FurtherStep(form.step, form.hours * HOUR_MS)
    rulings = visit.house.offices.casework.rulings
    await rulings.hold_back(visit.signed_in(), case_id, step, form.basis)
    return visit.go_to(_path_of(case_id))


@router.post(PAGE + "/cases/{case_id}/decide")
async def decide(
    request: Request, visit: PageVisit, case_id: CasePath, form: Annotated[DecideForm, FormBody()]
) -> Response:
    """Decide a case that one has claimed."""
    _case_again(request, visit, case_id)
    rulings = visit.house.offices.casework.rulings
    await rulings.decide(visit.signed_in(), case_id, form.decision())
    return await _onward(visit, None) if form.onward else visit.go_to(_path_of(case_id))


async def _onward(visit: Visit, kind: CaseKind | None) -> Response:
    kinds = frozenset() if kind is None else frozenset({kind})
    found = await visit.house.offices.casework.cases.claim_next(visit.signed_in(), kinds)
    return visit.go_to(PAGE if found is None else _path_of(found.case.case_id))


def _path_of(case_id: str) -> str:
    return f"{PAGE}/cases/{case_id}"


def _queue_again(request: Request, visit: Visit) -> None:
    async def again(refusal: Refusal) -> Response:
        values = {"error": words_of(visit, refusal)}
        return await _queue(visit, ListQuery(), values, status=refusal.http_status)

    _show_again_to_readers(request, visit, again)


def _case_again(request: Request, visit: Visit, case_id: str) -> None:
    async def again(refusal: Refusal) -> Response:
        values = {"error": words_of(visit, refusal)}
        return await _case(visit, case_id, values, status=refusal.http_status)

    _show_again_to_readers(request, visit, again)


def _show_again_to_readers(request: Request, visit: Visit, again: ShowAgain) -> None:
    """Who reads no cases is told no on a page that shows none."""
    if visit.who is not None and visit.who.may(Power.REPORT_READ, None, visit.now_ms):
        show_again(request, again)


async def _queue(
    visit: Visit, query: ListQuery, more: Values = NOTHING, *, status: int = 200
) -> Response:
    chosen = query.chosen()
    values: dict[str, object] = {
        "path": PAGE,
        "query": query,
        "is_narrowed": bool(chosen),
        "kinds": [kind.value for kind in CaseKind],
        "classes": [klass.value for klass in Klass],
        "states": [state.value for state in CaseState],
        "categories": sorted(CATEGORIES),
        "outcomes": [outcome.value for outcome in CaseOutcome],
        "csv_url": path_with("/api/cases.csv", **chosen),
        "rows_url": path_with(f"{PAGE}/rows", **chosen, after=query.after),
        "care": care_of(visit.request.cookies),
    }
    values |= await queue_values(visit, query)
    following = values["next"]
    values["next_url"] = path_with(PAGE, **chosen, after=str(following)) if following else None
    return visit.page("review.html", {**values, **more}, status=status)


async def _case(
    visit: Visit, case_id: str, more: Values = NOTHING, *, status: int = 200
) -> Response:
    found = await visit.house.offices.review.contexts.of(visit.signed_in(), case_id)
    values: dict[str, object] = {
        "path": PAGE,
        "categories": sorted(CATEGORIES),
        "steps": [step.value for step in STEPS],
        "hours": HOURS,
        "care": care_of(visit.request.cookies),
    }
    shown = {**values, **case_values(visit, found), **more}
    return visit.page("case.html", shown, status=status)


def _done_fields(visit: Visit, done: list[Decided]) -> dict[str, object]:
    refused = [one for one in done if one.refusal is not None]
    return {
        "count": len(done) - len(refused),
        "refused": [
            {"id": one.case_id, "why": visit.say(f"code.{one.refusal}")} for one in refused
        ],
    }
