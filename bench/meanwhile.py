"""What live traffic felt while the past was worked over, and how much work that was."""

from collections.abc import Iterator, Mapping

import msgspec
from hdrh.histogram import HdrHistogram

from bench.latency import histogram
from bench.rework import PREVIEW, RECALL, SCAN
from bench.stage import Span

BEFORE = "before"
RISE_SHARE, RISE_MS = 0.25, 10.0
"""The 99th percentile may rise by this share of what it was, or by that: whichever is more."""

RISE = "ratio / rise of live p99 to what is allowed"
LOOKED_PER_S = f"{PREVIEW} / comments per s"
LOOKED_PER_CPU_S = f"{PREVIEW} / comments per CPU s"
BEGUN_PER_CPU_S = f"{PREVIEW} / comments per CPU s, once begun"
_TAKEN = {what: f"{what} / measures per s" for what in (SCAN, RECALL)}

HIGHER_IS_BETTER = frozenset({LOOKED_PER_S, LOOKED_PER_CPU_S, BEGUN_PER_CPU_S, *_TAKEN.values()})


class Meanwhile(msgspec.Struct, frozen=True):
    """Times of the comments that were planned within a span, microseconds, HDR-encoded."""

    span: Span
    end_to_end: str


def figures_of(spans: Mapping[str, Meanwhile]) -> Iterator[tuple[str, float | None]]:
    """Figures by name, of each span and of all together; None: there is no value.

    Cost: none where nothing was done to the past.
    """
    if not spans:
        return
    every = histogram()
    for what, found in spans.items():
        times = HdrHistogram.decode(found.end_to_end)
        yield from _times(f"live, {what}", times)
        if what != BEFORE:
            every.add(times)
    yield from _times("live, meanwhile", every)
    yield RISE, rise_of(HdrHistogram.decode(spans[BEFORE].end_to_end), every)
    yield from _amounts(spans)


def rise_of(before: HdrHistogram, meanwhile: HdrHistogram) -> float | None:
    """Rise of the 99th percentile, in parts of what is allowed; above 1 it is too much.

    None: one of them has no values.
    """
    if not before.get_total_count() or not meanwhile.get_total_count():
        return None
    was_ms, is_ms = (_at(times, 99) for times in (before, meanwhile))
    return max(0.0, is_ms - was_ms) / max(RISE_SHARE * was_ms, RISE_MS)


def _amounts(spans: Mapping[str, Meanwhile]) -> Iterator[tuple[str, float | None]]:
    for what, found in spans.items():
        span = found.span
        per_s = span.amount / max(1, span.took_ns) * 1e9
        if what == PREVIEW:
            yield LOOKED_PER_S, per_s
            yield LOOKED_PER_CPU_S, _per_s(span.amount, span.cpu_ns)
            yield BEGUN_PER_CPU_S, _per_s(span.amount, span.cpu_ns - span.begin_ns)
        elif what in _TAKEN:
            yield _TAKEN[what], per_s


def _per_s(amount: int, cpu_ns: int) -> float | None:
    """None: it was too short for the system to count."""
    return amount / cpu_ns * 1e9 if cpu_ns > 0 else None


def _times(name: str, times: HdrHistogram) -> Iterator[tuple[str, float | None]]:
    for share in (50, 99, 100):
        yield f"{name} / p{share} ms", _at(times, share) if times.get_total_count() else None


def _at(times: HdrHistogram, share: float) -> float:
    """Milliseconds."""
    return float(times.get_value_at_percentile(share)) / 1000
