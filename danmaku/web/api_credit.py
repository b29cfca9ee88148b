"""One's own credit through the API: the score, every reason for it, and the way to more.

Article: articles.Article.CREDIT_LEVELS
"""

from typing import Literal

from pydantic import Field

from danmaku.actions.credit import OwnCredit
from danmaku.domain.comment import Mode
from danmaku.domain.credit import Line
from danmaku.domain.measures import Step
from danmaku.domain.room import ReviewMode
from danmaku.filter.rules import Klass
from danmaku.web.api import api_router
from danmaku.web.shapes import Shape
from danmaku.web.visit import ApiVisit

router = api_router("accounts")


class LevelShape(Shape):
    """What a level allows; a room may allow less."""

    colors: bool
    modes: list[Mode]
    sizes: bool
    text_max: int = Field(description="Code points.")
    gap_ms: int = Field(description="Between two comments in a room.")
    review: ReviewMode = Field(description="Who looks first; a room may ask for more.")
    rooms: bool = Field(description="Whether rooms may be opened, where a grant says so.")


class LineShape(Shape):
    """One reason for the score."""

    reason: Literal["clean", "measure"]
    points: int = Field(description="As they count today; below 0 they are lost for now.")
    at_first: int = Field(description="What the measure has cost on its first day.")
    at_ms: int | None
    gone_ms: int | None = Field(description="When nothing of it is left.")
    measure_id: str | None
    step: Step | None
    category: str | None
    klass: Klass | None = Field(serialization_alias="class")
    room: str | None
    number: int | None


class WayShape(Shape):
    """What leads to the next level."""

    missing: int = Field(description="Points.")
    waiting_ms: int | None = Field(description="When waiting alone leads there; null: never.")
    clean_days: int | None = Field(description="Full days of clean comments; null: no number does.")


class CreditShape(Shape):
    """A score, what it comes from, and what it allows."""

    score: int
    level: int
    allows: LevelShape
    lines: list[LineShape]
    way: WayShape | None = Field(description="Null on the highest level, and while frozen.")
    frozen_since_ms: int | None


@router.get("/api/me/credit")
async def get_credit(visit: ApiVisit) -> CreditShape:
    """One's own credit. Of nobody else's is there any."""
    return credit_of(await visit.house.offices.credits.own(visit.signed_in()))


def credit_of(own: OwnCredit) -> CreditShape:
    """The shape that page and API share."""
    reckoning, allows, way = own.reckoning, own.allows, own.way
    return CreditShape(
        score=reckoning.score,
        level=reckoning.level,
        allows=LevelShape(
            colors=allows.colors,
            modes=sorted(allows.modes),
            sizes=allows.sizes,
            text_max=allows.text_max,
            gap_ms=allows.gap_ms,
            review=allows.review,
            rooms=allows.rooms,
        ),
        lines=[_line_of(line) for line in reckoning.lines],
        way=None
        if way is None
        else WayShape(missing=way.missing, waiting_ms=way.waiting_ms, clean_days=way.clean_days),
        frozen_since_ms=reckoning.frozen_since_ms,
    )


def _line_of(line: Line) -> LineShape:
    measure = line.measure
    return LineShape(
        reason="clean" if measure is None else "measure",
        points=line.points,
        at_first=line.at_first,
        at_ms=None if measure is None else measure.from_ms,
        gone_ms=line.gone_ms,
        measure_id=None if measure is None else measure.measure_id,
        step=None if measure is None else measure.step,
        category=None if measure is None else measure.category,
        klass=line.klass,
        room=None if measure is None else measure.room,
        number=None if measure is None else measure.number,
    )
