"""Outcomes and comparisons as tables for a terminal."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.table import Table
from rich.text import Text

from bench.compare import Comparison, Turn
from bench.contest.figures import (
    DELIVERIES,
    HANDSHAKE,
    MEMORY,
    P50,
    P99,
    PER_DELIVERY,
    PER_FRAME,
    TIMES_C,
)
from bench.outcome import Figure, Outcome
from bench.verdict import (
    Standing,
    goal_text,
    is_good,
    middle,
    number,
    spread_text,
    standing_of,
)

_PARTS = " / "
_MEASURES = (PER_DELIVERY, TIMES_C, PER_FRAME, DELIVERIES, P50, P99, HANDSHAKE, MEMORY)
"""What a contest is read for; the file and the page have all of it."""
_STYLES = {
    Standing.FREE: "",
    Standing.MET: "green",
    Standing.OPEN: "yellow",
    Standing.MISSED: "bold red",
}
_TURN_STYLES = {Turn.WORSE: "bold red", Turn.BETTER: "green", Turn.SAME: ""}


_Choice = Callable[[Figure], bool]


def tables_of(outcomes: Sequence[Outcome], *, brief: bool = False) -> Iterator[Table]:
    """Scenarios side by side; each contest by contestant; each other one line by line.

    Args:
        outcomes: In the order of their tables.
        brief: Of all but contests, only figures that have a goal or are a ratio.
    """
    if scenarios := [outcome for outcome in outcomes if outcome.kind == "scenario"]:
        yield _side_by_side(scenarios, _asked if brief else _any)
    for outcome in outcomes:
        if outcome.kind == "contest":
            yield _by_contestant(outcome)
        elif outcome.kind in {"micro", "plan"}:
            yield _line_by_line(outcome, _asked if brief else _any)


def comparison_table(comparison: Comparison) -> Table:
    """One line for each figure that both have."""
    table = _table(f"{comparison.name}: {comparison.before} against {comparison.after}")
    for column in ("before", "after", "times worse", "interval", "rounds", ""):
        table.add_column(column, justify="right")
    for change in comparison.changes:
        ratio = change.times_worse
        table.add_row(
            f"{change.figure}, {change.unit}",
            number(change.before),
            number(change.after),
            "-" if ratio is None else f"{ratio.median:.2f}",
            "" if ratio is None else f"{ratio.low:.2f} - {ratio.high:.2f}",
            str(change.rounds),
            "" if change.turn is Turn.SAME else change.turn,
            style=_TURN_STYLES[change.turn],
        )
    return table


def _side_by_side(scenarios: Sequence[Outcome], is_told: _Choice) -> Table:
    table = _table("Scenarios")
    for outcome in scenarios:
        table.add_column(outcome.name, justify="right")
    table.add_row("", *(_verdict(outcome) for outcome in scenarios))
    for name in _in_order(outcome.figures for outcome in scenarios):
        figures = [outcome.figures.get(name) for outcome in scenarios]
        if any(map(is_told, filter(None, figures))):
            table.add_row(name, *map(_cell, figures))
    return table


def _by_contestant(outcome: Outcome) -> Table:
    """Who stands before the slash, what was measured behind it."""
    table = _table(Text.assemble(outcome.title, ": ", _verdict(outcome)))
    split = {name: name.partition(_PARTS) for name in outcome.figures}
    columns = [what for what in _MEASURES if any(what == each for _, _, each in split.values())]
    for column in columns:
        table.add_column(column, justify="right")
    for who in _in_order([who] for who, _, _ in split.values()):
        cells = (outcome.figures.get(f"{who}{_PARTS}{what}") for what in columns)
        table.add_row(who, *map(_cell, cells))
    return table


def _line_by_line(outcome: Outcome, is_told: _Choice) -> Table:
    table = _table(Text.assemble(outcome.title, ": ", _verdict(outcome)))
    for column in ("median", "rounds", "unit", "goal"):
        table.add_column(column, justify="left" if column == "unit" else "right")
    for name, figure in outcome.figures.items():
        if is_told(figure):
            value = Text(number(middle(figure)), _STYLES[standing_of(figure)])
            table.add_row(name, value, spread_text(figure), figure.unit, goal_text(figure))
    return table


def _any(_figure: Figure) -> bool:
    return True


def _asked(figure: Figure) -> bool:
    return figure.goal is not None or figure.unit == "ratio"


def _table(title: str | Text) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    table.add_column("", no_wrap=True)
    return table


def _verdict(outcome: Outcome) -> Text:
    return Text("good", "green") if is_good(outcome) else Text("failed", "bold red")


def _cell(figure: Figure | None) -> Text:
    if figure is None or not figure.values:
        return Text("-", "dim")
    standing = standing_of(figure)
    goal = f" ({goal_text(figure)})" if standing is Standing.MISSED else ""
    return Text(number(middle(figure)) + goal, _STYLES[standing])


def _in_order(groups: Iterable[Iterable[str]]) -> list[str]:
    """Each name once, by its first appearance."""
    return list(dict.fromkeys(name for group in groups for name in group))
