"""`python -m bench.served [FAULT]`: the real server, with clocks that are read from outside.

It is what `danmaku serve` is, but for three things: its histograms keep every value, to a
thousandth of it, in place of a handful of buckets; one more says how long a comment takes to its
decision; and it may be composed with one fault, to see that a run fails.

SIGUSR1 empties the histograms, SIGUSR2 writes them into the data directory.
"""

import asyncio
import signal
import sys
import time
from collections import Counter
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import msgspec
from hdrh.histogram import HdrHistogram
from prometheus_client import Histogram

from bench.faults import SPOILS, STORES, FaultyDialect, with_record
from danmaku.actions.comments import Comments
from danmaku.app import Server
from danmaku.cli.server import give_process_to
from danmaku.config import Settings, settings_from
from danmaku.core import Core, Subscribed, opened
from danmaku.domain.facts import Entry
from danmaku.ports import Append
from danmaku.telemetry import Telemetry

STAGES_FILE = "stages.json"
NANOS_MAX = 60_000_000_000
FIGURES = 3
_GRAIN_NS = 100
_SUFFIX = "_seconds"


class Precise(Histogram):
    """A histogram that also counts how often each value came, to a tenth of a microsecond.

    Attributes:
        counts: By value, in tenths of a microsecond. Bounded by how long anything takes.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.counts: Counter[int] = Counter()
        super().__init__(*args, **kwargs)

    def observe(self, amount: float, exemplar: dict[str, str] | None = None) -> None:
        """Count a value.

        Cost: two tenths of a microsecond more than the library's own.
        """
        super().observe(amount, exemplar)
        self.counts[int(amount * 1e9) // _GRAIN_NS] += 1


_asked_s: ContextVar[float] = ContextVar("asked_s")


class ClockedComments(Comments):
    """Notes when it is asked."""

    async def post(self, *args: Any, **kwargs: Any) -> Entry:
        """See `Comments`."""
        _asked_s.set(time.perf_counter())
        return await super().post(*args, **kwargs)


class ClockedStore:
    """Notes how long it was from there to the decision, which is when something is to be written.

    Args:
        real: Does everything.
        decision: Told.
    """

    def __init__(self, real: Subscribed, decision: Histogram) -> None:
        self._real = real
        self._decision = decision

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def commit(self, *appends: Append) -> list[Entry]:
        """See `Record`."""
        asked_s = _asked_s.get(None)
        if asked_s is not None:
            self._decision.observe(time.perf_counter() - asked_s)
        return await self._real.commit(*appends)


class Stages:
    """What the server's own clocks saw since they were last emptied.

    Args:
        telemetry: Made of `Precise`.
        path: Where they are written.

    Attributes:
        decision: From a draft's arrival at the verb to its decision.
    """

    def __init__(self, telemetry: Telemetry, path: Path) -> None:
        self.decision = Precise("bench_decision_seconds", "To the decision.", registry=None)
        self._path = path
        self._histograms = {"decision": self.decision} | {
            name.removesuffix(_SUFFIX): metric
            for name, metric in vars(telemetry).items()
            if isinstance(metric, Precise) and name.endswith(_SUFFIX)
        }

    def empty(self) -> None:
        """Begin anew."""
        for histogram in self._histograms.values():
            histogram.counts.clear()

    def write(self) -> None:
        """Leave them where they are looked for, whole or not at all."""
        encoded = {name: _hdr(metric.counts) for name, metric in self._histograms.items()}
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(encoded))
        fresh.replace(self._path)


def _hdr(counts: Counter[int]) -> str:
    """Nanoseconds, HDR-encoded."""
    times = HdrHistogram(1, NANOS_MAX, FIGURES)
    for value, count in counts.copy().items():
        times.record_value(min(max(1, value * _GRAIN_NS), NANOS_MAX), count)
    return str(times.encode().decode())


async def serve(settings: Settings, fault: str | None) -> None:
    """Run the server until SIGTERM.

    Args:
        settings: As `danmaku serve` takes them.
        fault: One of `STORES` or `SPOILS`; None: a sound server.
    """
    telemetry = Telemetry(Precise)
    stages = Stages(telemetry, settings.store.data_dir / STAGES_FILE)
    async with opened(settings, telemetry) as sound:
        core = with_record(sound, ClockedStore(sound.record, stages.decision), ClockedComments)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, stages.empty)
        loop.add_signal_handler(signal.SIGUSR2, stages.write)
        await _server(core, fault).run(lambda url: print(url, flush=True), lambda: None)


def _server(core: Core, fault: str | None) -> Server:
    """The doors, upon whatever is wrong.

    Raises:
        KeyError: There is no such fault.
    """
    if fault in STORES:
        return Server(with_record(core, STORES[fault](core)))
    server = Server(core)
    if fault is not None:
        dialects = server._gateway.dialects  # noqa: SLF001 -- a seam that the house needs nowhere
        for name, dialect in dialects.items():
            dialects[name] = FaultyDialect(dialect, SPOILS[fault])
    return server


def main() -> None:
    """Serve as the environment says."""
    settings = settings_from(None)
    give_process_to(serve(settings, sys.argv[1] if sys.argv[1:] else None), settings)


if __name__ == "__main__":
    main()
