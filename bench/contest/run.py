"""One contestant, one workload, once: from an empty folder to its figures."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic_ns

import httpx
import uvloop

from bench.audience import Audience
from bench.audience_native import audience
from bench.contest.contestant import Contestant, Running
from bench.contest.judge import Heard, Said, judge
from bench.contest.publisher import Line, speak_in_turn, speak_on_time
from bench.contest.workload import Beat, Silence, Window, Workload
from bench.probes import cpu_ns, memory_bytes

FINDINGS_MAX = 10
_SETTLE_S, _QUIET_S, _SETTLE_S_MAX = 0.5, 0.75, 15.0
_WARM_HANDSHAKES = 500
_STALL_S = 0.25


@dataclass(frozen=True, slots=True)
class Cores:
    """Processors: of the server with all its threads, and of the audience and the publisher.

    None: wherever the system likes, for a machine with one.
    """

    server: int | None = 0
    driver: int | None = 1


@dataclass(slots=True)
class Measured:
    """What one run gave.

    Attributes:
        values: By measure, see figures.py.
        findings: Why it does not count; empty for a good run.
        notes: What to know of it nevertheless.
    """

    values: dict[str, float] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def measure(contestant: Contestant, workload: Workload, cores: Cores) -> Measured:
    """Bring a contestant up, let it work, judge it, end it.

    A contestant that is not there, or fails on the way, is a run with findings, not an error.
    """
    rooms = workload.quiet_rooms + 1
    with TemporaryDirectory(prefix="danmaku-contest-") as folder, _pinned(cores.driver):
        try:
            running = contestant.start(Path(folder), core=cores.server, rooms=rooms)
        except (RuntimeError, OSError) as error:
            return Measured(findings=[f"did not start: {error}"])
        try:
            return uvloop.run(_measure(running, workload, cores))
        except (OSError, httpx.HTTPError) as error:
            return Measured(findings=[f"gave up: {error!r}"])
        finally:
            running.stop()


async def _measure(running: Running, workload: Workload, cores: Cores) -> Measured:
    async with _seated(cores.driver) as viewers:
        if isinstance(workload.pace, Silence):
            return await _coming_and_staying(running, workload, viewers)
        return await _speaking(running, workload, viewers)


async def _coming_and_staying(running: Running, workload: Workload, viewers: Audience) -> Measured:
    await viewers.connect(0, [running.watcher() for _ in range(_WARM_HANDSHAKES)])
    await asyncio.sleep(_SETTLE_S)
    cpu, memory = -_cpu_ns(running), -_memory_bytes(running)
    await viewers.connect(_WARM_HANDSHAKES, [running.watcher() for _ in range(workload.viewers)])
    await asyncio.sleep(_SETTLE_S)
    cpu, memory = cpu + _cpu_ns(running), memory + _memory_bytes(running)
    log = await viewers.log()
    return Measured(
        {
            "handshake us": cpu / 1000 / workload.viewers,
            "KiB a viewer": memory / 1024 / workload.viewers,
        },
        [f"viewer {loss.viewer} was let down: {loss.why}" for loss in log.losses[:FINDINGS_MAX]],
    )


async def _speaking(running: Running, workload: Workload, viewers: Audience) -> Measured:
    await viewers.connect(0, [running.watcher() for _ in range(workload.viewers)])
    quiet = [running.watcher(room) for room in range(1, running.rooms)]
    await viewers.connect(workload.viewers, quiet)
    with _lines(running, workload) as lines, _ears(running, workload) as ears:
        await asyncio.sleep(_SETTLE_S)
        start_ns = monotonic_ns()
        from_ns = start_ns + round(workload.warm_s * 1e9)
        until_ns = from_ns + round(workload.seconds * 1e9)
        speaking = asyncio.create_task(
            asyncio.to_thread(_speak, running, workload, lines + ears, (start_ns, until_ns)),
            name="publisher",
        )
        cpu = -await _cpu_at(running, from_ns)
        cpu += await _cpu_at(running, until_ns)
        due_ns = await speaking
        await _quiet(viewers)
    log = await viewers.log()
    heard = judge(log, Said(due_ns, len(lines), workload.viewers, from_ns, until_ns))
    hearers = workload.viewers + len(ears) + running.speakers_hear * len(lines)
    values = _values(heard, cpu, workload, share=hearers / workload.viewers)
    measured = Measured(values, heard.findings)
    if log.saturated:
        measured.notes.append(log.saturated)
    for share in (0.5, 0.99):
        if (bound_ms := running.commit_ms(share)) is not None:
            measured.values[f"commit p{share * 100:g} ms"] = bound_ms
    return measured


def _speak(
    running: Running, workload: Workload, lines: list[Line], span_ns: tuple[int, int]
) -> list[int]:
    """In a closed loop the last line is the ear."""
    start_ns, until_ns = span_ns
    match workload.pace:
        case Window(in_flight):
            *speaking, ear = lines
            return speak_in_turn(speaking, ear, running, until_ns=until_ns, in_flight=in_flight)
        case Beat(per_s):
            return speak_on_time(lines, running, from_ns=start_ns, until_ns=until_ns, per_s=per_s)
        case Silence():
            return []


def _values(heard: Heard, cpu: int, workload: Workload, *, share: float) -> dict[str, float]:
    """What was delivered to the publisher cost as much: it counts by its share."""
    deliveries, frames = max(1, heard.deliveries), max(1, heard.frames)
    return {
        "us per delivery": cpu / 1000 / deliveries / share,
        "us per frame": cpu / 1000 / frames / share,
        "deliveries per s": heard.deliveries * share / workload.seconds,
        "deliveries a frame": heard.deliveries / frames,
        "bytes a frame": heard.frame_bytes / frames,
        "p50 ms": heard.latency_ms(0.5),
        "p99 ms": heard.latency_ms(0.99),
        "core %": 100 * cpu / 1e9 / workload.seconds,
    }


async def _quiet(viewers: Audience) -> None:
    """Wait until nothing more comes; whoever is still behind then is for the judge to name."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_SETTLE_S_MAX):
            before = -1
            while (now := viewers.frames_count()) != before:
                before = now
                await asyncio.sleep(_QUIET_S)


