"""The page of the load: what the house does without now, and levels held for a time."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi import Form as FormBody
from fastapi.responses import Response
from pydantic import Field

from danmaku.domain.account import Power
from danmaku.domain.brownout import HIGHEST, LASTS_MAX_MS, Shed
from danmaku.domain.times import MINUTE_MS
from danmaku.web.api_load import load_of
from danmaku.web.forms import Form
from danmaku.web.visit import PageVisit, page_visit

router = APIRouter(dependencies=[Depends(page_visit)], include_in_schema=False)

PAGE: Final = "/load"
_MINUTES_MAX: Final = LASTS_MAX_MS // MINUTE_MS


class HoldForm(Form):
    """Which level, and for how long."""

    level: Annotated[int, Field(ge=0, le=HIGHEST)] = 0
    minutes: Annotated[int, Field(ge=1, le=_MINUTES_MAX)] = 10


@router.get(PAGE)
async def show_load(visit: PageVisit) -> Response:
    """The level and its reasons, as the process that answers knows them."""
    visit.holding(Power.LOAD_SHED, None)
    values = {
        "load": load_of(visit.house),
        "levels": list(Shed),
        "highest": HIGHEST,
        "minutes_max": _MINUTES_MAX,
        "typed": HoldForm(),
    }
    return visit.page("load.html", values)


@router.post(PAGE)
async def hold_level(visit: PageVisit, form: Annotated[HoldForm, FormBody()]) -> Response:
    """Hold a level on all nodes."""
    lasts_ms = form.minutes * MINUTE_MS
    await visit.house.load_desk.hold(visit.signed_in(), form.level, lasts_ms=lasts_ms)
    return visit.go_to(PAGE)


@router.post(f"{PAGE}/let-go")
async def let_go(visit: PageVisit) -> Response:
    """Let the settings, or the load, decide again."""
    await visit.house.load_desk.let_go(visit.signed_in())
    return visit.go_to(PAGE)
