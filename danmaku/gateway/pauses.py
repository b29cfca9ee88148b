"""How long the event loop keeps everybody waiting: measured, and kept short where it is our doing.

The garbage collector's full rounds look at every object of every connection: with thousands of
viewers that stops the loop for longer than anything else. Connections are freed by reference
counting alone, so such a round finds next to nothing. Here the old generation is set aside now and
then (`gc.freeze`), which the collector then passes over, and it is looked through once in a long
while, so that what few cycles there are cannot pile up for ever.

Belongs to the event loop's thread.
"""

import asyncio
import gc
import time
from typing import Any

from danmaku.telemetry import Telemetry

BEAT_S = 0.02
SET_ASIDE_S = 10.0
FULL_ROUND_S = 6 * 3600.0
YOUNG = 10_000
"""Objects made, less those gone, between two rounds of the collector: the library's 700 is a round
for every few comments."""
MIDDLE = 3
NEVER = 1_000_000_000


class Pauses:
    """The loop's pulse, and the collector's manners.

    Args:
        telemetry: Told of every beat that came late, and of every round of the collector.
    """

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._loop = asyncio.get_running_loop()
        self._beat: asyncio.Handle | None = None
        self._due_s = 0.0
        self._aside_at_s = self._full_at_s = 0.0
        self._round_from_s = 0.0
        self._thresholds = gc.get_threshold()
        self._is_aside_before = gc.get_freeze_count() > 0

    def start(self) -> None:
        """Take the collector over and begin to beat."""
        now_s = time.perf_counter()
        self._aside_at_s, self._full_at_s = now_s + SET_ASIDE_S, now_s + FULL_ROUND_S
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        gc.callbacks.append(self._note_round)
        self._wait()

    def stop(self) -> None:
        """Give the collector back as it was."""
        if self._beat is not None:
            self._beat.cancel()
        gc.callbacks.remove(self._note_round)
        gc.set_threshold(*self._thresholds)
        if not self._is_aside_before:
            gc.unfreeze()

    def _wait(self) -> None:
        self._due_s = time.perf_counter() + BEAT_S  # the loop's own clock counts whole milliseconds
        self._beat = self._loop.call_later(BEAT_S, self._tick)

    def _tick(self) -> None:
        now_s = time.perf_counter()
        self._telemetry.note_lag(max(0.0, now_s - self._due_s))
        if now_s >= self._full_at_s:
            self._full_at_s = now_s + FULL_ROUND_S
            gc.unfreeze()
            gc.collect()
        if now_s >= self._aside_at_s:
            self._aside_at_s = now_s + SET_ASIDE_S
            gc.collect(1)  # what has just died is not kept; at most YOUNG * MIDDLE objects
            gc.freeze()
        self._wait()

    def _note_round(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._round_from_s = time.perf_counter()
        elif info["generation"]:
            # The youngest are looked at too often, and too quickly, to be worth a note each.
            self._telemetry.gc_seconds.observe(time.perf_counter() - self._round_from_s)