async def _cpu_at(running: Running, at_ns: int) -> int:
    await asyncio.sleep(max(0, at_ns - monotonic_ns()) / 1e9)
    return _cpu_ns(running)


def _cpu_ns(running: Running) -> int:
    return sum(map(cpu_ns, running.pids))


def _memory_bytes(running: Running) -> int:
    return sum(map(memory_bytes, running.pids))


@contextlib.asynccontextmanager
async def _seated(core: int | None) -> AsyncIterator[Audience]:
    viewers = await audience(core)
    try:
        yield viewers
    finally:
        await viewers.close()


@contextlib.contextmanager
def _lines(running: Running, workload: Workload) -> Iterator[list[Line]]:
    """As many connections as the server asks for, and no more: two may overtake each other."""
    in_flight = _in_flight(workload)
    count = -(-in_flight // (running.in_flight_max or in_flight))
    with _hanging_up([Line(running.speaker(n)) for n in range(count)]) as lines:
        yield lines


def _in_flight(workload: Workload) -> int:
    """Messages that may be under way; in an open loop, those of a stall that is no fault yet."""
    match workload.pace:
        case Window(in_flight):
            return in_flight
        case Beat(per_s):
            return max(1, round(per_s * _STALL_S))
        case Silence():
            return 0


@contextlib.contextmanager
def _ears(running: Running, workload: Workload) -> Iterator[list[Line]]:
    heads = 1 if isinstance(workload.pace, Window) else 0
    with _hanging_up([Line(running.watcher()) for _ in range(heads)]) as ears:
        yield ears


@contextlib.contextmanager
def _hanging_up(lines: list[Line]) -> Iterator[list[Line]]:
    try:
        yield lines
    finally:
        for line in lines:
            line.close()


@contextlib.contextmanager
def _pinned(core: int | None) -> Iterator[None]:
    """This process, and what it starts and does not place elsewhere, on one processor."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
