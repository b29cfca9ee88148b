"""The time of day as the house has it: it follows the wall clock, and never goes back.

A wall clock that is set back by an hour would keep everybody waiting for an hour: for the end of a
gap between two comments, for what was delayed, for a lease. So the house's clock then goes on more
slowly than time does until the wall clock has caught up with it. Set ahead, it is followed at once:
terms that are over by then are over.
"""

from collections.abc import Callable
from typing import Final

from danmaku.domain.ids import Millis

SLOWER: Final = 4  # by one part of so many: an hour is made good in four
_NS_PER_MS: Final = 1_000_000


class EvenClock:
    """See the module. Any thread may ask; two at once may be told the same.

    Args:
        wall_ns: Since 1970, as it was set last.
        steady_ns: Since anything; it goes on evenly.
    """

    def __init__(self, wall_ns: Callable[[], int], steady_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns
        self._steady_ns = steady_ns
        self._told = (wall_ns(), steady_ns())  # one value, for it is replaced as one

    def __call__(self) -> Millis:
        """What time it is."""
        told_ns, asked_ns = self._told
        now_ns = self._steady_ns()
        passed_ns = max(0, now_ns - asked_ns)
        house_ns = max(self._wall_ns(), told_ns + passed_ns - passed_ns // SLOWER)
        self._told = (house_ns, now_ns)
        return Millis(house_ns // _NS_PER_MS)
