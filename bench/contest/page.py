"""The ratio table of docs/benchmarks.md, from kept outcomes."""

from collections.abc import Sequence
from statistics import median

from bench.contest.contestant import EVERYTHING
from bench.contest.figures import (
    CORE,
    DELIVERIES,
    HANDSHAKE,
    MEMORY,
    P50,
    P99,
    PER_DELIVERY,
    TIMES_C,
    is_ratio_of_two,
)
from bench.outcome import Figure, Outcome
from bench.stats import PAIRS_FOR_A_CLAIM, median_of
from bench.verdict import goal_text, number, standing_of

_COLUMNS = (PER_DELIVERY, TIMES_C, DELIVERIES, CORE, P50, P99, HANDSHAKE, MEMORY)


def markdown_of(outcomes: Sequence[Outcome]) -> str:
    """A table for each contest, and one of what each contestant does not do."""
    parts = [_contest(outcome) for outcome in outcomes]
    return "\n\n".join([*parts, _lacks(outcomes)]) + "\n"


def _contest(outcome: Outcome) -> str:
    parts = [f"**{outcome.title}**", _by_contestant(outcome)]
    if any(figure.goal is not None for figure in outcome.figures.values()):
        parts.append(_goals(outcome))
    if remarks := _remarks(outcome):
        parts.append("\n".join(f"- {remark}" for remark in remarks))
    return "\n\n".join(parts)


def _by_contestant(outcome: Outcome) -> str:
    rows: dict[str, dict[str, Figure]] = {}
    for name, figure in outcome.figures.items():
        who, _, measure = name.partition(" / ")
        if not is_ratio_of_two(who):
            rows.setdefault(who, {})[measure] = figure
    columns = [c for c in _COLUMNS if any(c in figures for figures in rows.values())]
    cells = [
        [who, *(_cell(figures.get(c)) for c in columns), _runs(figures)]
        for who, figures in sorted(rows.items(), key=lambda row: _rank(row[1], columns))
    ]
    return _table(["", *columns, "runs"], ["---", *["--:"] * (len(columns) + 1)], cells)


def _goals(outcome: Outcome) -> str:
    cells = [
        [name, _cell(figure), goal_text(figure), standing_of(figure)]
        for name, figure in outcome.figures.items()
        if figure.goal is not None
    ]
    return _table(["goal", "median", "", ""], ["---", "--:", "---", "---"], cells)


def _rank(figures: dict[str, Figure], columns: Sequence[str]) -> float:
    """By the first column."""
    first = figures.get(columns[0])
    return median(first.values) if first else 0.0


def _remarks(outcome: Outcome) -> list[str]:
    counts = [len(figure.values) for figure in outcome.figures.values()]
    remarks = [*outcome.failures, *outcome.findings, *outcome.notes]
    if counts and min(counts) < PAIRS_FOR_A_CLAIM:
        remarks.append(
            f"Differences under 15 % are no finding: that takes {PAIRS_FOR_A_CLAIM} rounds."
        )
    return remarks


def _lacks(outcomes: Sequence[Outcome]) -> str:
    known = {name: detail for outcome in outcomes for name, detail in outcome.details.items()}
    columns = [str(lack) for lack in EVERYTHING]
    cells = []
    for name, detail in known.items():
        match detail:
            case {"lacks": list(lacks), "notes": str(notes)}:
                marks = ["no" if column in lacks else "yes" for column in columns]
                cells.append([name, *marks, notes])
    head, rule = ["", *columns, "remarks"], ["---", *[":-:"] * len(columns), "---"]
    return f"**What each does for a message**\n\n{_table(head, rule, cells)}"


def _table(head: Sequence[str], rule: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *cells))


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    at = median_of(figure.values)
    if len(figure.values) == 1:
        return number(at.median)
    return f"{number(at.median)} ({number(at.low)}-{number(at.high)})"


def _runs(figures: dict[str, Figure]) -> str:
    return str(max(len(figure.values) for figure in figures.values()))
