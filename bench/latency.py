"""End-to-end times: from the planned moment of a comment to each viewer who received it."""

from collections import Counter
from collections.abc import Iterable, Mapping

from hdrh.histogram import HdrHistogram

from bench.crowd import Delivery

MICROS_MAX = 60_000_000
FIGURES = 3
_GRAIN_NS = 20_000
"""Times are rounded up to this before they are counted: a tenth of the finest figure reported."""


def histogram() -> HdrHistogram:
    """Microseconds, up to a minute."""
    return HdrHistogram(1, MICROS_MAX, FIGURES)


def end_to_end(deliveries: Iterable[Delivery], due_ns: Mapping[str, int]) -> HdrHistogram:
    """One value for each comment and each viewer who got it; nothing is sampled out."""
    times = histogram()
    for delivery in deliveries:
        arrivals = Counter(-(-at_ns // _GRAIN_NS) for at_ns in delivery.at_ns)
        for entry in delivery.batch.entries:
            if (due := due_ns.get(str(entry.get("text")))) is None:
                continue
            for grain, count in arrivals.items():
                micros = max(1, (grain * _GRAIN_NS - due) // 1000)
                times.record_value(min(micros, MICROS_MAX), count)
    return times
