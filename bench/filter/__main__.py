"""`python -m bench.filter`: how good and how fast; exits with 1 if a goal is missed."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from bench.filter import large, learned, reloads, rooms, speed, urgent
from bench.filter.material import comments
from bench.filter.quality import (
    CASES,
    SCENARIOS,
    added_by_free_channels,
    books_of,
    cases_in,
    scenario_scores,
    scores,
)
from bench.filter.ratios import Ratio
from bench.filter.verdicts import write_verdicts
from danmaku.filter.judge import Judge

GOALS = {
    ("evasion", "must"): 0.98,
    ("evasion", "should"): 0.85,
    ("benign", "must"): 0.99,
    ("contact", "must"): 0.95,
    ("contact", "should"): 0.95,
    ("peer", "must"): 0.95,
    ("peer", "should"): 0.95,
    ("phrase", "must"): 0.98,
    ("regex", "must"): 0.98,
    ("scenario", "must"): 1.0,
}
EXACT_GOAL = 0.97
ADDED_GOAL = 0.0005


class Part(StrEnum):
    """What can be measured alone."""

    QUALITY = "quality"
    LOOKS = "looks"
    RELOADS = "reloads"
    URGENT = "urgent"
    LARGE = "large"
    LEARNED = "learned"
    ROOMS = "rooms"


_SPEEDS: Final[dict[Part, Callable[[Sequence[str], int], list[Ratio]]]] = {
    Part.LOOKS: speed.ratios,
    Part.RELOADS: reloads.ratios,
    Part.URGENT: urgent.ratios,
    Part.LARGE: large.ratios,
    Part.LEARNED: learned.ratios,
    Part.ROOMS: rooms.ratios,
}

console = Console()


def main(
    texts: Annotated[
        Path | None, typer.Option(help="Comments as JSON lines; without: the demo's own.")
    ] = None,
    cases: Annotated[
        Path | None, typer.Option(help="Folder of cases; without: speed alone is measured.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the made-up words.")] = 1,
    only: Annotated[list[Part] | None, typer.Option(help="Leave out all other parts.")] = None,
    verdicts: Annotated[
        Path | None, typer.Option(help="Write each verdict there and measure nothing.")
    ] = None,
) -> None:
    """Measure the filter."""
    said = comments(texts)
    if verdicts is not None:
        if cases is None:
            raise typer.BadParameter("--verdicts needs --cases")
        write_verdicts(verdicts, cases, said)
        return
    parts = only or [*Part]
    missed = _quality(cases, said) if cases and Part.QUALITY in parts else 0
    missed += _speed([part for part in _SPEEDS if part in parts], said, seed)
    raise typer.Exit(code=bool(missed))


def _quality(folder: Path, said: list[str]) -> int:
    judge = Judge(books_of(folder))
    every = [case for name in CASES for case in cases_in(folder / name)]
    table = Table("cases", "tier", "count", "right", "exact place", "goal", box=None)
    missed = 0
    table_of = scores(judge, every) | scenario_scores(cases_in(folder / SCENARIOS))
    for (kind, tier), score in table_of.items():
        right = score.right / max(1, score.count)
        exact = score.exact / max(1, score.right)
        goal = GOALS.get((kind, tier))
        missed += (goal is not None and right < goal) or (
            (kind, tier) == ("evasion", "must") and exact < EXACT_GOAL
        )
        table.add_row(
            *(kind, tier, str(score.count), f"{right:.1%}", f"{exact:.1%}"),
            "" if goal is None else f"{goal:.0%}",
        )
    console.print(table)
    added = len(added_by_free_channels(judge, said)) / len(said)
    console.print(f"flagged by disguises alone: {added:.3%} of {len(said)} comments")
    return missed + (added > ADDED_GOAL)


def _speed(parts: Sequence[Part], said: list[str], seed: int) -> int:
    table = Table("ratio", "value", "goal", "measured", box=None)
    missed = 0
    for part in parts:
        with console.status(part):
            measured = _SPEEDS[part](said, seed)
        for ratio in measured:
            missed += ratio.most is not None and ratio.value > ratio.most
            goal = "" if ratio.most is None else f"{ratio.most:g}"
            table.add_row(ratio.name, f"{ratio.value:.2f}", goal, ratio.told)
    if parts:
        console.print(table)
    return missed


if __name__ == "__main__":
    typer.run(main)
