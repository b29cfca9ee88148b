"""`list`, `run`, `micro` and `plan`: everything ends in an outcome, kept and shown alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import msgspec
import typer
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from bench.commands.shell import (
    EXIT_USAGE,
    JsonFlag,
    Seed,
    alone,
    conclude,
    err,
    fail,
    keep,
    out,
    print_json,
)
from bench.driver import Said
from bench.micro import suite
from bench.outcome import Environment, Outcome, environment
from bench.plan import plans
from bench.plan.costs import Costs
from bench.report import outcome_of
from bench.rounds import merged
from bench.runner import Measured, run
from bench.scenario import Scenario, names


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("list")(list_command)
    app.command("run")(run_command)
    app.command("micro")(micro_command)
    app.command("plan")(plan_command)


def list_command(*, as_json: JsonFlag = False) -> None:
    """Say which scenarios there are."""
    scenarios = [scenario_named(name) for name in names()]
    if as_json:
        print_json(scenarios)
        return
    width = max(len(scenario.name) for scenario in scenarios)
    for scenario in scenarios:
        out.print(
            f"{scenario.name:{width}}  {scenario.seconds:4.0f} s  {scenario.title}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def run_command(
    scenarios: Annotated[
        list[str] | None, typer.Argument(help="Names, as `list` gives them; none: all of them.")
    ] = None,
    *,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is run.")] = 1,
    seed: Seed = 1,
    as_json: JsonFlag = False,
) -> None:
    """Run scenarios against the real server, and check everything that its viewers received.

    Ends with 1 if one of them broke a law or missed a goal. Outcomes are kept in bench/results.
    """
    chosen = [scenario_named(name) for name in scenarios or names()]
    with alone():
        outcomes = [keep(measured(scenario, rounds=rounds, seed=seed)) for scenario in chosen]
    conclude(outcomes, as_json=as_json)


def micro_command(*, seed: Seed = 1, as_json: JsonFlag = False) -> None:
    """Time single parts of the server: filter, admission, codec, the way out, the record."""
    with alone():
        outcome = keep(micro(seed))
    conclude([outcome], as_json=as_json)


def plan_command(*, seed: Seed = 1, as_json: JsonFlag = False) -> None:
    """Try the plans of docs/scale.md: a million viewers in a room, ten millions in many, a storm.

    Simulated, from measured costs; `report` draws the curves.
    """
    where = environment()
    outcomes: list[Outcome] = []
    with progress("Plans", len(plans.PLANS)) as (bars, bar):
        for plan in plans.PLANS:
            outcomes.append(keep(plan(Costs(), where, seed=seed)))
            bars.advance(bar)
    conclude(outcomes, as_json=as_json)


# --- what the commands are made of


def scenario_named(name: str) -> Scenario:
    """Read a scenario, or end with a line that says what is wrong."""
    if name not in names():
        fail(
            f"There is no scenario {name!r}. There are: {', '.join(names())}.",
            exit_code=EXIT_USAGE,
        )
    try:
        return Scenario.named(name)
    except (ValueError, msgspec.ValidationError) as error:
        fail(f"{name}.toml is no scenario: {error}", exit_code=EXIT_USAGE)


def measured(scenario: Scenario, *, rounds: int, seed: int) -> Outcome:
    """Run a scenario so often; round `n` has the seed `seed + n`."""
    where = environment()
    outcomes: list[Outcome] = []
    for n in range(rounds):
        title = scenario.name if rounds == 1 else f"{scenario.name}, round {n + 1} of {rounds}"
        beside = None
        if scenario.beside:
            other = scenario_named(scenario.beside)
            beside = outcome_of(_shown(other, f"{title}: {other.name}", seed + n, where), where)
        outcomes.append(outcome_of(_shown(scenario, title, seed + n, where), where, beside))
    return merged(outcomes)


def _shown(scenario: Scenario, title: str, seed: int, where: Environment) -> Measured:
    """Run a scenario, its progress on standard error."""
    with progress(title, scenario.comments_count) as (bars, bar):

        def show(said: Said) -> None:
            frames = f", {said.frames:,} frames" if said.frames else ""
            bars.update(bar, completed=said.sent or None, state=said.at + frames)

        return run(scenario, seed=seed, cores=where.cores, progress=show)


def micro(seed: int) -> Outcome:
    """Run the micro-benches."""
    with progress("Single parts", None) as (bars, bar):
        return suite.measured(seed, lambda part: bars.update(bar, state=part))


@contextmanager
def progress(title: str, total: int | None) -> Iterator[tuple[Progress, TaskID]]:
    """A line on standard error, so that standard output stays clean for pipes."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.fields[state]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        yield bars, bars.add_task(title, total=total or None, state="")
