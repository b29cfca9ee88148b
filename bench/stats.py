"""What repeated measurements allow to be said: a median, and how far it can be trusted.

No shape of the noise is assumed: intervals come from the order of the values alone, so one round
that was disturbed widens an interval and shifts nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb
from statistics import median

CONFIDENCE = 0.95
PAIRS_FOR_A_CLAIM = 15
"""Differences under 15 % are claimed from at least so many pairs."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A median, and the bounds between which it lies for all one knows."""

    low: float
    median: float
    high: float


def median_of(values: Sequence[float]) -> Interval:
    """The median and its 95 % interval.

    Fewer than six values cannot promise 95 %: the interval is their whole range then, which holds
    the median with 94 % for five, 88 % for four, 75 % for three, and one value says only itself.

    Raises:
        ValueError: There are no values.
    """
    if not values:
        raise ValueError("no values, no median")
    ordered = sorted(values)
    cut = _cut(len(ordered))
    return Interval(ordered[cut], median(ordered), ordered[-1 - cut])


def ratio_of(pairs: Iterable[tuple[float, float]]) -> Interval:
    """The median of the ratios within each pair, and its interval.

    The two of a pair must have been measured side by side: what disturbed both cancels out.

    Args:
        pairs: Numerator, denominator.

    Raises:
        ValueError: There are no pairs.
        ZeroDivisionError: A denominator is 0.
    """
    return median_of([above / below for above, below in pairs])


def is_over(interval: Interval, limit: float) -> bool:
    """Whether the interval lies wholly above the limit: only then is the limit missed."""
    return interval.low > limit


def _cut(count: int) -> int:
    """How many values may be cut off at either end.

    The median of all that could be measured lies below the (k+1)-th smallest value only if at most
    k of `count` fell below it, each with an even chance.
    """
    cut, tail = -1, 0.0
    while True:
        tail += comb(count, cut + 1) / 2**count
        if 2 * tail > 1 - CONFIDENCE:
            return max(0, cut)
        cut += 1
