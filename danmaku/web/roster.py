"""The pages of the staff: who is on duty and what each has done, and second looks.

Article: articles.Article.REVIEW_TEAM, articles.Article.STAFF_BOUND
"""

from collections.abc import AsyncIterator, Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.rechecks import WAITING_MAX, BlindLook
from danmaku.actions.roster import oversees
from danmaku.domain.account import Power, Standing
from danmaku.domain.categories import CATEGORIES
from danmaku.domain.ids import RoomId
from danmaku.domain.roster import Load
from danmaku.domain.training import Trained
from danmaku.formats.csv_table import Cell
from danmaku.formats.danmaku_v1 import Fields
from danmaku.web.api_team import (
    RecheckPath,
    StaffQuery,
    blind_fields_of,
    cover_fields_of,
    load_fields_of,
    oddity_fields_of,
)
from danmaku.web.exports import csv_of
from danmaku.web.fields import Asked
from danmaku.web.forms import Form, path_with
from danmaku.web.pages import position_text_of, time_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

SECOND_MS = 1000
RECHECKS_HEAD = ("recheck", "room", "received", "position", "text")

RoomQuery = Annotated[RoomId | None, Query(max_length=32)]


class RosterQuery(Asked):
    """Which of the staff the page shows; an empty choice is none."""

    login: Annotated[str, Field(max_length=64)] = ""
    duty: Annotated[str, Field(pattern="^(on|off|)$")] = ""
    trained: Annotated[str, Field(pattern="^(yes|no|)$")] = ""

    def wanted(self) -> StaffQuery:
        """The value that the list goes by."""
        return StaffQuery(
            login=self.login,
            on_duty={"on": True, "off": False}.get(self.duty),
            trained={"yes": True, "no": False}.get(self.trained),
        )


class DutyForm(Form):
    """Whether one is on duty from here on."""

    on: bool


class LookForm(Form):
    """What one sees in a comment."""

    violates: bool
    category: str = "other"


@router.get("/roster")
async def show_roster(visit: PageVisit, query: Annotated[RosterQuery, Query()]) -> Response:
    """The staff."""
    who, roster = visit.signed_in(), visit.house.offices.team.roster
    loads, wanted = await roster.loads(who), query.wanted()
    values = {
        "cover": cover_fields_of(await roster.cover()),
        "staff": [_row_of(visit, one) for one in loads if wanted.keeps(one, visit.now_ms)],
        "mine": next((_row_of(visit, one) for one in loads if one.account == who.account), None),
        "query": query,
        "csv_url": path_with(
            "/api/roster.csv",
            **wanted.model_dump(mode="json", exclude_none=True),
        ),
        "path": "/roster",
    }
    return visit.page("roster.html", values | await _overseen(visit, who))


async def _overseen(visit: Visit, who: Standing) -> Fields:
    """What only those see who look after the staff."""
    if not oversees(who, visit.now_ms):
        return {"oversees": False}
    team = visit.house.offices.team
    return {
        "oversees": True,
        "agreement": await team.rechecks.agreements(who),
        "oddities": [
            oddity_fields_of(one, login) | {"at_iso": time_text_of(one.at_ms)}
            for one, login in await team.roster.anomalies(who)
        ],
    }


def _row_of(visit: Visit, load: Load) -> Fields:
    until_ms = load.trained_until_ms
    median_ms, share = load.median_ms, load.overturned_share
    return load_fields_of(load) | {
        "on_duty_until": None if load.shift is None else time_text_of(load.shift.until_ms),
        "is_trained": Trained(until_ms=until_ms).holds(visit.now_ms),
        "trained_until": None if until_ms is None else time_text_of(until_ms),
        "median_s": None if median_ms is None else round(median_ms / SECOND_MS),
        "overturned_percent": None if share is None else round(share * 100, 1),
    }


@router.post("/roster/duty")
async def set_duty(visit: PageVisit, form: Annotated[DutyForm, FormBody()]) -> Response:
    """Be on duty, or no longer."""
    roster = visit.house.offices.team.roster
    await (roster.begin if form.on else roster.end)(visit.signed_in())
    return visit.go_to("/roster")


@router.get("/rechecks")
async def show_rechecks(visit: PageVisit, room: RoomQuery = None) -> Response:
    """Comments to be looked at a second time."""
    who, rechecks = visit.holding(Power.CASE_DECIDE, None), visit.house.offices.team.rechecks
    waiting = await rechecks.waiting(who)
    values = {
        "waiting": [
            blind_fields_of(one)
            | {
                "at_iso": time_text_of(one.at_ms),
                "position_text": position_text_of(one.content.position_ms),
            }
            for one in waiting
            if not room or one.room == room
        ],
        "rooms": sorted({one.room for one in waiting}),
        "room": room,
        "categories": sorted(CATEGORIES),
        "path": "/rechecks",
    }
    return visit.page("rechecks.html", values)


@router.get("/rechecks.csv")
async def export_rechecks(visit: PageVisit, room: RoomQuery = None) -> Response:
    """All of them as a spreadsheet, as blind as the page."""
    rechecks = visit.house.offices.team.rechecks
    waiting = await rechecks.waiting(visit.signed_in(), limit=WAITING_MAX)
    return csv_of("rechecks", RECHECKS_HEAD, _lines(waiting, room))


async def _lines(waiting: Iterable[BlindLook], room: RoomId | None) -> AsyncIterator[list[Cell]]:
    for one in waiting:
        if not room or one.room == room:
            position = position_text_of(one.content.position_ms)
            yield [one.recheck, one.room, time_text_of(one.at_ms), position, one.content.text]


@router.post("/rechecks/{recheck}")
async def judge_recheck(
    visit: PageVisit, recheck: RecheckPath, form: Annotated[LookForm, FormBody()]
) -> Response:
    """Say what one sees."""
    rechecks, who = visit.house.offices.team.rechecks, visit.signed_in()
    await rechecks.judge(who, recheck, violates=form.violates, category=form.category)
    return visit.go_to("/rechecks")
