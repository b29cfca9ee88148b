"""How pieces of the filter are timed against each other on a machine that is busy elsewhere.

The texts are cut into slices of twenty. Every piece of work does every slice in turn, many times;
what counts is the sum, over the slices, of the quickest time that each was done in. What the rest
of the machine takes away falls out, and what is compared was measured side by side.
"""

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter_ns

from bench.micro.clock import without_collector

SLICE = 20
PASSES = 15

Work = tuple[Callable[[str], object], Sequence[str]]
"""What is done, and to which texts."""


def microseconds(works: Mapping[str, Work], *, passes: int = PASSES) -> dict[str, float]:
    """Time pieces of work.

    Args:
        works: By name; every list of texts may be another one.
        passes: How often each slice is done.

    Returns:
        Microseconds for one text.
    """
    slices = {name: _slices(texts) for name, (_, texts) in works.items()}
    best = {name: [float("inf")] * len(rows) for name, rows in slices.items()}
    with without_collector():
        for _ in range(passes):
            for name, (work, _texts) in works.items():
                for at, row in enumerate(slices[name]):
                    best[name][at] = min(best[name][at], _spent_ns(work, row))
    return {name: sum(best[name]) / len(works[name][1]) / 1000 for name in works}


def _slices(texts: Sequence[str]) -> list[Sequence[str]]:
    return [texts[at : at + SLICE] for at in range(0, len(texts), SLICE)]


def _spent_ns(work: Callable[[str], object], texts: Sequence[str]) -> int:
    began_ns = perf_counter_ns()
    for text in texts:
        work(text)
    return perf_counter_ns() - began_ns
