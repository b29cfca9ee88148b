"""The bus: hints from node to node that may be lost, doubled, late or out of order.

A message goes to a channel: rooms share `SHARDS` of them, so that a node hears little of rooms that
it does not show; `HOUSE` is for what concerns every node, the platform's chain included.
"""

import asyncio
from collections.abc import Callable
from typing import Final, NewType, Protocol
from zlib import crc32

from danmaku.domain.ids import PLATFORM, RoomId

Channel = NewType("Channel", int)
Hear = Callable[[bytes], None]

SHARDS: Final = 64
HOUSE: Final = Channel(SHARDS)


def channel_of(chain: RoomId) -> Channel:
    """Where is told what is new in a chain; the same on every node, in every life."""
    return HOUSE if chain == PLATFORM else Channel(crc32(chain.encode()) % SHARDS)


class Bus(Protocol):
    """One node's end of the bus. Whoever hears a channel hears its own messages too."""

    @property
    def is_up(self) -> bool:
        """Whether messages are believed to come through."""

    def listen(self, hear: Hear) -> None:
        """Have every message of the subscribed channels given to `hear`, on the loop."""

    def publish(self, channel: Channel, message: bytes) -> None:
        """Send a message as soon as may be; never waits and never fails: it may be dropped."""

    async def subscribe(self, channel: Channel) -> None:
        """Hear a channel from now on; returns when it is heard, or soon when the bus is down."""

    async def unsubscribe(self, channel: Channel) -> None:
        """Hear a channel no more."""

    async def close(self) -> None:
        """Leave the bus; what has not been sent is dropped."""


class Exchange:
    """Joins the ends of several nodes in one process."""

    def __init__(self) -> None:
        self.ends: set[LocalBus] = set()


class LocalBus:
    """A bus within one process; with nobody else at the exchange it only talks to itself."""

    def __init__(self, exchange: Exchange | None = None) -> None:
        self._exchange = exchange or Exchange()
        self._exchange.ends.add(self)
        self._channels: set[Channel] = set()
        self._hear: Hear = lambda _message: None

    @property
    def is_up(self) -> bool:
        """As `Bus.is_up`."""
        return self in self._exchange.ends

    def listen(self, hear: Hear) -> None:
        """As `Bus.listen`."""
        self._hear = hear

    def publish(self, channel: Channel, message: bytes) -> None:
        """As `Bus.publish`."""
        loop = asyncio.get_running_loop()
        for end in self._exchange.ends:
            loop.call_soon(end.deliver, channel, message)

    def deliver(self, channel: Channel, message: bytes) -> None:
        """Take what some end has published."""
        if channel in self._channels and self.is_up:
            self._hear(message)

    async def subscribe(self, channel: Channel) -> None:
        """As `Bus.subscribe`."""
        self._channels.add(channel)

    async def unsubscribe(self, channel: Channel) -> None:
        """As `Bus.unsubscribe`."""
        self._channels.discard(channel)

    async def close(self) -> None:
        """As `Bus.close`."""
        self._exchange.ends.discard(self)
