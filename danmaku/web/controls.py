"""The page of the emergency brake: what holds, laid over a room or all of them, and lifted.

Article: articles.Article.EMERGENCY_RESPONSE
"""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.domain.account import Power
from danmaku.domain.controls import LASTS_MAX_MS, REASON_MAX, STRICTNESS
from danmaku.domain.ids import room_id_of
from danmaku.domain.room import ReviewMode
from danmaku.domain.times import MINUTE_MS
from danmaku.web.answers import Refusal, show_again, words_of
from danmaku.web.api_measures import control_fields_of
from danmaku.web.forms import Form
from danmaku.web.pages import time_text_of
from danmaku.web.visit import PageVisit, Visit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PAGE: Final = "/controls"
_MINUTES_MAX: Final = LASTS_MAX_MS // MINUTE_MS
_STRICTEST_FIRST = tuple(reversed(STRICTNESS[1:]))
_NOTHING: Mapping[str, object] = {}


class ControlForm(Form):
    """A stricter mode for a room, or for all where none is named."""

    room: str = ""
    mode: ReviewMode = ReviewMode.CLOSED
    minutes: Annotated[int, Field(ge=1, le=_MINUTES_MAX)] = 2
    reason: str = ""


class LiftForm(Form):
    """Which scope is free again, and why."""

    room: str = ""
    reason: str = ""


@router.get(PAGE)
async def show_controls(visit: PageVisit) -> Response:
    """What holds now, and how to lay more over it."""
    return _page(visit)


@router.post(PAGE)
async def set_control(
    request: Request, visit: PageVisit, form: Annotated[ControlForm, FormBody()]
) -> Response:
    """Have all comments of a scope put off, looked at first, or refused, for a time."""

    async def again(refusal: Refusal) -> Response:
        values = {"error": words_of(visit, refusal), "typed": form}
        return _page(visit, values, status=refusal.http_status)

    show_again(request, again)
    await visit.house.offices.controls.set(
        visit.signed_in(),
        scope=room_id_of(form.room) if form.room else None,
        mode=form.mode,
        lasts_ms=form.minutes * MINUTE_MS,
        reason=form.reason,
    )
    return visit.go_to(PAGE)


@router.post(f"{PAGE}/lift")
async def lift_control(visit: PageVisit, form: Annotated[LiftForm, FormBody()]) -> Response:
    """End one before its time."""
    scope = room_id_of(form.room) if form.room else None
    who = visit.signed_in()
    await visit.house.offices.controls.lift(who, scope=scope, reason=form.reason)
    return visit.go_to(PAGE)


def _page(visit: Visit, values: Mapping[str, object] = _NOTHING, *, status: int = 200) -> Response:
    visit.holding(Power.CONTROL_SET, None)
    shown = {
        "controls": [
            control_fields_of(one) | {"until_iso": time_text_of(one.until_ms)}
            for one in visit.house.offices.controls.in_force()
        ],
        "modes": _STRICTEST_FIRST,
        "minutes_max": _MINUTES_MAX,
        "reason_max": REASON_MAX,
        "typed": ControlForm(),
    }
    return visit.page("controls.html", {**shown, **values}, status=status)
