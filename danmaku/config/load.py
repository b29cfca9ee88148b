"""Settings of what the house does without while it has more to do than it can."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

from danmaku.config.part import Part


def _rising(delays_ms: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    if any(not 0 < lower <= upper for lower, upper in pairwise(delays_ms)):
        raise ValueError("four numbers above 0, none below the one before it")
    return delays_ms


def _percent(shares: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    if shares[-1] > 100:  # noqa: PLR2004 -- the whole
        raise ValueError("percent: none above 100")
    return shares


Rungs = Annotated[tuple[int, int, int, int], AfterValidator(_rising)]


class BrownoutSettings(Part):
    """Levels of the brown-out, from 0 to 4."""

    forced_level: int | None = Field(
        default=None,
        ge=0,
        le=4,
        description="Level that is held whatever the load; empty: the load decides.",
    )
    loop_ms: Rungs = Field(
        default=(100, 250, 500, 1000),
        description="Delays of the event loop from which on level 1, 2, 3 and 4 hold, "
        "milliseconds.",
    )
    commit_ms: Rungs = Field(
        default=(150, 400, 1000, 2000),
        description="The same of entries that wait for the record, milliseconds.",
    )
    fanout_ms: Rungs = Field(
        default=(250, 500, 1000, 2000),
        description="The same of entries on their way to the last of their viewers, milliseconds.",
    )
    memory_pct: Annotated[Rungs, AfterValidator(_percent)] = Field(
        default=(70, 80, 85, 90),
        description="The same of the memory in use, percent of what the control group allows, if "
        "it allows no more; from the last on no new sockets are let in, whatever level is held.",
    )
    sends_per_s: int = Field(
        default=100,
        ge=1,
        description="Comments and likes that level 4 lets through, of accounts that have earned "
        "a level.",
    )
    quiet_ms: int = Field(
        default=10_000,
        ge=100,
        description="How long a level outlives its reason before one less is tried, milliseconds.",
    )
