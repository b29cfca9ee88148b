"""What an account's level lets it do, and the published formula that leads there.

Five sums and six rows, which anybody can work out by hand; docs/credit.md is made from them. An
operator may put a file of the same form in their place.

Article: articles.Article.CREDIT_LEVELS
"""

import tomllib
from itertools import pairwise
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from danmaku.domain.comment import Mode
from danmaku.domain.room import ALL_MODES, SLOW_MAX_MS, TEXT_MAX, ReviewMode
from danmaku.errors import BadMessage
from danmaku.filter.rules import Klass

START_LEVEL: Final = 1  # of an account about which nothing is known yet

Points = Annotated[int, Meta(ge=0, le=100_000)]
Days = Annotated[int, Meta(ge=1, le=3650)]


class Worth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a confirmed violation costs: `points` at first, evenly less, nothing after `days`."""

    points: Points
    days: Days


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table: from which score on, and what it allows. A room may allow less."""

    score_min: Points
    colors: bool = True
    modes: frozenset[Mode] = ALL_MODES
    sizes: bool = True
    text_max: Annotated[int, Meta(ge=1, le=TEXT_MAX)] = TEXT_MAX  # code points
    gap_ms: Annotated[int, Meta(ge=0, le=SLOW_MAX_MS)] = 0  # between two comments in a room
    review: ReviewMode = ReviewMode.MACHINE  # who looks at a comment first; never `closed`
    rooms: bool = True  # may open some, where a grant says so


class Formula(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From the ledger to a score, and from the score to a level."""

    version: Annotated[int, Meta(ge=1)]
    start: Points
    day_max: Points  # comments of one day that count, a point each
    earned_max: Points  # points that clean comments can bring
    memory_days: Days  # a clean comment counts so long
    illegal: Worth
    negative: Worth
    house: Worth
    levels: Annotated[tuple[Level, ...], Meta(min_length=2, max_length=10)]

    def worth(self, klass: Klass) -> Worth:
        """What a violation of that class costs."""
        return {
            Klass.ILLEGAL: self.illegal,
            Klass.NEGATIVE: self.negative,
            Klass.HOUSE: self.house,
        }[klass]

    def level_at(self, score: int) -> int:
        """The highest level that a score reaches."""
        return max(at for at, level in enumerate(self.levels) if level.score_min <= score)

    def level(self, at: int | None) -> Level:
        """A level's row.

        Args:
            at: Which; None: that of an account whose credit was not reckoned yet.
        """
        return self.levels[START_LEVEL if at is None else min(at, len(self.levels) - 1)]


FORMULA: Final = Formula(
    version=1,
    start=100,
    day_max=5,
    earned_max=400,
    memory_days=365,
    illegal=Worth(points=300, days=365),
    negative=Worth(points=80, days=90),
    house=Worth(points=20, days=30),
    levels=(
        Level(
            score_min=0,
            colors=False,
            modes=frozenset({Mode.SCROLL}),
            sizes=False,
            text_max=40,
            gap_ms=30_000,
            review=ReviewMode.EVERY,
            rooms=False,
        ),
        Level(score_min=60, text_max=200),
        Level(score_min=130, text_max=300),
        Level(score_min=200),
        Level(score_min=300),
        Level(score_min=450),
    ),
)
"""What holds where no file says otherwise.

One harmful comment puts a new account on level 0; eight clean days, or seven weeks, put it back.
"""


def formula_from(source: bytes) -> Formula:
    """Read a formula (TOML).

    Raises:
        BadMessage: Naming what is wrong with it.
    """
    try:
        formula = msgspec.convert(tomllib.loads(source.decode()), Formula)
    except (ValueError, msgspec.ValidationError) as error:
        raise BadMessage(f"That is no formula: {error}") from None
    scores = [level.score_min for level in formula.levels]
    if scores[0] != 0 or any(one >= other for one, other in pairwise(scores)):
        raise BadMessage("Levels begin at a score of 0, and each begins above the one before.")
    if any(level.review is ReviewMode.CLOSED for level in formula.levels):
        raise BadMessage("A level is reviewed: 'machine', 'delayed' or 'every'.")
    if formula.level_at(formula.start) != START_LEVEL:
        raise BadMessage(f"The score at the start leads to level {START_LEVEL}.")
    return formula
