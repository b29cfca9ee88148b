"""What a person reads after a run, and what a script does: a table and a JSON file."""

import datetime as dt
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import msgspec
from hdrh.histogram import HdrHistogram
from rich.table import Table

from bench.runner import Measured

RESULTS = Path(__file__).parent / "results"
_SHARES = (0.5, 0.99, 0.999)
_SERVER_TIMES = {
    "filter": "danmaku_filter_seconds",
    "commit": "danmaku_commit_seconds",
    "fan-out": "danmaku_fanout_seconds",
}
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


class Outcome(msgspec.Struct, frozen=True):
    """One file of results/.

    Attributes:
        failures: Why the run is a failed one; empty for a good one.
        end_to_end_ms: From the planned moment to the viewer, by share of all deliveries.
        server_ms: Upper bounds from the server's histograms, by stage and share; None: no values,
            or beyond the last bound.
        ratio_per_frame: Server's processor time for a batch and a viewer over the plain loop's.
    """

    environment: Environment
    measured: Measured
    failures: list[str]
    end_to_end_ms: dict[str, float]
    server_ms: dict[str, dict[str, float | None]]
    ratio_per_frame: float | None
    ratio_per_delivery: float | None
    memory_per_viewer: float


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


def outcome_of(measured: Measured, where: Environment) -> Outcome:
    """Judge a run and put its figures into the units that people compare."""
    times = HdrHistogram.decode(measured.result.end_to_end)
    end_to_end_ms = {_name(s): times.get_value_at_percentile(s * 100) / 1000 for s in _SHARES}
    server_ms = {
        stage: {_name(s): _ms(measured.histograms[name].bound_of(s)) for s in _SHARES}
        for stage, name in _SERVER_TIMES.items()
        if name in measured.histograms
    }
    plain_us = measured.plain_loop.cpu_us_per_frame if measured.plain_loop else None
    return Outcome(
        environment=where,
        measured=measured,
        failures=failures_of(measured, end_to_end_ms["p99"], server_ms),
        end_to_end_ms=end_to_end_ms,
        server_ms=server_ms,
        ratio_per_frame=_ratio(measured.cpu_us_per_frame, plain_us),
        ratio_per_delivery=_ratio(measured.cpu_us_per_delivery, plain_us),
        memory_per_viewer=measured.memory_per_viewer,
    )


def failures_of(
    measured: Measured, p99_ms: float, server_ms: dict[str, dict[str, float | None]]
) -> list[str]:
    """Why a run does not count: a fast wrong run is a failed run."""
    result, goals = measured.result, measured.scenario.goals
    failures = [f"{law}: {count}" for law, count in result.broken.items()]
    if result.lost:
        failures.append(f"{len(result.lost)} connections lost, first: {result.lost[0]}")
    if unwanted := {a: n for a, n in result.answers.items() if a != "published"}:
        failures.append(f"answers other than published: {unwanted}")
    if goals.end_to_end_p99_ms is not None and p99_ms > goals.end_to_end_p99_ms:
        failures.append(f"p99 end to end {p99_ms:.1f} ms, over {goals.end_to_end_p99_ms:g} ms")
    filter_ms = server_ms.get("filter", {}).get("p99")
    if goals.filter_p99_us is not None and not _is_within(filter_ms, goals.filter_p99_us / 1000):
        failures.append(f"p99 of the filter {filter_ms} ms, over {goals.filter_p99_us:g} us")
    return failures


def write(outcome: Outcome) -> Path:
    """Keep an outcome as results/TIME-SCENARIO.json."""
    RESULTS.mkdir(exist_ok=True)
    stamp = outcome.environment.at.replace(":", "").replace("+0000", "Z")
    path = RESULTS / f"{stamp}-{outcome.measured.scenario.name}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(outcome)))
    return path


def table_of(outcomes: list[Outcome]) -> Table:
    """One column for each run."""
    table = Table(title="danmaku bench", title_justify="left")
    table.add_column("")
    for outcome in outcomes:
        table.add_column(outcome.measured.scenario.name, justify="right")
    cells = [_cells_of(outcome) for outcome in outcomes]
    for label in cells[0]:
        table.add_row(label, *(column[label] for column in cells))
    return table


def _cells_of(outcome: Outcome) -> dict[str, str]:
    measured, result = outcome.measured, outcome.measured.result
    scenario = measured.scenario
    return {
        "verdict": "[red]failed" if outcome.failures else "[green]good",
        "viewers": f"{scenario.viewers_count + scenario.senders:,}",
        "comments": f"{result.sent:,} in {scenario.seconds:g} s",
        "deliveries": f"{result.deliveries:,}",
        "comments a batch": _figure(result.deliveries / result.frames if result.frames else None),
        **_time_cells("end to end", outcome.end_to_end_ms if result.deliveries else {}),
        **_server_cells(outcome),
        "server, share of a core": f"{measured.cpu_ns / 1e9 / measured.seconds:.0%}",
        "us a batch and viewer": _figure(measured.cpu_us_per_frame),
        "us a comment and viewer": _figure(measured.cpu_us_per_delivery),
        "plain loop, us a write": _figure(
            measured.plain_loop.cpu_us_per_frame if measured.plain_loop else None
        ),
        "ratio a batch and viewer": _figure(outcome.ratio_per_frame),
        "ratio a comment and viewer": _figure(outcome.ratio_per_delivery),
        "memory a viewer, KiB": _figure(outcome.memory_per_viewer / 1024),
    }


def _time_cells(label: str, times_ms: dict[str, float]) -> dict[str, str]:
    return {f"{label} {_name(s)}, ms": _figure(times_ms.get(_name(s))) for s in _SHARES}


def _server_cells(outcome: Outcome) -> dict[str, str]:
    """p99 only: the server's buckets give upper bounds, not times."""
    none: dict[str, float | None] = {}
    bounds = {stage: outcome.server_ms.get(stage, none).get("p99") for stage in _SERVER_TIMES}
    return {
        f"{stage} p99, ms at most": "-" if bound is None else f"{bound:g}"
        for stage, bound in bounds.items()
    }


def _name(share: float) -> str:
    return f"p{share * 100:g}"


def _ms(seconds: float | None) -> float | None:
    """Rounded to a nanosecond: bounds are decimal, and stay so."""
    return None if seconds is None else round(seconds * 1000, 6)


def _is_within(value: float | None, limit: float) -> bool:
    return value is not None and value <= limit


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _ratio(ours: float | None, plain: float | None) -> float | None:
    return None if ours is None or not plain else ours / plain


def _commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 -- the git of whoever runs this
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
