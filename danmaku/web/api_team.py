"""The JSON API for the staff: the training, who is on duty, second looks."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from danmaku.actions.rechecks import BlindLook
from danmaku.actions.training import Taken
from danmaku.domain.anomalies import Anomaly, Oddity
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, RoomId, Seq
from danmaku.domain.recheck import Agreement
from danmaku.domain.roster import Cover, Load
from danmaku.domain.training import QUESTIONS_MAX, QuestionSet, Trained
from danmaku.formats.csv_table import Cell
from danmaku.formats.danmaku_v1 import Fields
from danmaku.formats.question_file import questions_of
from danmaku.web.api import api_router
from danmaku.web.exports import csv_of
from danmaku.web.fields import Asked, Body
from danmaku.web.guard import let_body_grow
from danmaku.web.json import Json
from danmaku.web.pages import time_text_of
from danmaku.web.visit import ApiVisit, Visit

router = api_router("staff")

RecheckPath = Annotated[Seq, Path(ge=1, le=MAX_SAFE_INTEGER, description="Id of the second look.")]
FILE_CHARS_MAX = 200_000
FILE_BYTES_MAX = 4 * FILE_CHARS_MAX
HEAD = (
    "login", "on_duty_until", "trained_until", "claimed", "decided_today", "decided_30_days",
    "median_ms", "overturned",
)  # fmt: skip


class StaffQuery(Asked):
    """Which of the staff a list shows."""

    login: Annotated[str, Field(max_length=64, description="Holds these letters.")] = ""
    on_duty: bool | None = None
    trained: Annotated[bool | None, Field(description="Whether their record holds.")] = None

    def keeps(self, load: Load, now_ms: Millis) -> bool:
        """Whether somebody is shown."""
        is_trained = Trained(until_ms=load.trained_until_ms).holds(now_ms)
        return (
            self.login.casefold() in load.login.casefold()
            and self.on_duty in {None, load.shift is not None}
            and self.trained in {None, is_trained}
        )


class Answers(Body):
    """A test: of which version, and the choice for each question, from 0."""

    version: Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER)]
    answers: Annotated[
        tuple[Annotated[int, Field(ge=0, le=99)], ...], Field(max_length=QUESTIONS_MAX)
    ]


class NewQuestions(Body, str_max_length=FILE_CHARS_MAX):
    """A file of questions, in TOML."""

    text: str


class Duty(Body):
    """Whether one is on duty from here on."""

    on: bool


class SecondLook(Body):
    """What one sees in a comment."""

    violates: bool
    category: str = "other"


@router.get("/api/training")
async def show_training(visit: ApiVisit) -> Response:
    """What is asked, without the right answers, and how the caller stands; `case.decide`."""
    who, training = visit.signed_in(), visit.house.offices.team.training
    questions = await training.questions(who)
    trained = await training.standing_of(who.account)
    return Json(asked_fields_of(questions) | {"until_ms": trained.until_ms})


@router.post("/api/training")
async def take_training(visit: ApiVisit, body: Answers) -> Response:
    """Take the test; needs `case.decide`."""
    training = visit.house.offices.team.training
    taken = await training.take(visit.signed_in(), body.version, body.answers)
    return Json(taken_fields_of(taken))


def let_questions_in(request: Request) -> None:
    """Let a body be as long as a file of questions."""
    let_body_grow(request, FILE_BYTES_MAX)


@router.post("/api/training/questions", status_code=201, dependencies=[Depends(let_questions_in)])
async def issue_questions(visit: ApiVisit, body: NewQuestions) -> Response:
    """Bring the next version of the test out; needs `document.issue`."""
    who, training = visit.signed_in(), visit.house.offices.team.training
    training.require_issuer(who)
    version = await training.issue(who, questions_of(body.text))
    return Json({"version": version}, 201)


@router.get("/api/roster")
async def show_roster(visit: ApiVisit, query: Annotated[StaffQuery, Query()]) -> Response:
    """The staff: who is on duty, and what each has in hand and has done; `report.read`."""
    roster = visit.house.offices.team.roster
    loads = await roster.loads(visit.signed_in())
    return Json(cover_fields_of(await roster.cover()) | {"staff": _staff(visit, loads, query)})


@router.get("/api/roster.csv", response_class=StreamingResponse)
async def export_roster(visit: ApiVisit, query: Annotated[StaffQuery, Query()]) -> Response:
    """The same as a spreadsheet."""
    loads = await visit.house.offices.team.roster.loads(visit.signed_in())
    return csv_of("roster", HEAD, _rows(loads, query, visit.now_ms))


@router.post("/api/roster/duty")
async def set_duty(visit: ApiVisit, body: Duty) -> Response:
    """Be on duty, or no longer; `until_ms` is when it ends by itself; needs `case.decide`."""
    who, roster = visit.signed_in(), visit.house.offices.team.roster
    if body.on:
        return Json({"until_ms": await roster.begin(who)})
    await roster.end(who)
    return Json({"until_ms": None})


@router.get("/api/rechecks")
async def list_rechecks(
    visit: ApiVisit, room: Annotated[RoomId | None, Query(max_length=32)] = None
) -> Response:
    """Comments that the caller may look at a second time, oldest first; needs `case.decide`."""
    waiting = await visit.house.offices.team.rechecks.waiting(visit.signed_in())
    found = [blind_fields_of(one) for one in waiting if room in {None, one.room}]
    return Json({"rechecks": found})


@router.post("/api/rechecks/{recheck}", status_code=204)
async def judge_recheck(visit: ApiVisit, recheck: RecheckPath, body: SecondLook) -> None:
    """Say what one sees; needs `case.decide`."""
    rechecks, who = visit.house.offices.team.rechecks, visit.signed_in()
    await rechecks.judge(who, recheck, violates=body.violates, category=body.category)


@router.get("/api/rechecks/agreement")
async def show_agreement(visit: ApiVisit) -> Response:
    """How often second looks say the same as the first; `measure.grave` or `record.inspect`."""
    found = await visit.house.offices.team.rechecks.agreements(visit.signed_in())
    return Json(
        {
            "by_category": agreement_fields_of(found.by_category),
            "by_login": agreement_fields_of(found.by_login),
        }
    )


@router.get("/api/roster/oddities")
async def list_oddities(visit: ApiVisit, oddity: Oddity | None = None) -> Response:
    """What somebody should ask about, newest first; `measure.grave` or `record.inspect`."""
    found = await visit.house.offices.team.roster.anomalies(visit.signed_in())
    return Json(
        {"oddities": [oddity_fields_of(*one) for one in found if oddity in {None, one[0].oddity}]}
    )


# --- shapes


def asked_fields_of(questions: QuestionSet) -> Fields:
    """A question set for those who are asked: nothing of what is right."""
    return {
        "version": questions.version,
        "pass_percent": questions.pass_percent,
        "questions": [
            {
                "category": one.category,
                "ask_zh": one.ask_zh,
                "ask_en": one.ask_en,
                "choices_zh": list(one.choices_zh),
                "choices_en": list(one.choices_en),
            }
            for one in questions.questions
        ],
    }


def taken_fields_of(taken: Taken) -> Fields:
    """What a test came to."""
    result = taken.result
    return {
        "passed": result.has_passed,
        "right": result.right_count,
        "asked": result.asked_count,
        "missed": sorted(result.missed),
        "until_ms": taken.until_ms,
    }


def cover_fields_of(cover: Cover) -> Fields:
    """Rooms and those on duty; `rooms_each` is null where nobody is on duty."""
    return {
        "open_rooms": cover.open_rooms,
        "on_duty": cover.on_duty,
        "rooms_each": cover.rooms_each if cover.on_duty else None,
        "rooms_max": cover.rooms_max,
        "too_few": cover.is_thin,
    }


def load_fields_of(load: Load) -> Fields:
    """One of the staff."""
    return {
        "login": load.login,
        "on_duty_until_ms": None if load.shift is None else load.shift.until_ms,
        "trained_until_ms": load.trained_until_ms,
        "claimed": load.claimed_count,
        "decided_today": load.today_count,
        "decided": load.decided_count,
        "median_ms": load.median_ms,
        "overturned": load.overturned_count,
        "overturned_share": load.overturned_share,
    }


def blind_fields_of(look: BlindLook) -> Fields:
    """A comment, and nothing about what was decided of it."""
    return {
        "recheck": look.recheck,
        "room": look.room,
        "at_ms": look.at_ms,
        "position_ms": look.content.position_ms,
        "text": look.content.text,
    }


def agreement_fields_of(found: Mapping[str, Agreement]) -> list[Fields]:
    """Counts and shares by a word."""
    return [
        {"word": word, "looked": one.looked, "agreed": one.agreed, "share": one.share}
        for word, one in found.items()
    ]


def oddity_fields_of(one: Anomaly, login: str) -> Fields:
    """What is odd, in whose work."""
    return {"oddity": one.oddity.value, "login": login, "count": one.count, "at_ms": one.at_ms}


def _staff(visit: Visit, loads: Iterable[Load], query: StaffQuery) -> list[Fields]:
    return [load_fields_of(one) for one in loads if query.keeps(one, visit.now_ms)]


async def _rows(
    loads: Iterable[Load], query: StaffQuery, now_ms: Millis
) -> AsyncIterator[tuple[Cell, ...]]:
    for one in loads:
        if query.keeps(one, now_ms):
            yield (
                one.login,
                None if one.shift is None else time_text_of(one.shift.until_ms),
                None if one.trained_until_ms is None else time_text_of(one.trained_until_ms),
                one.claimed_count,
                one.today_count,
                one.decided_count,
                one.median_ms,
                one.overturned_count,
            )
