"""What the system and the server say of a running process: processor time, memory, histograms."""

import math
import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

_PAGE_BYTES = resource.getpagesize()
_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
_CHILDREN_TICKS = slice(13, 15)  # of /proc/PID/stat behind the name: of users, of the system


def cpu_ns(pid: int) -> int:
    """Time on a processor of all threads of a process, nanoseconds, as the scheduler counts it."""
    return sum(int(told.split()[0]) for told in _of_threads(pid, "schedstat"))


def ended_children_ns(pid: int) -> int:
    """Time on a processor of all that a process had started and that has ended, to 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[_CHILDREN_TICKS]) * _TICK_NS


def memory_bytes(pid: int) -> int:
    """Resident memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES


def memory_peak_bytes(pid: int) -> int:
    """The most resident memory that it ever had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def files_count(pid: int) -> int:
    """Open file descriptors."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def children(pid: int) -> list[int]:
    """Processes that it started and that still run."""
    return [int(child) for told in _of_threads(pid, "children") for child in told.split()]


def _of_threads(pid: int, name: str) -> Iterator[str]:
    """What the system says of each thread of a process, but for those that end meanwhile."""
    for place in Path(f"/proc/{pid}/task").glob(f"*/{name}"):
        try:
            told = place.read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield told


@dataclass(frozen=True, slots=True)
class Buckets:
    """One of the server's histograms.

    Attributes:
        counts: Pairs of a bound, in seconds, and how many values were at most that; rising.
        total: How many values there were.
    """

    counts: tuple[tuple[float, float], ...]
    total: float

    def bound_of(self, share: float) -> float | None:
        """Least bound, in seconds, that this share of the values does not exceed.

        None: there are no values, or no bound holds so many of them.
        """
        needed = share * self.total
        return next((bound for bound, n in self.counts if self.total and n >= needed), None)


def server_histograms(address: str) -> dict[str, Buckets]:
    """Every histogram of /metrics, by name; labels are summed."""
    page = httpx.get(f"http://{address}/metrics", timeout=5, trust_env=False).raise_for_status()
    found: dict[str, Buckets] = {}
    for family in text_string_to_metric_families(page.text):
        if family.type != "histogram":
            continue
        counts: dict[float, float] = {}
        for sample in family.samples:
            if sample.name.endswith("_bucket"):
                bound = float(sample.labels["le"])
                counts[bound] = counts.get(bound, 0.0) + sample.value
        total = counts.pop(math.inf, 0.0)
        found[family.name] = Buckets(tuple(sorted(counts.items())), total)
    return found
