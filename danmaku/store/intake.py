"""The bounded queue before the one writer: people first, and then work that nobody waits for.

What is patient is written while nothing else waits, a few entries in a transaction: so somebody who
comes meanwhile waits for those few, and not for as many as fit. Only if others keep coming is it
one of its turn now and then.

Comments are refused while more wait than a transaction takes and have waited for long; what a
transaction takes whole delays nobody further. Recalls, measures and all other acts are refused by
their number alone, and have as many places of their own as comments have.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from danmaku.domain.backlog import Backlog, Delays
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused
from danmaku.errors import Overloaded, StoreDown
from danmaku.ports import Append

Work = Callable[[Connection], Any]

PATIENT_ENTRIES_MAX = 2  # in one transaction, unless one job alone has more: a measure and a recall
PATIENT_S = 0.1  # what is patient has its turn after this, whoever waits
TURN_WEIGHT = 0.2  # of the newest transaction in the mean time that one takes

_COMMENTS = frozenset({CommentPublished, CommentHeld, CommentRefused})


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

    @property
    def is_patient(self) -> bool:
        """Whether people go first."""
        return bool(self.appends) and self.appends[0].is_patient

    @property
    def is_comment(self) -> bool:
        """Whether somebody says something: refused before others are, and told sooner."""
        return bool(self.appends) and type(self.appends[0].fact) in _COMMENTS


class Intake:
    """Jobs on their way from the loop to the writer's thread.

    Args:
        entries_max: Weight of comments that may wait; as much again of other acts, and as much
            again of what is patient.
        delays: What waiting may cost comments.
        gather_entries_max: Weight that one transaction takes at most, unless one job alone is
            heavier.
        gather_s_max: How old the oldest job may grow while a transaction fills up.
    """

    def __init__(
        self, *, entries_max: int, delays: Delays, gather_entries_max: int, gather_s_max: float
    ) -> None:
        self._entries_max = entries_max
        self._backlog = Backlog(delays)
        self._gather_entries_max = gather_entries_max
        self._gather_s_max = gather_s_max
        self._people, self._patient = _Lane(), _Lane()
        self._was_patient = False  # what was taken last
        self._taken_s: float | None = None  # when people's last transaction began
        self._turn_s = 0.0  # how long one takes lately
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
        lane = self._patient if job.is_patient else self._people
        with self._lock:
            if self._closed:
                raise StoreDown("The record is closed.")
            if self._is_too_much(lane, job):
                raise Overloaded(wait_ms=self._backlog.return_ms())
            lane.put(job)
            if self._is_enough(self._wanted):
                self._changed.notify()

    def require_place(self, coming: int = 0) -> None:
        """Refuse a comment before it is decided on, if it would be refused afterwards.

        Args:
            coming: See `ports.Record.require_place`. Of hundreds that are read at once none is here
                yet: without it all would be let in, decided on, and most refused then.

        Raises:
            Overloaded: As `put`.
        """
        with self._lock:
            weight = max(self._people.weight, coming)
            if weight and (weight >= self._entries_max or self._is_standing(coming)):
                raise Overloaded(wait_ms=self._backlog.return_ms())

    def take(self, timeout_s: float) -> list[Job]:
        """Wait for jobs; none after `timeout_s`, or at once when closed and empty.

        A writer that was idle gets the first job at once, and so does one that comes back from what
        was patient. One that comes back from people's transaction finds what gathered meanwhile,
        and lets it gather on until there is enough, or the oldest has waited long enough.
        """
        with self._lock:
            self._note_turn()
            if not (self._people.jobs or self._patient.jobs):
                self._wait_for(1, timeout_s)
            elif self._people.jobs and not self._was_patient:
                self._gather()
            self._was_patient = self._is_turn_of_patient()
            if self._was_patient:
                return self._patient.take(PATIENT_ENTRIES_MAX)
            taken = self._people.take(self._gather_entries_max)
            self._taken_s = time.monotonic() if taken else None
            return taken

    def close(self) -> None:
        """Take no more; what waits is still handed out."""
        with self._lock:
            self._closed = True
            self._changed.notify()

    @property
    def is_done(self) -> bool:
        """Whether it is closed and empty."""
        with self._lock:
            return self._closed and not (self._people.jobs or self._patient.jobs)

    def _is_too_much(self, lane: "_Lane", job: Job) -> bool:
        if not lane.jobs:
            return False
        if job.is_patient or job.is_comment:
            is_full = lane.weight + job.weight > self._entries_max
            return is_full or (lane is self._people and self._is_standing())
        return lane.weight + job.weight > 2 * self._entries_max

    def _note_turn(self) -> None:
        """The writer is back: so long its transaction has taken."""
        if self._taken_s is not None:
            turn_s = time.monotonic() - self._taken_s
            self._turn_s += TURN_WEIGHT * (turn_s - self._turn_s)
            self._taken_s = None

    def _is_standing(self, coming: int = 0) -> bool:
        """Whether people wait for more than one transaction, and for too long.

        How long whoever comes now would wait is told by those before it: the oldest one's time
        alone would let in as many as come until it is old.
        """
        turns = max(self._people.weight, coming) // self._gather_entries_max
        waits_s = max(self._people.waited_s, turns * self._turn_s) if turns else 0.0
        return self._backlog.refuses(waits_s * 1000, time.monotonic() * 1000)

    def _is_turn_of_patient(self) -> bool:
        if not self._patient.jobs or not self._people.jobs:
            return bool(self._patient.jobs)
        return not self._was_patient and self._patient.waited_s > PATIENT_S

    def _gather(self) -> None:
        while not self._closed and self._people.weight < self._gather_entries_max:
            rest_s = self._gather_s_max - self._people.waited_s
            if rest_s <= 0:
                return
            self._wait_for(self._gather_entries_max, rest_s)

    def _wait_for(self, weight: int, timeout_s: float) -> None:
        self._wanted = weight
        self._changed.wait_for(lambda: self._closed or self._is_enough(weight), timeout_s)

    def _is_enough(self, weight: int) -> bool:
        is_idle = weight == 1
        return self._people.weight >= weight or (is_idle and bool(self._patient.jobs))


class _Lane:
    """Jobs in the order in which they came, and what they weigh together."""

    def __init__(self) -> None:
        self.jobs: deque[Job] = deque()
        self.weight = 0

    @property
    def waited_s(self) -> float:
        """How long the oldest has; 0: there is none."""
        return time.monotonic() - self.jobs[0].arrived_s if self.jobs else 0.0

    def put(self, job: Job) -> None:
        self.jobs.append(job)
        self.weight += job.weight

    def take(self, weight_max: int) -> list[Job]:
        """The oldest ones, as many as weigh no more; one at least, if there is any."""
        taken: list[Job] = []
        weight = 0
        while self.jobs and (not taken or weight + self.jobs[0].weight <= weight_max):
            job = self.jobs.popleft()
            weight += job.weight
            taken.append(job)
        self.weight -= weight
        return taken
