"""The JSON API for measures and emergency controls."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response
from pydantic import Field

from danmaku.actions.dossiers import Evidence
from danmaku.actions.measures import MeasureDraft
from danmaku.domain.controls import Control
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused
from danmaku.domain.ids import MAX_SAFE_INTEGER, Number, RoomId, Seq
from danmaku.domain.measures import Function, Measure, Step
from danmaku.domain.room import ReviewMode
from danmaku.formats.danmaku_v1 import Fields
from danmaku.ports import MeasureRow
from danmaku.web.api import OPEN, api_router
from danmaku.web.fields import Body
from danmaku.web.json import Json
from danmaku.web.visit import ApiVisit

router = api_router("measures")

_Whole = Annotated[int, Field(ge=1, le=MAX_SAFE_INTEGER)]
BeforeSeq = Annotated[Seq | None, Query(ge=1, le=MAX_SAFE_INTEGER)]


class NewMeasure(Body):
    """A step, against the account of that login or the author of that comment."""

    step: Step
    category: str
    basis: Annotated[str, Field(description="Which rule it rests on.")]
    note: Annotated[str, Field(description="To the person; sealed.")] = ""
    login: str | None = None
    room: str | None = None
    number: _Whole | None = None
    origin: _Whole | None = None
    everywhere: Annotated[bool, Field(description="`room` tells whom, not where.")] = False
    lasts_ms: _Whole | None = None
    functions: frozenset[Function] = frozenset()

    def draft(self) -> MeasureDraft:
        """The value that the verb takes."""
        return MeasureDraft(
            step=self.step,
            category=self.category,
            basis=self.basis,
            note=self.note,
            login=self.login,
            room=None if self.room is None else RoomId(self.room),
            number=None if self.number is None else Number(self.number),
            origin=None if self.origin is None else Seq(self.origin),
            is_everywhere=self.everywhere,
            lasts_ms=self.lasts_ms,
            functions=self.functions,
        )


class Reversal(Body):
    """Why something is undone; sealed."""

    reason: str


class NewControl(Body):
    """A stricter mode for a room, or for all of them."""

    room: str | None = None
    mode: ReviewMode
    lasts_ms: _Whole
    reason: str


class Lifting(Body):
    """The control of which scope ends, and why."""

    room: str | None = None
    reason: str


@router.get("/api/me/measures")
async def list_own(visit: ApiVisit, before: BeforeSeq = None) -> Response:
    """What was taken against the caller, newest first."""
    rows = await visit.house.offices.measures.own(visit.signed_in(), before=before)
    return Json({"measures": [measure_row_of(row) for row in rows]})


@router.post("/api/me/measures/{measure_id}/read")
async def read_warning(visit: ApiVisit, measure_id: str) -> Response:
    """Acknowledge a warning; sending goes on after that."""
    await visit.house.offices.measures.read(visit.signed_in(), measure_id)
    return Json({"measure_id": measure_id})


@router.get("/api/measures")
async def list_measures(
    visit: ApiVisit,
    login: str | None = None,
    room: Annotated[RoomId | None, Query(max_length=32)] = None,
    before: BeforeSeq = None,
) -> Response:
    """Measures, newest first; needs `report.read`, or `account.mute` for one room."""
    who, measures = visit.signed_in(), visit.house.offices.measures
    rows = await measures.taken(who, login=login, room=room, before=before)
    return Json({"measures": [measure_row_of(row) for row in rows]})


@router.post("/api/measures", status_code=201)
async def take(visit: ApiVisit, body: NewMeasure) -> Response:
    """Take a step; needs `measure.take`, `measure.grave`, or `account.mute` for a mute."""
    measure = await visit.house.offices.measures.take(visit.signed_in(), body.draft())
    return Json(measure_fields_of(measure), 201)


@router.post("/api/measures/{measure_id}/reverse")
async def reverse(visit: ApiVisit, measure_id: str, body: Reversal) -> Response:
    """Undo a step and what it did; needs what taking it needs."""
    who = visit.signed_in()
    await visit.house.offices.measures.reverse(who, measure_id, body.reason)
    return Json({"measure_id": measure_id})


@router.get("/api/measures/{measure_id}/evidence")
async def evidence(visit: ApiVisit, measure_id: str) -> Response:
    """What a measure stood on, as it was written; needs `report.read`."""
    who = visit.signed_in()
    return Json(evidence_fields_of(await visit.house.offices.dossiers.evidence(who, measure_id)))


@router.get("/api/controls", openapi_extra=OPEN)
async def list_controls(visit: ApiVisit) -> Response:
    """Emergency controls in force: everybody may know of them."""
    controls = visit.house.offices.controls.in_force()
    return Json({"controls": [control_fields_of(control) for control in controls]})


@router.post("/api/controls", status_code=201)
async def set_control(visit: ApiVisit, body: NewControl) -> Response:
    """Have all comments reviewed first, or none taken, for a time; needs `control.set`."""
    control = await visit.house.offices.controls.set(
        visit.signed_in(),
        scope=None if body.room is None else RoomId(body.room),
        mode=body.mode,
        lasts_ms=body.lasts_ms,
        reason=body.reason,
    )
    return Json(control_fields_of(control), 201)


@router.post("/api/controls/lift")
async def lift_control(visit: ApiVisit, body: Lifting) -> Response:
    """End the control of a scope before its time; needs `control.set`."""
    scope = None if body.room is None else RoomId(body.room)
    who = visit.signed_in()
    await visit.house.offices.controls.lift(who, scope=scope, reason=body.reason)
    return Json({"room": scope})


def measure_fields_of(measure: Measure) -> Fields:
    """A measure as whom it is against may know it."""
    return {
        "measure_id": measure.measure_id,
        "step": measure.step.value,
        "category": measure.category,
        "basis": measure.basis,
        "from_ms": measure.from_ms,
        "until_ms": measure.until_ms,
        "room": measure.room,
        "number": measure.number,
        "functions": sorted(measure.functions),
    }


def measure_row_of(row: MeasureRow) -> Fields:
    """A measure with its note, and how it stands."""
    return measure_fields_of(row.fact.measure) | {
        "seq": row.seq,
        "note": row.fact.note,
        "is_reversed": row.is_reversed,
        "is_read": row.is_read,
    }


def evidence_fields_of(found: Evidence) -> Fields:
    """What a measure stood on, for those who look after it."""
    fact = None if found.comment is None else found.comment.fact
    said: Fields | None = None
    if isinstance(fact, CommentPublished | CommentHeld | CommentRefused):
        said = {
            "text": fact.verdict.original or fact.content.text,
            "name": fact.content.name,
            "at_ms": fact.at_ms,
            "position_ms": fact.content.position_ms,
            "ruleset": fact.verdict.ruleset,
            "action": fact.verdict.action,
            "account": fact.author,
        }
    return {
        "measure": measure_row_of(found.row),
        "actor": found.row.fact.actor,
        "second": found.row.fact.second,
        "comment": said,
        "neighbours": list(found.neighbours),
    }


def control_fields_of(control: Control) -> Fields:
    """A control as everybody may know it."""
    return {
        "room": control.scope,
        "mode": control.mode.value,
        "until_ms": control.until_ms,
        "reference": control.reference,
    }
