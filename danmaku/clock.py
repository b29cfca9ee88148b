"""The clocks of the house."""

import time

from danmaku.domain.even_clock import EvenClock
from danmaku.domain.ids import Millis

now_ms = EvenClock(time.time_ns, time.monotonic_ns)
"""One for the process: what it has told it does not take back."""


def steady_ms() -> Millis:
    """Milliseconds since anything: they go on evenly, whatever becomes of the wall clock."""
    return Millis(time.monotonic_ns() // 1_000_000)
