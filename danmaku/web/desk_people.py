"""The operator's desk for measures and controls.

Steps that act on a comment, and those that need two people, name the account that takes them.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from danmaku.domain.account import Standing
from danmaku.domain.ids import RoomId
from danmaku.web.api_measures import (
    Lifting,
    NewControl,
    NewMeasure,
    Reversal,
    control_fields_of,
    evidence_fields_of,
    measure_fields_of,
    measure_row_of,
)
from danmaku.web.desk import At, named
from danmaku.web.house import House
from danmaku.web.json import Json

router = APIRouter()


class SignedMeasure(NewMeasure):
    """A step, and who takes it; without: the operator."""

    by: str | None = None


class SignedReversal(Reversal):
    """A reversal, and whose it is; without: the operator's."""

    by: str | None = None


@router.get("/measures")
async def list_measures(
    house: At, login: str | None = None, room: Annotated[RoomId | None, Query()] = None
) -> Response:
    """Measures, newest first."""
    rows = await house.offices.measures.taken(None, login=login, room=room)
    return Json({"measures": [measure_row_of(row) for row in rows]})


@router.post("/measures", status_code=201)
async def take(house: At, body: SignedMeasure) -> Response:
    """Take a step."""
    measure = await house.offices.measures.take(await _by(house, body.by), body.draft())
    return Json(measure_fields_of(measure), 201)


@router.get("/measures/{measure_id}")
async def evidence(house: At, measure_id: str) -> Response:
    """What a measure stood on."""
    return Json(evidence_fields_of(await house.offices.dossiers.evidence(None, measure_id)))


@router.post("/measures/{measure_id}/reverse")
async def reverse(house: At, measure_id: str, body: SignedReversal) -> Response:
    """Undo a step."""
    who = await _by(house, body.by)
    await house.offices.measures.reverse(who, measure_id, body.reason)
    return Json({"measure_id": measure_id})


@router.get("/controls")
async def list_controls(house: At) -> Response:
    """Controls in force."""
    controls = house.offices.controls.in_force()
    return Json({"controls": [control_fields_of(control) for control in controls]})


@router.post("/controls", status_code=201)
async def set_control(house: At, body: NewControl) -> Response:
    """Lay a stricter mode over a room or the platform."""
    control = await house.offices.controls.set(
        None,
        scope=None if body.room is None else RoomId(body.room),
        mode=body.mode,
        lasts_ms=body.lasts_ms,
        reason=body.reason,
    )
    return Json(control_fields_of(control), 201)


@router.post("/controls/lift")
async def lift_control(house: At, body: Lifting) -> Response:
    """End a control before its time."""
    scope = None if body.room is None else RoomId(body.room)
    await house.offices.controls.lift(None, scope=scope, reason=body.reason)
    return Json({"room": scope})


async def _by(house: House, login: str | None) -> Standing | None:
    return None if login is None else await named(house, login)
