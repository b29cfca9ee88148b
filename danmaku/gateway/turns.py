"""Whose turn it is to write: every room of the process, one slice at a time.

A thousand rooms that all have something to send would otherwise do so within one round of the
event loop, and a large room would hold it for as long as it has viewers: meanwhile nobody's
heartbeat, comment or acknowledgement is looked at. So rooms queue up here, a round of the loop
writes to a bounded number of sockets, and whoever is not done queues up again at the end.

Belongs to the event loop's thread.
"""

import asyncio
from collections import OrderedDict
from typing import Protocol

PRICE_OF_A_TURN = 10
"""What making a batch costs, in sockets written to."""


class Turner(Protocol):
    """Somebody who has something to write."""

    def turn(self, sockets_max: int) -> int:
        """Write to some sockets, at most so many; tell to how many. To go on, queue up again."""

    def give_up(self, error: Exception) -> None:
        """The turn has failed: what was written is not known."""


class Turns:
    """The queue.

    Args:
        sockets_max: Written to in one round of the loop, about.
    """

    def __init__(self, sockets_max: int) -> None:
        self._sockets_max = sockets_max
        self._loop = asyncio.get_running_loop()
        self._queue: OrderedDict[Turner, None] = OrderedDict()
        self._round: asyncio.Handle | None = None

    def add(self, turner: Turner, *, first: bool = False) -> None:
        """Queue up, or move to the front of the queue."""
        self._queue[turner] = None
        if first:
            self._queue.move_to_end(turner, last=False)
        if self._round is None:
            self._round = self._loop.call_soon(self._make_round)

    def remove(self, turner: Turner) -> None:
        """Leave the queue, if it is in it."""
        self._queue.pop(turner, None)

    def _make_round(self) -> None:
        self._round = None
        rest = self._sockets_max
        try:
            while self._queue and rest > 0:
                turner, _ = self._queue.popitem(last=False)
                rest -= PRICE_OF_A_TURN + self._written_by(turner, rest)
        finally:  # whatever happens in one room, others have their turn
            if self._queue and self._round is None:
                self._round = self._loop.call_soon(self._make_round)

    def _written_by(self, turner: Turner, sockets_max: int) -> int:
        try:
            return turner.turn(sockets_max)
        except Exception as error:  # noqa: BLE001 -- as above
            turner.give_up(error)
            return 0
