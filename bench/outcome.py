"""What any kind of run leaves behind: one shape for the table, the page, and the comparison.

A scenario, a contest of servers and a micro-bench differ in what they measure, not in how it is
kept: named figures with a value for each round, curves, and the reasons why it does not count.
"""

import datetime as dt
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import msgspec

RESULTS = Path(__file__).parent / "results"
_PARTS = ("uvloop", "websockets", "uvicorn", "orjson", "msgpack", "pyahocorasick", "sqlalchemy")


class Environment(msgspec.Struct, frozen=True):
    """Where a run took place; without it a figure means nothing."""

    at: str
    commit: str
    processor: str
    cores: int
    system: str
    python: str
    parts: dict[str, str]


class Figure(msgspec.Struct, frozen=True):
    """One number that was measured, once in each round.

    Attributes:
        unit: "us", "ms", "KiB", "ratio", "1/s", "count" and the like.
        better: Which way is progress.
        goal: What it must reach; None asks for nothing.
    """

    values: list[float]
    unit: str
    better: Literal["lower", "higher"] = "lower"
    goal: float | None = None


class Curve(msgspec.Struct, frozen=True):
    """Points to draw, by rising x."""

    x: str
    y: str
    points: list[tuple[float, float]]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One file of results/.

    Attributes:
        kind: What was run.
        name: Of the scenario, or of the contest.
        title: The same in words.
        seed: Of everything drawn by lot.
        figures: By name; a name may have parts, set apart by " / ".
        curves: By name, likewise.
        findings: Laws that the checker saw broken, in words.
        failures: Why the run does not count; empty for a good one.
        notes: What a reader must know: a driver that was saturated, a peer that was absent.
        details: Whatever else is worth keeping.
    """

    kind: Literal["scenario", "contest", "micro", "plan"]
    name: str
    title: str
    environment: Environment
    seed: int
    figures: dict[str, Figure]
    curves: dict[str, Curve] = {}
    findings: list[str] = []
    failures: list[str] = []
    notes: list[str] = []
    details: dict[str, object] = {}


def environment() -> Environment:
    """Look around."""
    return Environment(
        at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),  # noqa: TID251 -- a date for people
        commit=_commit(),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        system=platform.platform(),
        python=platform.python_version(),
        parts={part: version(part) for part in _PARTS},
    )


def write(outcome: Outcome) -> Path:
    """Keep an outcome as results/TIME-NAME.json."""
    RESULTS.mkdir(exist_ok=True)
    stamp = outcome.environment.at.replace(":", "").replace("+0000", "Z")
    path = RESULTS / f"{stamp}-{outcome.name}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(outcome)))
    return path


def read(path: Path) -> Outcome:
    """Read an outcome back.

    Raises:
        OSError: The file cannot be read.
        msgspec.ValidationError, msgspec.DecodeError: It is no outcome.
    """
    return msgspec.json.decode(path.read_bytes(), type=Outcome)


def _commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
