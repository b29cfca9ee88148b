"""The ratio table of docs/benchmarks.md, from kept outcomes."""

from collections.abc import Sequence
from statistics import median

from bench.contest.contestant import EVERYTHING
from bench.contest.figures import (
    DELIVERIES,
    HANDSHAKE,
    MEMORY,
    P50,
    P99,
    PER_DELIVERY,
    TIMES_C,
)
from bench.outcome import Figure, Outcome
from bench.stats import PAIRS_FOR_A_CLAIM, median_of

_COLUMNS = (PER_DELIVERY, TIMES_C, DELIVERIES, P50, P99, HANDSHAKE, MEMORY)
_WHOLE_FROM = 100


def markdown_of(outcomes: Sequence[Outcome]) -> str:
    """A table for each contest, and one of what each contestant does not do."""
    parts = [_contest(outcome) for outcome in outcomes]
    return "\n\n".join([*parts, _lacks(outcomes)]) + "\n"


def _contest(outcome: Outcome) -> str:
    rows = _rows(outcome)
    columns = [c for c in _COLUMNS if any(c in figures for figures in rows.values())]
    ordered = sorted(rows.items(), key=lambda row: _rank(row[1], columns))
    lines = [
        f"**{outcome.title}**",
        "",
        _line(["", *columns, "runs"]),
        _line(["---", *["--:"] * (len(columns) + 1)]),
        *(
            _line([who, *(_cell(figures.get(c)) for c in columns), _runs(figures)])
            for who, figures in ordered
        ),
    ]
    return "\n".join([*lines, *_remarks(outcome)])


def _rows(outcome: Outcome) -> dict[str, dict[str, Figure]]:
    rows: dict[str, dict[str, Figure]] = {}
    for name, figure in outcome.figures.items():
        who, _, measure = name.partition(" / ")
        rows.setdefault(who, {})[measure] = figure
    return rows


def _rank(figures: dict[str, Figure], columns: Sequence[str]) -> tuple[bool, float]:
    """Contestants by what they cost, then the ratios between two of them."""
    first = figures.get(columns[0])
    is_ratio = any(figure.unit == "ratio" for name, figure in figures.items() if name != TIMES_C)
    return is_ratio, median(first.values) if first else 0.0


def _remarks(outcome: Outcome) -> list[str]:
    counts = [len(figure.values) for figure in outcome.figures.values()]
    remarks = [*outcome.failures, *outcome.findings, *outcome.notes]
    if counts and min(counts) < PAIRS_FOR_A_CLAIM:
        remarks.append(
            f"Differences under 15 % are no finding: that takes {PAIRS_FOR_A_CLAIM} rounds."
        )
    return ["", *(f"- {remark}" for remark in remarks)] if remarks else []


def _lacks(outcomes: Sequence[Outcome]) -> str:
    known = {name: detail for outcome in outcomes for name, detail in outcome.details.items()}
    columns = [str(lack) for lack in EVERYTHING]
    lines = [
        "**What each does for a message**",
        "",
        _line(["", *columns, "remarks"]),
        _line(["---", *[":-:"] * len(columns), "---"]),
    ]
    for name, detail in known.items():
        match detail:
            case {"lacks": list(lacks), "notes": str(notes)}:
                marks = ["no" if column in lacks else "yes" for column in columns]
                lines.append(_line([name, *marks, notes]))
    return "\n".join(lines)


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    at = median_of(figure.values)
    if len(figure.values) == 1:
        return _number(at.median)
    return f"{_number(at.median)} ({_number(at.low)}-{_number(at.high)})"


def _runs(figures: dict[str, Figure]) -> str:
    return str(max(len(figure.values) for figure in figures.values()))


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.2f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
