"""One look at every connection now and then, in place of a timer for each."""

import asyncio
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Protocol

import structlog

from danmaku.domain.ids import Millis

ROUND_S = 0.5  # between two looks; deadlines are kept to this

_log = structlog.get_logger(__name__)


class Ticked(Protocol):
    """A connection, as far as time goes."""

    def tick(self, now_ms: Millis) -> None:
        """Do what the passing of time asks for."""

    def abort(self) -> None:
        """End it without waiting for anything."""


class Sweep:
    """Ticks connections, a slice at a time; rests while there are none.

    Args:
        connections: All of them, as they come and go.
        slice_sockets: How many are looked at before others get their turn on the loop.
    """

    def __init__(self, connections: Collection[Ticked], slice_sockets: int) -> None:
        self._connections = connections
        self._slice_sockets = slice_sockets
        self._next: asyncio.Handle | None = None

    def wake(self) -> None:
        """See that rounds are made: there is a connection again."""
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(ROUND_S, self._begin)

    def _begin(self) -> None:
        self._go_on(iter(tuple(self._connections)))

    def _go_on(self, rest: Iterator[Ticked]) -> None:
        loop = asyncio.get_running_loop()
        now_ms = Millis(int(loop.time() * 1000))
        taken = 0
        for connection in islice(rest, self._slice_sockets):
            taken += 1
            try:
                connection.tick(now_ms)
            except Exception as error:  # noqa: BLE001 -- else nobody would be looked at any more
                _log.error("looking at a connection failed", exc_info=error)
                connection.abort()
        if taken == self._slice_sockets:
            self._next = loop.call_soon(self._go_on, rest)
            return
        self._next = None
        if self._connections:
            self.wake()
