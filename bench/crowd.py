"""Those who speak: senders, moderators, attackers. Each is a viewer too, and checked like all.

They live in the driver's own process, because what they say next depends on what they hear. Every
entry that reaches them is kept. The server sends the same bytes to all: a payload is decoded once,
and each further seat that gets it adds one reference and one time. One event loop, one thread.
"""

import asyncio
import os
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic_ns
from typing import Protocol, cast

import numpy as np

from bench.audience import Payload
from bench.checker import Batch, Event, Fields, Joined, Reset
from bench.client import Door
from bench.frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    FrameReader,
    client_frame,
    upgrade_request,
)
from bench.latency import Delivery
from bench.messages import Kind, batch_of
from bench.views import message_of
from danmaku.conformance.encodings import encoded

PAYLOADS_MAX = 1024
"""Distinct payloads remembered; one that comes back later is decoded anew, which is only slower."""

CONNECTING_MAX = 200
_OPCODE = 0x0F
_BATCHES = frozenset({"entries", "skipped"})


@dataclass(slots=True, eq=False)
class _Receipt:
    """One batch as bytes: what it says, and when each seat got it."""

    batch: Batch
    bytes_count: int
    at_ns: "array[int]" = field(default_factory=lambda: array("q"))


class Listener(Protocol):
    """Who acts on what seats hear."""

    def hear(self, seat: "Seat", message: Fields) -> None:
        """Take a message that is no batch."""

    def see(self, seat: "Seat", batch: Batch) -> None:
        """Take a batch."""


class Crowd:
    """All seats of a run.

    Args:
        listener: Told of everything.

    Attributes:
        seats: Everybody who was ever let in.
        lost: Seats that were to stay and did not, and why.
    """

    def __init__(self, listener: Listener) -> None:
        self.seats: list[Seat] = []
        self.lost: list[str] = []
        self._listener = listener
        self._receipts: list[_Receipt] = []
        self._read: dict[tuple[Kind, int, bytes], _Receipt | Fields] = {}

    @property
    def staying(self) -> list["Seat"]:
        """Those who are there."""
        return [seat for seat in self.seats if not seat.is_gone]

    async def take_seats(self, doors: Sequence[Door]) -> list["Seat"]:
        """Connect, a bounded number at a time, and wait for each one's welcome.

        Raises:
            ConnectionError: If the server refuses one.
        """
        gate = asyncio.Semaphore(CONNECTING_MAX)

        async def take(door: Door) -> Seat:
            async with gate:
                return await self.take_seat(door)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(take(door)) for door in doors]
        return [task.result() for task in tasks]

    async def take_seat(self, door: Door, *, may_be_lost: bool = False) -> "Seat":
        """Connect one.

        Raises:
            ConnectionError: If the server refuses it.
        """
        host, _, port = door.address.rpartition(":")
        loop = asyncio.get_running_loop()
        _, seat = await loop.create_connection(
            lambda: Seat(self, door, may_be_lost=may_be_lost), host, int(port)
        )
        await seat.welcomed
        self.seats.append(seat)
        return seat

    def leave(self) -> None:
        """Everybody goes; nothing that closes now counts as lost."""
        for seat in self.seats:
            seat.leave()

    def deliveries(self) -> list[Delivery]:
        """Every distinct batch with its receipts."""
        return [
            Delivery(
                receipt.batch,
                np.array(receipt.at_ns, np.int64),
                receipt.bytes_count * len(receipt.at_ns),
            )
            for receipt in self._receipts
        ]

    def read(self, kind: Kind, head: int, payload: bytes) -> "_Receipt | Fields":
        """What a payload says.

        Cost: one lookup for every seat but the first.
        """
        key = (kind, head, payload)
        if (known := self._read.get(key)) is not None:
            return known
        said: _Receipt | Fields = message_of(Payload(head, payload), kind.dialect)
        if isinstance(said, dict) and said["op"] in _BATCHES:
            said = _Receipt(batch_of(said), len(payload))
            self._receipts.append(said)
        if len(self._read) >= PAYLOADS_MAX:
            del self._read[next(iter(self._read))]
        self._read[key] = said
        return said

    def hear(self, seat: "Seat", said: "_Receipt | Fields", now_ns: int) -> None:
        """Let a seat take in what was read."""
        if isinstance(said, _Receipt):
            said.at_ns.append(now_ns)
            seat.take(said.batch)
            self._listener.see(seat, said.batch)
        else:
            seat.note(said)
            self._listener.hear(seat, said)


