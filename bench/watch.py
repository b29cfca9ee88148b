"""Looks at the server and at the driver itself from outside, at the turns of a run."""

import asyncio
import os
from collections.abc import Sequence
from time import monotonic_ns

import msgspec

from bench.probes import children, cpu_ns, memory_bytes, memory_peak_bytes

_EVERY_S = 1.0


class Spent(msgspec.Struct, frozen=True):
    """What a run took.

    Attributes:
        handshake_ns: Processor time of the server while the first viewers were let in.
        cpu_ns: The same while the load was measured.
        nodes_ns: The same, each server for itself.
        seconds: How long that was.
        driver_ns: Processor time of the driver and its audience meanwhile.
        memory_before, memory_held: Resident bytes of the server before anybody came, and with
            everybody there.
        shares: Of a core, that the server took, second by second.
        memory_peak: The most of any moment until the load was over.
    """

    handshake_ns: int
    cpu_ns: int
    seconds: float
    driver_ns: int
    memory_before: int
    memory_held: int
    shares: list[float]
    nodes_ns: list[int] = []
    memory_peak: int = 0


class Watch:
    """Keeps an eye on the servers of a run.

    Args:
        pids: Their processes.
    """

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = pids
        self._memory_before = self._memory_bytes()
        self._memory_held = self._memory_peak = 0
        self._handshake_ns = -self._cpu_ns()
        self._at_ns = self._driver_ns = self._for_ns = 0
        self._nodes_ns = [0 for _ in pids]
        self._shares: list[float] = []
        self._sampling: asyncio.Task[None] | None = None

    def viewers_are_in(self) -> None:
        """The first viewers have been let in, and nothing else was done so far."""
        self._handshake_ns += self._cpu_ns()

    def begin(self) -> None:
        """What comes from here on is measured."""
        self._at_ns, self._nodes_ns = monotonic_ns(), [cpu_ns(pid) for pid in self._pids]
        self._driver_ns = _driver_ns()
        self._sampling = asyncio.create_task(self._sample(), name="watch")

    def end(self) -> None:
        """The load is over; everybody is still there."""
        self._for_ns = monotonic_ns() - self._at_ns
        former_ns = zip(self._pids, self._nodes_ns, strict=True)
        self._nodes_ns = [cpu_ns(pid) - former for pid, former in former_ns]
        self._driver_ns = _driver_ns() - self._driver_ns
        self._memory_held = self._memory_bytes()
        self._memory_peak = sum(memory_peak_bytes(pid) for pid in self._pids)
        if self._sampling is not None:
            self._sampling.cancel()

    def spent(self) -> Spent:
        """All of it, once it is over."""
        return Spent(
            handshake_ns=self._handshake_ns,
            cpu_ns=sum(self._nodes_ns),
            seconds=self._for_ns / 1e9,
            driver_ns=self._driver_ns,
            memory_before=self._memory_before,
            memory_held=self._memory_held,
            shares=self._shares,
            nodes_ns=self._nodes_ns,
            memory_peak=self._memory_peak,
        )

    async def _sample(self) -> None:
        at_ns, spent_ns = self._at_ns, sum(self._nodes_ns)
        while True:
            await asyncio.sleep(_EVERY_S)
            now_ns, now_spent_ns = monotonic_ns(), self._cpu_ns()
            self._shares.append((now_spent_ns - spent_ns) / (now_ns - at_ns))
            at_ns, spent_ns = now_ns, now_spent_ns

    def _cpu_ns(self) -> int:
        return sum(cpu_ns(pid) for pid in self._pids)

    def _memory_bytes(self) -> int:
        return sum(memory_bytes(pid) for pid in self._pids)


def _driver_ns() -> int:
    """Of this process and those it started."""
    own = os.getpid()
    return sum(cpu_ns(pid) for pid in (own, *children(own)))
