"""When the viewers of a room are told how many they are: not often, and only what is new."""

import asyncio
from collections.abc import Callable


def nothing() -> None:
    """What is due where nobody is left to be told."""


class Headcount:
    """Belongs to one room, on the event loop's thread.

    Args:
        count: How many there are now.
        gather_s: Gives how long comings and goings are gathered, to be told of together.
        on_due: Called when there is something to tell; `take` is expected before long.
    """

    def __init__(
        self, count: Callable[[], int], *, gather_s: Callable[[], float], on_due: Callable[[], None]
    ) -> None:
        self._count = count
        self._gather_s = gather_s
        self._on_due = on_due
        self._told = 1  # the first viewer learns of itself in its welcome
        self._waiting: asyncio.TimerHandle | None = None
        self.is_due = False

    def note(self) -> None:
        """Somebody came or went."""
        if self._waiting is None:
            loop = asyncio.get_running_loop()
            self._waiting = loop.call_later(self._gather_s(), self._look)

    def take(self) -> int:
        """What is told now."""
        self.is_due = False
        self._told = self._count()
        return self._told

    def close(self) -> None:
        """Let no timer remain, and hold on to nobody."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        self._count, self._gather_s, self._on_due = int, float, nothing

    def _look(self) -> None:
        self._waiting = None
        if self._count() != self._told:
            self.is_due = True
            self._on_due()