class Seat(asyncio.Protocol):
    """One who speaks: a socket, a position in the record, and all that it was told.

    Attributes:
        gone: Why it is not there any more, once it is so.
    """

    def __init__(self, crowd: Crowd, door: Door, *, may_be_lost: bool) -> None:
        self.door = door
        self.events: list[Event] = []
        self.position = 0
        self.gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._may_be_lost = may_be_lost
        self.welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._crowd = crowd
        self._frames = FrameReader()
        self._head: bytes | None = b""  # of the HTTP answer; None: the upgrade is done
        self._transport: asyncio.Transport

    @property
    def is_gone(self) -> bool:
        """Whether it has left or was let down."""
        return self.gone.done()

    def say(self, message: Fields) -> None:
        """Send a message; nothing waits."""
        self.blurt(*encoded(self.door.kind.dialect, message))

    def blurt(self, opcode: int, payload: bytes) -> None:
        """Send whatever it may be."""
        self._transport.write(client_frame(opcode, payload))

    def leave(self) -> None:
        """Go without a word."""
        if not self.gone.done():
            self.gone.set_result("left")
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = cast("asyncio.Transport", transport)
        kind = self.door.kind
        self._transport.write(
            upgrade_request(
                f"/rooms/{self.door.room}/live",
                host=self.door.address,
                key=os.urandom(16),
                subprotocol=kind.dialect,
                deflate=kind.deflate,
            )
        )

    def data_received(self, data: bytes) -> None:
        """Take frames, however many there are."""
        if self._head is not None:
            data = self._finish_upgrade(data)
        now_ns = monotonic_ns()
        for head, payload in self._frames.feed(data):
            opcode = head & _OPCODE
            if opcode in (TEXT, BINARY):
                self._crowd.hear(self, self._crowd.read(self.door.kind, head, payload), now_ns)
            elif opcode == PING:
                self._transport.write(client_frame(PONG, payload))
            elif opcode == CLOSE:
                self._lose(f"closed with {int.from_bytes(payload[:2], 'big')}")

    def connection_lost(self, exc: Exception | None) -> None:
        """Note a viewer whom the server let down."""
        self._lose(f"connection lost: {exc}")

    def _finish_upgrade(self, data: bytes) -> bytes:
        self._head = (self._head or b"") + data
        head, mark, rest = self._head.partition(b"\r\n\r\n")
        if not mark:
            return b""
        if not head.startswith(b"HTTP/1.1 101"):
            self._lose(f"refused: {head[:40]!r}")
            return b""
        self._head = None
        hello: Fields = {"op": "hello"}
        if self.door.token is not None:
            hello["token"] = self.door.token
        self.say(hello)
        return rest

    def take(self, batch: Batch) -> None:
        """Go forward by a batch."""
        self.events.append(batch)
        self.position = batch.upto

    def note(self, message: Fields) -> None:
        """Take what tells it where it stands."""
        match message["op"]:
            case "welcome":
                self.position = cast("int", message["top"])
                self.events.append(Joined(None, self.position))
                self.welcomed.set_result(None)
            case "reset":
                self.position = cast("int", message["top"])
                self.events.append(Reset(self.position))

    def _lose(self, why: str) -> None:
        if self.gone.done():
            return
        self.gone.set_result(why)
        self._transport.abort()
        if not self._may_be_lost:
            self._crowd.lost.append(why)
        if not self.welcomed.done():
            self.welcomed.set_exception(ConnectionError(why))
