"""Thousands of viewers in one process, none of whom is looked away from.

Every entry that reaches every viewer is kept for the checker. That is affordable because the server
sends the same bytes to all: a payload is decoded once, and each further viewer who gets it adds one
reference and one time. One event loop, one thread.
"""

import asyncio
import os
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic_ns
from typing import cast

from bench.checker import Batch, Event, Fields, Joined, Reset
from bench.client import Door
from bench.frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    RSV1,
    TEXT,
    FrameReader,
    client_frame,
    inflated,
    upgrade_request,
)
from bench.messages import Kind, batch_of, decoded, encoded

PAYLOADS_MAX = 1024
"""Distinct payloads remembered; one that comes back later is decoded anew, which is only slower."""

CONNECTING_MAX = 200
_OPCODE = 0x0F
_BATCHES = frozenset({"entries", "skipped"})


@dataclass(slots=True, eq=False)
class Delivery:
    """One batch as bytes: what it says, and when each viewer got it."""

    batch: Batch
    bytes_count: int
    at_ns: "array[int]" = field(default_factory=lambda: array("q"))


Heard = Callable[["Seat", Fields], None]


class Crowd:
    """All viewers of one room.

    Args:
        heard: Called with every message that is no batch.

    Attributes:
        deliveries: Every distinct batch.
        lost: Viewers whose connection ended before they left, and why.
    """

    def __init__(self, heard: Heard) -> None:
        self.heard = heard
        self.seats: list[Seat] = []
        self.deliveries: list[Delivery] = []
        self.lost: list[str] = []
        self._read: dict[tuple[Kind, int, bytes], Delivery | Fields] = {}

    async def take_seats(self, doors: list[Door]) -> list["Seat"]:
        """Connect viewers, a bounded number at a time, and wait for each one's welcome.

        Raises:
            ConnectionError: If the server refuses one.
        """
        gate = asyncio.Semaphore(CONNECTING_MAX)

        async def take(door: Door) -> Seat:
            async with gate:
                return await self._take_seat(door)

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(take(door)) for door in doors]
        return [task.result() for task in tasks]

    def leave(self) -> None:
        """Everybody goes; nothing that closes now counts as lost."""
        for seat in self.seats:
            seat.leave()

    def read(self, kind: Kind, head: int, payload: bytes) -> Delivery | Fields:
        """What a payload says.

        Cost: one lookup for every viewer but the first.
        """
        key = (kind, head, payload)
        if (known := self._read.get(key)) is not None:
            return known
        plain = inflated(payload) if head & RSV1 else payload
        message = decoded(kind.dialect, plain)
        said: Delivery | Fields = message
        if message["op"] in _BATCHES:
            said = Delivery(batch_of(message), len(payload))
            self.deliveries.append(said)
        if len(self._read) >= PAYLOADS_MAX:
            del self._read[next(iter(self._read))]
        self._read[key] = said
        return said

    async def _take_seat(self, door: Door) -> "Seat":
        host, _, port = door.address.rpartition(":")
        loop = asyncio.get_running_loop()
        _, seat = await loop.create_connection(lambda: Seat(self, door), host, int(port))
        await seat.welcomed
        self.seats.append(seat)
        return seat


class Seat(asyncio.Protocol):
    """One viewer: a socket, a position in the record, and all that it was told."""

    def __init__(self, crowd: Crowd, door: Door) -> None:
        self.door = door
        self.events: list[Event] = []
        self.position = 0
        self.welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._crowd = crowd
        self._frames = FrameReader()
        self._head: bytes | None = b""  # of the HTTP answer; None: the upgrade is done
        self._left = False
        self._transport: asyncio.Transport

    def say(self, message: Fields) -> None:
        """Send a message; nothing waits."""
        self._transport.write(client_frame(*encoded(self.door.kind.dialect, message)))

    def leave(self) -> None:
        """Go without a word."""
        self._left = True
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
                self._hear(self._crowd.read(self.door.kind, head, payload), now_ns)
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

    def _hear(self, said: Delivery | Fields, now_ns: int) -> None:
        if isinstance(said, Delivery):
            self.events.append(said.batch)
            self.position = said.batch.upto
            said.at_ns.append(now_ns)
            return
        match said["op"]:
            case "welcome":
                self.position = cast("int", said["top"])
                self.events.append(Joined(None, self.position))
                self.welcomed.set_result(None)
            case "reset":
                self.position = cast("int", said["top"])
                self.events.append(Reset(self.position))
            case _:
                self._crowd.heard(self, said)

    def _lose(self, why: str) -> None:
        if self._left:
            return
        self.leave()
        self._crowd.lost.append(why)
        if not self.welcomed.done():
            self.welcomed.set_exception(ConnectionError(why))
