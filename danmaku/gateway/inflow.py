"""What sockets bring, taken up a little in each round of the event loop.

Thousands of messages that have come meanwhile would otherwise all be taken up in one round, and
whatever is due in the next would wait for all of them: a commit that is done, then the task that
waits for it, then its answer. So a round takes up what comes for a short time only; the rest waits
here, first come, first served, and a socket that brings much meanwhile is not read from.

Belongs to the event loop's thread.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

ROUND_S = 0.003
PIECES_MAX = 4
PIECE_BYTES_MAX = 4096
"""Pieces of one socket that wait, and the size of one, above which no more is read from it."""


class Taker(Protocol):
    """A socket."""

    def take(self, data: bytes) -> None:
        """Act on what has come."""

    def read_on(self, *, is_so: bool) -> None:
        """Whether to read more from the kernel."""

    def give_up(self, error: Exception) -> None:
        """It cannot go on without what has failed."""


@dataclass(slots=True)
class _Pieces:
    since_s: float
    all: list[bytes] = field(default_factory=list)
    is_paused: bool = False


class Inflow:
    """The queue.

    Args:
        note_wait: Told in each round for how many seconds the first had waited.

    Attributes:
        waited_ms: How long what is being taken up has waited here.
    """

    def __init__(self, note_wait: Callable[[float], None]) -> None:
        self._note_wait = note_wait
        self._loop = asyncio.get_running_loop()
        self._waiting: OrderedDict[Taker, _Pieces] = OrderedDict()
        self._next: asyncio.Handle | None = None  # of the loop's rounds
        self._until_s = 0.0
        self.waited_ms = 0.0

    def bring(self, taker: Taker, data: bytes) -> None:
        """Take something up now, or later."""
        if self._next is None:
            self._until_s = time.perf_counter() + ROUND_S
            self._next = self._loop.call_soon(self._go_on)
        elif self._waiting or time.perf_counter() > self._until_s:
            self._hold(taker, data)
            return
        taker.take(data)

    def finish(self, taker: Taker) -> None:
        """Take up at once what waits of one that brings no more."""
        if (pieces := self._waiting.pop(taker, None)) is not None:
            self._take(taker, pieces)

    def forget(self, taker: Taker) -> None:
        """Drop what waits of one that is gone."""
        self._waiting.pop(taker, None)

    def _hold(self, taker: Taker, data: bytes) -> None:
        pieces = self._waiting.get(taker)
        if pieces is None:
            pieces = self._waiting[taker] = _Pieces(time.perf_counter())
        pieces.all.append(data)
        is_much = len(pieces.all) >= PIECES_MAX or len(data) > PIECE_BYTES_MAX
        if is_much and not pieces.is_paused:
            pieces.is_paused = True
            taker.read_on(is_so=False)

    def _go_on(self) -> None:
        self._next = None
        if not self._waiting:
            return
        now_s = time.perf_counter()
        self._note_wait(now_s - next(iter(self._waiting.values())).since_s)
        until_s = now_s + ROUND_S
        while self._waiting and time.perf_counter() < until_s:
            taker, pieces = self._waiting.popitem(last=False)
            self.waited_ms = (time.perf_counter() - pieces.since_s) * 1000
            self._take(taker, pieces)
        self.waited_ms = 0.0
        if self._waiting:
            self._next = self._loop.call_soon(self._go_on)

    def _take(self, taker: Taker, pieces: _Pieces) -> None:
        try:
            for data in pieces.all:
                taker.take(data)
        except Exception as error:  # noqa: BLE001 -- whatever happens to one, others have their turn
            taker.give_up(error)
        if pieces.is_paused:
            taker.read_on(is_so=True)


def read_on(transport: asyncio.Transport, *, is_so: bool) -> None:
    """Whether to read more from the kernel; nothing of one that is going."""
    if transport.is_closing():
        return
    if is_so:
        transport.resume_reading()
    else:
        transport.pause_reading()
