"""How viewers are let go by a node that stops, so that whoever takes them in is not overrun."""

from dataclasses import dataclass
from math import ceil

from danmaku.gateway.answers import RETRY_MAX_MS, RETRY_MIN_MS

RETURNS_PER_S = 500  # viewers whom others, or this node after its restart, take in
STEPS_PER_S = 10
SOON_MS = 1_000  # who leaves in turn may come back nearly at once


@dataclass(frozen=True, slots=True)
class Departure:
    """How many leave at a time, how long to wait between, and when they are to come back."""

    step_sockets: int
    pause_s: float
    retry_min_ms: int
    retry_max_ms: int


def departure_of(viewers: int, slice_sockets: int, within_s: float) -> Departure:
    """The plan for so many.

    Args:
        viewers: Who is there.
        slice_sockets: How many may be closed before others get their turn on the loop.
        within_s: How long it may take, where others take the viewers in; 0: all leave now, for they
            come back to this node when it has started again.

    Returns:
        A plan by which `RETURNS_PER_S` come back: it spreads their leaving, and where the time is
        too short for that, their coming back.
    """
    window_s = viewers / RETURNS_PER_S
    window_ms = int(window_s * 1000)
    if not within_s:
        latest_ms = max(RETRY_MAX_MS, RETRY_MIN_MS + window_ms)
        return Departure(slice_sockets, 0.0, RETRY_MIN_MS, latest_ms)
    steps = max(1, int(min(within_s, window_s) * STEPS_PER_S))
    is_spread = window_s <= within_s
    return Departure(
        ceil(viewers / steps) or 1,
        1 / STEPS_PER_S,
        retry_min_ms=0,
        retry_max_ms=SOON_MS if is_spread else max(SOON_MS, window_ms),
    )
