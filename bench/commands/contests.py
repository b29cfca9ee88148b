"""`quick` and `peers`: our server beside others, under the same workloads in the same minutes."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from bench.commands.measuring import measured, micro, progress, scenario_named
from bench.commands.shell import EXIT_USAGE, JsonFlag, Seed, alone, conclude, err, fail, keep
from bench.contest.command import chosen, install, run_contest
from bench.contest.contests import full, quick
from bench.contest.figures import Contest
from bench.contest.rounds import Schedule, Step
from bench.contest.run import Cores
from bench.native import NoCompilerError
from bench.outcome import Outcome, environment

QUICK_ROUNDS = 2
QUICK_SCENARIOS = ("hot_room", "recalls", "reconnect_storm")
PEERS_ROUNDS = 5


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("quick")(quick_command)
    app.command("peers")(peers_command)


def quick_command(*, seed: Seed = 1, as_json: JsonFlag = False) -> None:
    """Measure what matters in under ten minutes: a few scenarios, a short contest, the parts.

    The contest is ours, the plain C loop, and `websockets.broadcast`. Ends with 1 if a law was
    broken or a goal missed.
    """
    with alone():
        outcomes = [keep(outcome) for outcome in _quickly(seed)]
    conclude(outcomes, as_json=as_json, brief=True)


def peers_command(
    *,
    rounds: Annotated[int, typer.Option(min=1, help="How often each is measured.")] = PEERS_ROUNDS,
    only: Annotated[
        list[str] | None, typer.Option(help="Beginning of a contestant's name; may be repeated.")
    ] = None,
    workload: Annotated[
        list[str] | None, typer.Option(help="Name of a workload; may be repeated.")
    ] = None,
    just_install: Annotated[
        bool, typer.Option("--install", help="Get the peers and measure nothing.")
    ] = False,
    seed: Seed = 1,
    as_json: JsonFlag = False,
) -> None:
    """Measure every peer under the same workloads; about an hour.

    Peers that are not there are installed first; those that cannot be had are left out and named.
    `table` prints what was kept as the tables of docs/benchmarks.md.
    """
    contests = _chosen(only or [], workload or [])
    if just_install:
        _installed(contests)
        return
    with alone():
        present, absent = _installed(contests)
        # Kept one by one: an hour's work is not lost to its last minute.
        outcomes = [keep(outcome) for outcome in _played(present, absent, rounds, seed)]
    conclude(outcomes, as_json=as_json)


def _quickly(seed: int) -> Iterator[Outcome]:
    for name in QUICK_SCENARIOS:
        yield measured(scenario_named(name), rounds=1, seed=seed)
    try:
        contests = quick()
    except NoCompilerError as error:
        err.print(f"no contest: {error}", style="yellow", markup=False)
    else:
        yield from _played(contests, {}, QUICK_ROUNDS, seed)
    yield micro(seed)


def _chosen(only: Sequence[str], workloads: Sequence[str]) -> list[Contest]:
    try:
        return chosen(full(), only=only, workloads=workloads)
    except NoCompilerError as error:
        fail(f"no yardstick: {error}")
    except ValueError as error:
        fail(str(error), exit_code=EXIT_USAGE)


def _installed(contests: Sequence[Contest]) -> tuple[list[Contest], dict[str, str]]:
    with progress("Getting the peers", None) as (bars, bar):
        present, absent = install(contests, lambda name: bars.update(bar, state=name))
    for name, why in absent.items():
        err.print(f"left out: {name}: {why}", style="yellow", markup=False, highlight=False)
    return present, absent


def _played(
    contests: Sequence[Contest], absent: dict[str, str], rounds: int, seed: int
) -> Iterator[Outcome]:
    cores = Cores() if environment().cores > 1 else Cores(None, None)
    schedule = Schedule(rounds, seed, cores)
    for contest in contests:
        with progress(contest.workload.title, None) as (bars, bar):

            def tell(step: Step) -> None:
                bars.update(bar, total=step.total, completed=step.done, state=step.contestant)

            yield run_contest(contest, schedule, absent=absent, tell=tell)
