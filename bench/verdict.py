"""What a figure says: its middle, its spread, and whether it reaches its goal."""

from enum import StrEnum
from statistics import median

from bench.outcome import Figure, Outcome
from bench.stats import Interval, median_of

_DIGITS = 3
_WHOLE_FROM = 100


class Standing(StrEnum):
    """Where a figure stands against its goal."""

    FREE = ""  # it has none
    MET = "met"
    OPEN = "open"  # the median misses it, the interval does not: nobody can tell yet
    MISSED = "missed"


def middle(figure: Figure) -> float:
    """The median of its rounds."""
    return median(figure.values)


def interval_of(figure: Figure) -> Interval:
    """Where the median lies, as far as the rounds can say; one round says only itself."""
    return median_of(figure.values)


def standing_of(figure: Figure) -> Standing:
    """Hold a figure to its goal: it is missed when the whole interval lies beyond."""
    if figure.goal is None or not figure.values:
        return Standing.FREE
    if _is_within(figure, middle(figure)):
        return Standing.MET
    interval = interval_of(figure)
    nearest = interval.low if figure.better == "lower" else interval.high
    return Standing.OPEN if _is_within(figure, nearest) else Standing.MISSED


def missed(outcome: Outcome) -> list[str]:
    """The figures of an outcome that miss their goals, in words; not those that failures name."""
    return [
        f"{name}: {number(middle(figure))} {figure.unit}, {goal_text(figure)}"
        for name, figure in outcome.figures.items()
        if standing_of(figure) is Standing.MISSED
        and not any(name in failure for failure in outcome.failures)
    ]


def is_good(outcome: Outcome) -> bool:
    """Whether it counts: no law broken, no goal missed."""
    return not outcome.failures and not missed(outcome)


def goal_text(figure: Figure) -> str:
    """What is asked of a figure; empty: nothing."""
    if figure.goal is None:
        return ""
    return f"{'at most' if figure.better == 'lower' else 'at least'} {number(figure.goal)}"


def spread_text(figure: Figure) -> str:
    """The least and the greatest round; empty where there is only one."""
    if len(figure.values) < 2:  # noqa: PLR2004 -- one value has no spread
        return ""
    return f"{number(min(figure.values))} - {number(max(figure.values))}"


def number(value: float) -> str:
    """Three digits that count, as people write them."""
    if value == 0 or abs(value) >= _WHOLE_FROM:
        return f"{value:,.0f}"
    return f"{float(f'{value:.{_DIGITS}g}'):,}".removesuffix(".0")


def _is_within(figure: Figure, value: float) -> bool:
    assert figure.goal is not None  # noqa: S101 -- asked for by callers
    return value <= figure.goal if figure.better == "lower" else value >= figure.goal
