"""The JSON API for the load: the level of the brown-out, and who holds one."""

from typing import Annotated

from pydantic import Field

from danmaku.domain.account import Power
from danmaku.domain.brownout import HIGHEST, LASTS_MAX_MS, Stage
from danmaku.domain.times import HOUR_MS
from danmaku.web.api import api_router
from danmaku.web.fields import Body
from danmaku.web.house import House
from danmaku.web.shapes import Shape
from danmaku.web.visit import ApiVisit

router = api_router("load")


class LoadShape(Shape):
    """What this process does without, and why."""

    level: int = Field(description="0: nothing is done without; 4: most.")
    forced_level: int | None = Field(description="Held by somebody or by the settings; null: none.")
    delays_ms: dict[Stage, int] = Field(description="How long each stage keeps people waiting.")
    memory_pct: int = Field(description="Of the memory limit, in use; 0 where there is no limit.")


class Holding(Body):
    """Which level is held, and for how long."""

    level: Annotated[int, Field(ge=0, le=HIGHEST)]
    lasts_ms: Annotated[int, Field(ge=1, le=LASTS_MAX_MS)] = HOUR_MS


@router.get("/api/load")
async def get_load(visit: ApiVisit) -> LoadShape:
    """How the process that answers is doing; needs `load.shed`."""
    visit.holding(Power.LOAD_SHED, None)
    return load_of(visit.house)


@router.post("/api/load/hold")
async def hold_level(visit: ApiVisit, body: Holding) -> LoadShape:
    """Hold a level of the brown-out on all nodes; needs `load.shed`."""
    who = visit.signed_in()
    await visit.house.load_desk.hold(who, body.level, lasts_ms=body.lasts_ms)
    return load_of(visit.house)


@router.post("/api/load/let-go")
async def let_go(visit: ApiVisit) -> LoadShape:
    """Let the settings, or the load, decide again; needs `load.shed`."""
    await visit.house.load_desk.let_go(visit.signed_in())
    return load_of(visit.house)


def load_of(house: House) -> LoadShape:
    """What pages, programs and the desk are shown."""
    brownout = house.brownout
    delays_ms = {stage: round(delay_ms) for stage, delay_ms in brownout.delays_ms().items()}
    return LoadShape(
        level=brownout.level,
        forced_level=brownout.forced,
        delays_ms=delays_ms,
        memory_pct=round(brownout.memory_pct),
    )
