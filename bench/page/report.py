"""Outcomes as one HTML file: verdicts first, then what differs, then every figure and curve.

Everything is in the file: the style, the drawings, the numbers. It runs no script, so it can be
mailed, archived, and opened anywhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bench.compare import Comparison, compared
from bench.outcome import Figure, Outcome
from bench.page.plots import Drawn, GaugePlot, LinePlot, gauge_plot, line_plots
from bench.verdict import (
    Standing,
    goal_text,
    is_good,
    middle,
    missed,
    number,
    spread_text,
    standing_of,
)

MARGIN = 0.15
_GAUGES_MAX = 24  # a longer list is read as a table
_GAUGES_MIN = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One figure as a line of a table."""

    name: str
    value: str
    spread: str
    unit: str
    goal: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the page says of one outcome."""

    anchor: str
    outcome: Outcome
    is_good: bool
    reasons: list[str]
    rows: list[Row]
    gauges: list[GaugePlot]
    plots: list[LinePlot]
    details: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two outcomes of one name, the first against the last, with their curves together."""

    comparison: Comparison
    plots: list[LinePlot]


def page_of(outcomes: Sequence[Outcome]) -> str:
    """The whole page.

    Args:
        outcomes: At least one; several of one name are compared, the oldest with the newest.
    """
    ordered = sorted(outcomes, key=lambda outcome: outcome.environment.at)
    jinja = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters["number"] = number
    return jinja.get_template("page.html").render(
        sheets=[_sheet(n, outcome) for n, outcome in enumerate(ordered)],
        pairs=list(_pairs(ordered)),
        environment=ordered[-1].environment,
    )


def _sheet(place: int, outcome: Outcome) -> Sheet:
    details = msgspec.json.format(msgspec.json.encode(outcome.details)).decode()
    return Sheet(
        anchor=f"outcome-{place}",
        outcome=outcome,
        is_good=is_good(outcome),
        reasons=[*outcome.failures, *missed(outcome)],
        rows=[_row(name, figure) for name, figure in outcome.figures.items()],
        gauges=list(_gauges(outcome.figures)),
        plots=line_plots(Drawn(name, curve, name) for name, curve in outcome.curves.items()),
        details=details if outcome.details else "",
    )


def _row(name: str, figure: Figure) -> Row:
    return Row(
        name=name,
        value=number(middle(figure)) if figure.values else "-",
        spread=spread_text(figure),
        unit=figure.unit,
        goal=goal_text(figure),
        standing=standing_of(figure),
    )


def _gauges(figures: dict[str, Figure]) -> Iterator[GaugePlot]:
    """Ratios are what compares between machines: they alone are drawn as gauges."""
    ratios = {n: f for n, f in figures.items() if f.unit == "ratio" and f.values}
    if _GAUGES_MIN <= len(ratios) <= _GAUGES_MAX:
        yield gauge_plot("Ratios", ratios)


def _pairs(ordered: Iterable[Outcome]) -> Iterator[Pair]:
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in ordered:
        groups.setdefault((outcome.kind, outcome.name), []).append(outcome)
    for first, *others in groups.values():
        if others:
            comparison = compared(first, others[-1], margin=MARGIN)
            yield Pair(comparison, line_plots(_overlaid(first, others[-1])))


def _overlaid(before: Outcome, after: Outcome) -> Iterator[Drawn]:
    for name, curve in before.curves.items():
        if name in after.curves:
            yield Drawn(f"{name}, before", curve, name, is_older=True)
            yield Drawn(f"{name}, after", after.curves[name], name)
