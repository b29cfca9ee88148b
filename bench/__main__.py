"""`python -m bench [SCENARIO ...]`: run scenarios, show what came of them, keep it."""

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from bench.driver import Said
from bench.report import Outcome, environment, outcome_of, table_of, write
from bench.runner import Measured, run
from bench.scenario import Scenario, names

DEFAULT = ["smoke", "hot_room", "idle"]

ALONE = Path(tempfile.gettempdir()) / "danmaku-bench.lock"
"""Two benches on one machine would measure each other: the second one waits."""

console = Console(stderr=True)


def main(
    scenarios: Annotated[
        list[str] | None, typer.Argument(help=f"Any of {', '.join(names())}.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the moments at which comments are sent.")] = 1,
) -> None:
    """Measure the server; exit with 1 if a run broke a law or missed its goal."""
    chosen = [Scenario.named(name) for name in scenarios or DEFAULT]
    where = environment()
    with FileLock(ALONE):
        outcomes = [outcome_of(_run(scenario, seed, where.cores), where) for scenario in chosen]
    Console().print(table_of(outcomes))
    for outcome in outcomes:
        _tell(outcome)
    raise typer.Exit(code=any(outcome.failures for outcome in outcomes))


def _run(scenario: Scenario, seed: int, cores: int) -> Measured:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[deliveries]:,} deliveries"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        total = round(scenario.comments_per_s * scenario.seconds)
        bar = bars.add_task(scenario.title, total=total or None, deliveries=0)

        def show(said: Said) -> None:
            if said.result is None:
                bars.update(bar, completed=said.sent, deliveries=said.deliveries)

        return run(scenario, seed=seed, cores=cores, progress=show)


def _tell(outcome: Outcome) -> None:
    console.print(f"{outcome.measured.scenario.name}: {os.path.relpath(write(outcome))}")
    for failure in [*outcome.failures, *outcome.measured.result.findings]:
        console.print(f"  {failure}", style="red", markup=False, highlight=False)
    if outcome.measured.plain_loop_absent:
        console.print(f"  no ratio: {outcome.measured.plain_loop_absent}")


if __name__ == "__main__":
    typer.run(main)
