"""`compare`, `report` and `table`: what earlier runs say."""

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bench.commands.shell import (
    EXIT_FAILED,
    EXIT_USAGE,
    JsonFlag,
    err,
    fail,
    out,
    print_json,
)
from bench.compare import Comparison, NothingToCompareError, Side, comparisons_of
from bench.contest.page import markdown_of
from bench.outcome import RESULTS, Outcome, read
from bench.page.report import page_of
from bench.show import comparison_table
from bench.stats import PAIRS_FOR_A_CLAIM

MARGIN_PERCENT = 15.0
REPORT = RESULTS / "report.html"

Files = Annotated[
    list[Path] | None,
    typer.Argument(help="Outcomes, or folders of them; none: the newest of each name."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("compare")(compare_command)
    app.command("report")(report_command)
    app.command("table")(table_command)


def compare_command(
    before: Annotated[Path, typer.Argument(help="An outcome, or a folder of them.")],
    after: Annotated[Path, typer.Argument(help="The same, newer: this side is judged.")],
    *,
    margin: Annotated[
        float, typer.Option(min=0, help="By how much a figure may be worse, percent.")
    ] = MARGIN_PERCENT,
    as_json: JsonFlag = False,
) -> None:
    """Compare outcomes; end with 1 if anything got worse.

    Figures are paired by name and round. One counts as worse when the whole interval of its ratios
    lies beyond the margin, so several rounds on each side say more than one. Of a folder, the
    newest outcome of each name counts.

    A [bold]baseline[/] is a folder: run what you care about, `run hot_room idle --rounds 5`, move
    the files from bench/results to a folder that you keep, for this one machine, and before each
    release run the same again and compare: `compare baseline bench/results`.
    """
    try:
        comparisons = comparisons_of(Side.at(before), Side.at(after), margin=margin / 100)
    except (OSError, NothingToCompareError, msgspec.DecodeError) as error:
        fail(f"{before}, {after}: {error}", exit_code=EXIT_USAGE)
    if as_json:
        print_json(comparisons)
    else:
        for comparison in comparisons:
            _tell(comparison, margin)
    raise typer.Exit(EXIT_FAILED if any(each.is_worse for each in comparisons) else 0)


def _tell(comparison: Comparison, margin: float) -> None:
    out.print(comparison_table(comparison))
    for failure in comparison.new_failures:
        err.print(f"  failed now: {failure}", style="red", markup=False, highlight=False)
    remarks = [f"not measured any more: {name}" for name in comparison.gone]
    remarks += [f"another machine, {what}" for what in comparison.apart]
    rounds = min((change.rounds for change in comparison.changes), default=0)
    if margin < MARGIN_PERCENT and rounds < PAIRS_FOR_A_CLAIM:
        remarks.append(
            f"{rounds} rounds: less than {MARGIN_PERCENT:g} % is told apart by "
            f"{PAIRS_FOR_A_CLAIM} interleaved rounds at least"
        )
    for remark in remarks:
        err.print(f"  {remark}", style="yellow", markup=False, highlight=False)


def report_command(
    files: Files = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write it.")] = REPORT,
) -> None:
    """Draw outcomes as one HTML page that opens anywhere, without a network.

    Two outcomes of one name are compared as well.
    """
    outcomes = _outcomes_of(files)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(page_of(outcomes), encoding="utf-8")
    out.print(str(output), highlight=False, soft_wrap=True)


def table_command(files: Files = None) -> None:
    """Print contests as the Markdown tables of docs/benchmarks.md."""
    contests = [outcome for outcome in _outcomes_of(files) if outcome.kind == "contest"]
    if not contests:
        fail("There is no contest among them.", exit_code=EXIT_USAGE)
    sys.stdout.write(markdown_of(contests))


def _outcomes_of(files: list[Path] | None) -> list[Outcome]:
    try:
        outcomes = [outcome for path in files or [RESULTS] for outcome in _outcomes_at(path)]
    except (OSError, msgspec.DecodeError) as error:
        fail(str(error), exit_code=EXIT_USAGE)
    if not outcomes:
        fail("There is no outcome: run something first.", exit_code=EXIT_USAGE)
    return outcomes


def _outcomes_at(path: Path) -> list[Outcome]:
    return list(Side.at(path).outcomes.values()) if path.is_dir() else [read(path)]
