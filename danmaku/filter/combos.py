"""Words that object only together: their distances, judged on what the one scan has found."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import NamedTuple

from danmaku.filter.normalize import MARKS
from danmaku.filter.rules import Combo


class Stretch(NamedTuple):
    """From the first part of a combination to its last: offsets in the original text."""

    start: int
    end: int


def stretches_of(
    combo: Combo, places: Sequence[Sequence[Stretch]], folded: str
) -> Iterable[Stretch]:
    """Find a combination.

    Args:
        combo: What has to stand near to what.
        places: Where the words of each part stand, by part.
        folded: The text as it is read: only letters count as distance.

    Returns:
        Without overlaps, from left to right.

    Cost: linear in the places, for each order of the parts that counts.
    """
    orders = [places] if combo.ordered else permutations(places)
    found = sorted({one for order in orders for one in _chains(combo.within, order, folded)})
    chosen: list[Stretch] = []
    for one in found:
        if not chosen or one.start >= chosen[-1].end:
            chosen.append(one)
    return chosen


def _chains(within: int, places: Sequence[Sequence[Stretch]], folded: str) -> Sequence[Stretch]:
    first, *others = places
    chains = sorted(first, key=lambda one: one.end)
    for part in others:
        ends = [one.end for one in chains]
        longer = []
        for place in part:
            at = bisect_right(ends, place.start) - 1
            if at >= 0 and _letters(folded, ends[at], place.start, within) < within:
                longer.append(Stretch(chains[at].start, place.end))
        chains = sorted(longer, key=lambda one: one.end)
    return chains


def _letters(folded: str, start: int, end: int, enough: int) -> int:
    """Letters between two offsets; at `enough` and one it stops counting."""
    count = 0
    for at in range(start, end):
        count += folded[at] not in MARKS
        if count > enough:
            break
    return count
