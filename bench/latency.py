"""Times from a planned moment to every receipt, as histograms; nothing is sampled out."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

from bench.checker import Batch, Fields

MICROS_MAX = 60_000_000
FIGURES = 3
_GRAIN_NS = 20_000
"""Times are rounded up to this before they are counted: a tenth of the finest figure reported."""
_GRAIN_US = _GRAIN_NS // 1000

Column = NDArray[np.int64]

DueOf = Callable[[Fields], int | None]
"""The planned moment of an entry, on the monotonic clock; None: nobody planned it."""


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """One batch and when it came, to each of those who got it.

    Attributes:
        bytes_count: Of all its payloads together, as they were on the wire.
        is_disturbed: Whether it came to viewers who were made to miss it at first.
    """

    batch: Batch
    at_ns: Column
    bytes_count: int
    is_disturbed: bool = False

    @property
    def comments_count(self) -> int:
        """Comments in the batch."""
        return sum(entry["kind"] == "comment" for entry in self.batch.entries)


@dataclass(frozen=True, slots=True)
class Slot:
    """What was planned within one part of the run.

    Attributes:
        from_s: Since the load began.
        p99_ms: Of all its receipts.
    """

    from_s: float
    count: int
    p99_ms: float


def histogram() -> HdrHistogram:
    """Microseconds, up to a minute."""
    return HdrHistogram(1, MICROS_MAX, FIGURES)


class Times:
    """Latencies of whatever was planned in [begin, end).

    Args:
        begin_ns, end_ns: On the monotonic clock.
        slot_s: Length of the parts that `slots` tells apart.
    """

    def __init__(self, begin_ns: int, end_ns: int, *, slot_s: float = 1.0) -> None:
        self._begin_ns, self._end_ns = begin_ns, end_ns
        self._slot_ns = round(slot_s * 1e9)
        self._grains: defaultdict[int, list[Column]] = defaultdict(list)

    def take(self, deliveries: Iterable[Delivery], due_of: DueOf) -> None:
        """Add one value for each planned entry and each viewer who got it."""
        for delivery in deliveries:
            for entry in delivery.batch.entries:
                due_ns = due_of(entry)
                if due_ns is not None and self._begin_ns <= due_ns < self._end_ns:
                    self.add(due_ns, delivery.at_ns)

    def add(self, due_ns: int, at_ns: Column) -> None:
        """Add one value for each receipt."""
        slot = (due_ns - self._begin_ns) // self._slot_ns
        late_ns = np.maximum(at_ns - due_ns, 1)
        grains = np.minimum(-(-late_ns // _GRAIN_NS), MICROS_MAX // _GRAIN_US)
        self._grains[slot].append(grains)

    def histogram(self) -> HdrHistogram:
        """All values."""
        times = histogram()
        for counts in self._counts().values():
            for grain in np.flatnonzero(counts).tolist():
                times.record_value(grain * _GRAIN_US, int(counts[grain]))
        return times

    def slots(self) -> list[Slot]:
        """The parts in which anything was planned, one after the other."""
        return [
            Slot(slot * self._slot_ns / 1e9, int(counts.sum()), _p99_ms(counts))
            for slot, counts in sorted(self._counts().items())
        ]

    def _counts(self) -> dict[int, Column]:
        """How often each rounded value came, by part."""
        return {
            slot: np.bincount(np.concatenate(columns)) for slot, columns in self._grains.items()
        }


def _p99_ms(counts: Column) -> float:
    reached = np.cumsum(counts)
    return int(np.searchsorted(reached, 0.99 * reached[-1])) * _GRAIN_NS / 1e6


def receipts_by_slot(
    deliveries: Iterable[Delivery], begin_ns: int, end_ns: int, *, slot_s: float = 1.0
) -> list[int]:
    """Comments times viewers who got them, by the part of the run in which they came."""
    slot_ns = round(slot_s * 1e9)
    slots = -(-(end_ns - begin_ns) // slot_ns)
    totals = np.zeros(slots, np.int64)
    for delivery in deliveries:
        inside = delivery.at_ns[(delivery.at_ns >= begin_ns) & (delivery.at_ns < end_ns)]
        counts = np.bincount((inside - begin_ns) // slot_ns, minlength=slots)
        totals += counts * delivery.comments_count
    return [int(total) for total in totals]
