"""How many like the comments of a room, told now and then rather than at each like."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from danmaku.domain.ids import Number
from danmaku.gateway.headcount import nothing

NUMBERS_MAX = 200  # told of at a time; of more, those longest untouched are left to the list


class Tally:
    """Belongs to one room, on the event loop's thread.

    Args:
        gather_s: Gives how long what changes is gathered, to be told of together.
        on_due: Called when there is something to tell; `take` is expected before long.
    """

    def __init__(self, *, gather_s: Callable[[], float], on_due: Callable[[], None]) -> None:
        self._gather_s = gather_s
        self._on_due = on_due
        self._counts: OrderedDict[Number, int] = OrderedDict()
        self._waiting: asyncio.TimerHandle | None = None
        self.is_due = False

    def note(self, number: Number, likes: int) -> None:
        """A comment has so many likes from here on."""
        self._counts[number] = likes
        self._counts.move_to_end(number)
        if len(self._counts) > NUMBERS_MAX:
            self._counts.popitem(last=False)
        if self._waiting is None and not self.is_due:
            self._waiting = asyncio.get_running_loop().call_later(self._gather_s(), self._look)

    def take(self) -> dict[Number, int]:
        """What is told now."""
        self.is_due = False
        counts, self._counts = dict(self._counts), OrderedDict()
        return counts

    def close(self) -> None:
        """Let no timer remain, and hold on to nobody."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        self._gather_s, self._on_due = float, nothing

    def _look(self) -> None:
        self._waiting = None
        self.is_due = True
        self._on_due()
