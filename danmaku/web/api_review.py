"""The JSON API of the reviewers' console: what is around a case, many alike, lists, news."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Query
from fastapi.responses import Response, StreamingResponse
from pydantic import Field, model_validator

from danmaku.actions.case_context import CaseContext, Quoted
from danmaku.actions.case_news import CaseNews
from danmaku.actions.cases import CLAIMS_MAX, CaseView
from danmaku.actions.dossiers import AccountDossier
from danmaku.domain.account import Power, Standing
from danmaku.domain.case_lists import CaseFilter, Glimpse
from danmaku.domain.cases import CaseKind, CaseState, Terms
from danmaku.domain.ids import Millis, RoomId
from danmaku.filter.rules import Klass
from danmaku.formats.csv_table import Cell
from danmaku.formats.danmaku_v1 import Fields, fields_of
from danmaku.web.api import api_router
from danmaku.web.api_cases import (
    CaseKey,
    CasePath,
    NewDecision,
    key_of,
    views_after,
    whole_fields_of,
)
from danmaku.web.api_keeping import ended_fields_of
from danmaku.web.api_measures import measure_row_of
from danmaku.web.exports import csv_of
from danmaku.web.fields import Asked
from danmaku.web.house import House
from danmaku.web.json import Json
from danmaku.web.pages import position_text_of, time_text_of
from danmaku.web.visit import ApiVisit

router = api_router("review")

LIST_HEAD = (
    "case", "kind", "class", "category", "state", "room", "number", "position", "text", "opened",
    "due", "overdue", "reports", "claimant", "outcome", "ended",
)  # fmt: skip


class ListQuery(Asked):
    """Which cases a list shows; what a form leaves empty narrows nothing."""

    kind: CaseKind | None = None
    klass: Annotated[Klass | None, Field(alias="class")] = None
    category: Annotated[str, Field(max_length=64)] = ""
    room: Annotated[str, Field(max_length=32)] = ""
    state: CaseState | None = None  # one that a case ends in shows those that have ended
    mine: bool = False
    overdue: bool = False
    after: CaseKey = ""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, sent: object) -> object:
        if not isinstance(sent, dict):
            return sent
        return {name: value for name, value in sent.items() if value != ""}

    @property
    def is_ended(self) -> bool:
        """Whether it is of cases that have ended, newest first."""
        return self.state in {CaseState.DECIDED, CaseState.MERGED, CaseState.WITHDRAWN}

    def wanted(self, who: Standing, terms: Terms) -> CaseFilter:
        """The value that the verbs take."""
        return CaseFilter(
            kinds=frozenset() if self.kind is None else frozenset({self.kind}),
            state=self.state,
            room=RoomId(self.room) or None,
            categories=frozenset({self.category}) if self.category else frozenset(),
            klass=self.klass,
            claimant=who.account if self.mine else None,
            overdue_by=terms if self.overdue else None,
        )

    def chosen(self) -> dict[str, str]:
        """What is narrowed, as the parts of an address."""
        given = self.model_dump(by_alias=True, exclude={"after"}, mode="json")
        return {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in given.items()
            if value
        }


class ManyDecided(NewDecision):
    """One decision on many cases."""

    cases: Annotated[list[str], Field(min_length=1, max_length=CLAIMS_MAX)]


@router.get("/api/cases.csv", response_class=StreamingResponse)
async def export_cases(visit: ApiVisit, query: Annotated[ListQuery, Query()]) -> Response:
    """A list of cases as a spreadsheet; needs `report.read`."""
    who = visit.holding(Power.REPORT_READ, None)
    return csv_of("cases", LIST_HEAD, _lines(visit.house, who, query))


@router.get("/api/cases/news", response_class=StreamingResponse)
async def follow_news(visit: ApiVisit) -> Response:
    """Server-sent events: a number that rises when any case changes; needs `report.read`."""
    visit.holding(Power.REPORT_READ, None)
    return await events_of(visit.house.offices.review.news)


@router.get("/api/cases/{case_id}/context")
async def show_context(visit: ApiVisit, case_id: CasePath) -> Response:
    """A case with all that is around it; needs `report.read`."""
    contexts = visit.house.offices.review.contexts
    found = await contexts.of(visit.signed_in(), case_id)
    return Json(context_fields_of(found, visit.house.clock()))


@router.post("/api/cases/decide")
async def decide_many(visit: ApiVisit, body: ManyDecided) -> Response:
    """Decide up to 50 cases alike, each for itself; needs `case.decide`."""
    many = visit.house.offices.review.many
    done = await many.decide(visit.signed_in(), body.cases, body.decision())
    return Json(
        {
            "cases": [
                {"case_id": one.case_id, "code": None if one.refusal is None else one.refusal.value}
                for one in done
            ]
        }
    )


async def events_of(news: CaseNews) -> StreamingResponse:
    """News as server-sent events.

    Raises:
        Overloaded: Too many watch already.
    """
    watching = news.watch()
    first = await anext(watching, None)  # raises here, where it can still be answered
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(first, watching), media_type="text/event-stream", headers=headers
    )


async def _events(first: int | None, rest: AsyncIterator[int]) -> AsyncIterator[str]:
    if first is not None:
        yield f"data: {first}\n\n"
    async for version in rest:
        yield f"data: {version}\n\n"


async def _lines(house: House, who: Standing, query: ListQuery) -> AsyncIterator[list[Cell]]:
    while True:
        views, glimpses = await page_of_cases(house, who, query)
        for view in views:
            yield _line_of(view, glimpses.get(view.case.case_id), house.clock())
        if not views:
            return
        query = query.model_copy(update={"after": key_of(views[-1], is_ended=query.is_ended)})


def _line_of(view: CaseView, glimpse: Glimpse | None, now_ms: Millis) -> list[Cell]:
    case = view.case
    return [
        case.case_id,
        case.kind.value,
        case.klass.value,
        case.category,
        case.state(now_ms).value,
        case.subject.room,
        case.subject.number,
        None if glimpse is None else position_text_of(glimpse.position_ms),
        None if glimpse is None else glimpse.text,
        time_text_of(case.opened_ms),
        time_text_of(view.due_ms),
        "yes" if case.ending is None and view.due_ms <= now_ms else "no",
        case.reports_count,
        view.claimant,
        None if case.outcome is None else case.outcome.value,
        None if case.ended_ms is None else time_text_of(case.ended_ms),
    ]


async def page_of_cases(
    house: House, who: Standing, query: ListQuery
) -> tuple[list[CaseView], dict[str, Glimpse]]:
    """One page of a list, and what its comments say."""
    cases = house.offices.casework.cases
    wanted = query.wanted(who, cases.terms)
    views = await views_after(cases, who, wanted, query.after, is_ended=query.is_ended)
    return views, await house.offices.casework.book.glimpses([view.case for view in views])


# --- shapes


def context_fields_of(found: CaseContext, now_ms: Millis) -> Fields:
    """A case with all that is around it."""
    return whole_fields_of(found.view, now_ms) | {
        "hindrance": None if found.hindrance is None else found.hindrance.value,
        "suggested": found.category,
        "comment": None if found.comment is None else _quoted(found.comment),
        "ended": None if found.ended is None else ended_fields_of(found.ended),
        "appealed": None if found.measure is None else measure_row_of(found.measure),
        "around": [fields_of(view) for view in found.before_after],
        "beside": [fields_of(view) for view in found.beside],
        "author": None if found.author is None else _author(found.author),
        "own_counts": {status.value: count for status, count in found.own_counts.items()},
    }


def _quoted(comment: Quoted) -> Fields:
    return {
        "room": comment.room,
        "origin": comment.origin,
        "number": comment.number,
        "status": comment.status.value,
        "name": comment.name,
        "at_ms": comment.at_ms,
        "position_ms": comment.position_ms,
        "ruleset": comment.ruleset,
        "action": comment.action,
        "stretches": [
            {"text": part.text, "rules": [hit.rule for hit in part.hits]}
            for part in comment.stretches
        ],
    }


def _author(dossier: AccountDossier) -> Fields:
    return {
        "login": dossier.login,
        "name": dossier.name,
        "level": dossier.level,
        "strength": None if dossier.strength is None else dossier.strength.value,
        "is_closed": dossier.is_closed,
        "measures": [measure_row_of(row) for row in dossier.history],
    }
