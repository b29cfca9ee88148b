"""How viewers are let go by a node that stops, so that whoever takes them in is not overrun."""

from dataclasses import dataclass
from math import ceil

from danmaku.gateway.answers import RETRY_MAX_MS, RETRY_MIN_MS

RETURNS_PER_S = 500  # viewers whom others, or this node after its restart, take in
STEPS_PER_S = 10
SLOT_SOCKETS = RETURNS_PER_S // STEPS_PER_S
AWAY_S_MAX = 30.0  # a start that had more to do than starting says nothing of the next
SOON_MS = 1_000  # who leaves in turn may come back nearly at once


@dataclass(frozen=True, slots=True)
class Departure:
    """How many leave at a time, how long to wait between, and when they are to come back.

    Attributes:
        slots: Parts of the time for coming back; each is for as many viewers.
    """

    viewers: int
    step_sockets: int
    pause_s: float
    retry_min_ms: int
    retry_max_ms: int
    slots: int = 1

    def range_ms(self, nth: int) -> tuple[int, int]:
        """From when to when the `nth` who leaves is to come back, counted from 0.

        Times that were drawn from the whole would lie closer here than there, by chance; in slots
        they cannot, but for one slot's viewers.
        """
        slot = min(nth * self.slots // max(1, self.viewers), self.slots - 1)
        span_ms = self.retry_max_ms - self.retry_min_ms
        from_ms, until_ms = (span_ms * edge // self.slots for edge in (slot, slot + 1))
        return self.retry_min_ms + from_ms, self.retry_min_ms + until_ms


def departure_of(
    viewers: int, slice_sockets: int, within_s: float, away_s: float = 0.0
) -> Departure:
    """The plan for so many.

    Args:
        viewers: Who is there.
        slice_sockets: How many may be closed before others get their turn on the loop.
        within_s: How long it may take, where others take the viewers in; 0: all leave now, for they
            come back to this node when it has started again.
        away_s: How long that takes, about. Whoever came before would find nobody, and come a second
            time, on top of those whose turn it is then.

    Returns:
        A plan by which `RETURNS_PER_S` come back: it spreads their leaving, and where the time is
        too short for that, their coming back.
    """
    window_s = viewers / RETURNS_PER_S
    window_ms = int(window_s * 1000)
    if not within_s:
        soonest_ms = RETRY_MIN_MS + int(min(away_s, AWAY_S_MAX) * 1000)
        latest_ms = max(RETRY_MAX_MS, soonest_ms + max(SOON_MS, window_ms))
        slots = max(1, viewers // SLOT_SOCKETS)
        return Departure(viewers, slice_sockets, 0.0, soonest_ms, latest_ms, slots)
    steps = max(1, int(min(within_s, window_s) * STEPS_PER_S))
    is_spread = window_s <= within_s
    return Departure(
        viewers,
        ceil(viewers / steps) or 1,
        1 / STEPS_PER_S,
        retry_min_ms=0,
        retry_max_ms=SOON_MS if is_spread else max(SOON_MS, window_ms),
    )
