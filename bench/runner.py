"""One scenario from an empty record to its figures: the server, the driver, the yardstick."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from bench.driver import Order, Said
from bench.furnishing import furnish
from bench.house import serving
from bench.native import NoCompilerError
from bench.past import Past, lay_down
from bench.plain_loop import Writing, Written
from bench.plain_loop import measure as measure_plain_loop
from bench.reckoning import Result
from bench.rules import rule_file
from bench.scenario import Flood, Measures, Scenario
from bench.seating import rooms_of
from bench.served import STAGES_FILE
from bench.server import Server

SERVER_CORE, DRIVER_CORE = 0, 1
PLAIN_LOOP_S_MAX = 5.0

Progress = Callable[[Said], None]


class Measured(msgspec.Struct, frozen=True):
    """The figures of one run.

    Attributes:
        plain_loop: The yardstick; None where it was not measured, `plain_loop_absent` says why.
    """

    scenario: Scenario
    seed: int
    result: Result
    plain_loop: Written | None
    plain_loop_absent: str


def run(
    scenario: Scenario,
    *,
    seed: int,
    cores: int,
    progress: Progress,
    fault: str | None = None,
    yardstick: bool = True,
) -> Measured:
    """Carry a scenario out.

    Args:
        scenario: Which.
        seed: Of everything that is drawn by lot.
        cores: Processors of this machine; with one, nothing is pinned.
        progress: Called with every line of the driver.
        fault: What is to be wrong with the server, of bench.faults; None: nothing.
        yardstick: Whether to measure the plain loop as well.

    Raises:
        RuntimeError: The server does not start, or the driver ends without a result.
    """
    pinned = cores > DRIVER_CORE
    core = SERVER_CORE if pinned else None
    program = ("bench.served",) if fault is None else ("bench.served", fault)
    with tempfile.TemporaryDirectory(prefix="danmaku-bench-") as folder:
        settings = {**scenario.settings, **_rules_of(scenario, Path(folder))}
        pasts: list[Past] = []

        def furnish_past(data_dir: Path) -> None:
            if (rework := scenario.rework) is not None:
                sought = rework.sought_every
                pasts.append(lay_down(data_dir, comments=rework.comments, sought_every=sought))

        with serving(
            Path(folder),
            settings,
            nodes=scenario.nodes,
            core=core,
            program=program,
            furnish=furnish_past,
        ) as servers:
            order = _order_of(scenario, servers, seed, DRIVER_CORE if pinned else None)
            result = _drive(replace(order, past=next(iter(pasts), None)), progress)
    if not yardstick:
        return Measured(scenario, seed, result, None, "not asked for")
    plain_loop, absent = _plain_loop(scenario, result, pinned=pinned)
    return Measured(scenario, seed, result, plain_loop, absent)


def _rules_of(scenario: Scenario, folder: Path) -> dict[str, str]:
    if scenario.rules == 0:
        return {}
    path = folder / "rules.toml"
    path.write_text(rule_file(scenario.rules), encoding="utf-8")
    return {"FILTER__RULES_FILE": str(path)}


def _order_of(scenario: Scenario, servers: Sequence[Server], seed: int, core: int | None) -> Order:
    floods = [event.accounts for event in scenario.events if isinstance(event, Flood)]
    acts = [event.people for event in scenario.events if isinstance(event, Measures)]
    furniture = furnish(
        (desk := servers[0].desk),
        rooms_of(scenario.rooms),
        senders=scenario.senders,
        attackers=max(floods, default=0),
        subjects=max(acts, default=0),
    )
    return Order(
        addresses=[server.address for server in servers],
        pids=[server.pid for server in servers],
        desk=str(desk),
        stages=[str(server.data_dir / STAGES_FILE) for server in servers],
        scenario=scenario,
        tokens=furniture.tokens,
        moderator=furniture.moderator,
        attackers=furniture.attackers,
        subjects=furniture.subjects,
        seed=seed,
        core=core,
    )


def _drive(order: Order, progress: Progress) -> Result:
    """Run the driver to its end.

    Raises:
        RuntimeError: If it ends without a result.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "bench.driver"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        process_group=0,  # Ctrl-C is for the bench, which ends what it started
    ) as driver:
        assert driver.stdin is not None  # noqa: S101 -- asked for above
        assert driver.stdout is not None  # noqa: S101 -- asked for above
        driver.stdin.write(msgspec.json.encode(order) + b"\n")
        driver.stdin.flush()
        result = None
        for line in driver.stdout:
            said = msgspec.json.decode(line, type=Said)
            progress(said)
            result = said.result or result
    if result is None:
        raise RuntimeError(f"the driver ended with status {driver.returncode} and no result")
    return result


def _plain_loop(scenario: Scenario, result: Result, *, pinned: bool) -> tuple[Written | None, str]:
    if result.frames == 0:
        return None, "nothing was written"
    viewers = scenario.viewers_count + scenario.senders
    writing = Writing(
        viewers=viewers,
        frame_bytes=round(result.frame_bytes),
        frames_per_s=result.frames / viewers / scenario.seconds,
        seconds=min(scenario.seconds, PLAIN_LOOP_S_MAX),
    )
    core, readers_core = (SERVER_CORE, DRIVER_CORE) if pinned else (None, None)
    try:
        return measure_plain_loop(writing, core=core, readers_core=readers_core), ""
    except NoCompilerError as absent:
        return None, str(absent)
