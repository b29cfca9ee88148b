"""How long callers wait for the writer."""

import asyncio
import time
from collections import deque

from danmaku.errors import Unknown
from danmaku.store.intake import Job


class Patience:
    """Tells callers `Unknown` when their job has taken too long.

    All wait equally long, so the oldest is always the next and one timer does for all of them. It
    lives on the event loop, and holds no more than jobs that were put within that time.

    Args:
        wait_s: How long a caller waits.
    """

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._loop = asyncio.get_running_loop()
        self._jobs: deque[Job] = deque()  # oldest first
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, job: Job) -> None:
        """Have this job answered in time, whatever happens."""
        while self._jobs and self._jobs[0].future.done():
            self._jobs.popleft()
        self._jobs.append(job)
        if self._timer is None:
            self._sweep()

    def stop(self) -> None:
        """Watch no more: all that was put has been answered."""
        if self._timer is not None:
            self._timer.cancel()

    def _sweep(self) -> None:
        self._timer = None
        now_s = time.monotonic()
        while self._jobs:
            job = self._jobs[0]
            if not job.future.done():
                rest_s = job.arrived_s + self._wait_s - now_s
                if rest_s > 0:
                    self._timer = self._loop.call_later(rest_s, self._sweep)
                    return
                job.future.set_exception(Unknown())
            self._jobs.popleft()
