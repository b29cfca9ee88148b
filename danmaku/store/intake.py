"""The bounded queue before the one writer."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from danmaku.errors import Overloaded, StoreDown
from danmaku.ports import Append

Work = Callable[[Connection], Any]


@dataclass(slots=True, eq=False)
class Job:
    """One caller's request: facts to commit, or `work` outside of any chain.

    The writer's thread sets `outcome`, or `error`; the loop then wakes the caller.
    """

    future: asyncio.Future[Any]
    appends: tuple[Append, ...] = ()
    work: Work | None = None
    arrived_s: float = field(default_factory=time.monotonic)
    outcome: object = None
    error: Exception | None = None

    @property
    def weight(self) -> int:
        """Entries it may lead to; work counts as one."""
        return max(1, len(self.appends))


class Intake:
    """Jobs on their way from the loop to the writer's thread.

    Args:
        entries_max: Weight that may wait.
        gather_entries_max: Weight that one transaction takes at most, unless one job alone is
            heavier.
        gather_s_max: How old the oldest job may grow while a transaction fills up.
    """

    def __init__(self, *, entries_max: int, gather_entries_max: int, gather_s_max: float) -> None:
        self._entries_max = entries_max
        self._gather_entries_max = gather_entries_max
        self._gather_s_max = gather_s_max
        self._jobs: deque[Job] = deque()
        self._weight = 0
        self._wanted = 1  # the weight at which the writer wants to be woken
        self._closed = False
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)

    def put(self, job: Job) -> None:
        """Queue a job.

        Raises:
            Overloaded: Too much waits already.
            StoreDown: The store is closed.
        """
        weight = job.weight
        with self._lock:
            if self._closed:
                raise StoreDown("The record is closed.")
            if self._jobs and self._weight + weight > self._entries_max:
                raise Overloaded
            self._jobs.append(job)
            self._weight += weight
            if self._weight >= self._wanted:
                self._changed.notify()

    def take(self, timeout_s: float) -> list[Job]:
        """Wait for jobs; none after `timeout_s`, or at once when closed and empty.

        A writer that was idle gets the first job at once. One that comes back from a transaction
        finds what gathered meanwhile, and lets it gather on until there is enough, or the oldest
        has waited long enough.
        """
        with self._lock:
            if self._jobs:
                self._gather()
            else:
                self._wait_for(1, timeout_s)
            return self._pop()

    def close(self) -> None:
        """Take no more; what waits is still handed out."""
        with self._lock:
            self._closed = True
            self._changed.notify()

    @property
    def is_done(self) -> bool:
        """Whether it is closed and empty."""
        with self._lock:
            return self._closed and not self._jobs

    def _gather(self) -> None:
        while not self._closed and self._weight < self._gather_entries_max:
            rest_s = self._jobs[0].arrived_s + self._gather_s_max - time.monotonic()
            if rest_s <= 0:
                return
            self._wait_for(self._gather_entries_max, rest_s)

    def _wait_for(self, weight: int, timeout_s: float) -> None:
        self._wanted = weight
        self._changed.wait_for(lambda: self._closed or self._weight >= weight, timeout_s)

    def _pop(self) -> list[Job]:
        taken: list[Job] = []
        weight = 0
        while self._jobs and (
            not taken or weight + self._jobs[0].weight <= self._gather_entries_max
        ):
            job = self._jobs.popleft()
            weight += job.weight
            taken.append(job)
        self._weight -= weight
        return taken
