"""How a small piece of work is timed.

What counts is processor time of this thread, so that whatever else the machine does costs nothing
but cold caches. Pieces that are to be compared take turns within each round: what disturbs the one
disturbs the other.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import thread_time_ns

ROUND_NS = 20_000_000
WARM_UP_NS = 20_000_000
ROUNDS = 15

Work = Callable[[], object]


def cpu_us(works: Mapping[str, Work], *, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Time pieces of work, taking turns.

    Args:
        works: By name; each is called many times and must do the same each time.
        rounds: How many values each gets.

    Returns:
        Microseconds of processor time for one call, one value a round.
    """
    times = {name: _times_in_a_round(work) for name, work in works.items()}
    values: dict[str, list[float]] = {name: [] for name in works}
    with without_collector():
        for _ in range(rounds):
            for name, work in works.items():
                values[name].append(spent_ns(work, times[name]) / times[name] / 1000)
    return values


def _times_in_a_round(work: Work) -> int:
    """Warm up, and find how many calls fill a round."""
    times, warm_ns = 0, 0
    while warm_ns < WARM_UP_NS:
        warm_ns += max(1, spent_ns(work, 1))
        times += 1
    return max(1, times * ROUND_NS // warm_ns)


def spent_ns(work: Work, times: int) -> int:
    """Processor time that this thread takes for so many calls."""
    began_ns = thread_time_ns()
    for _ in range(times):
        work()
    return thread_time_ns() - began_ns


@contextmanager
def without_collector() -> Iterator[None]:
    """Full collections cost what the rest of the process has, not what is measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
