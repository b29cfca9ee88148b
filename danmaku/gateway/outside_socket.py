"""One socket of a client that speaks another's protocol: what all such sockets have in common.

As `connection.Connection` does, it stands between the transport, the still half and the hub, but
it may sit in several rooms, or in none yet. Batches do not pass through here: hubs write them.

Belongs to the event loop's thread. Holds no timer: `tick` is called now and then.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

from websockets.frames import Frame, Opcode

from danmaku.config import GatewaySettings
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.gateway.dialects.outward import Outward
from danmaku.gateway.framing import frame_of
from danmaku.gateway.inflow import Inflow, read_on
from danmaku.gateway.kernel_memory import forget_unsent
from danmaku.gateway.outbox import Outbox
from danmaku.gateway.room_hub import RoomHub
from danmaku.gateway.session import TOO_BIG, Beat, Drop, Fail
from danmaku.gateway.upgrade import Agreement
from danmaku.gateway.wire import PING, PONG, TEXT, Wire, control_frame

Intent_co = TypeVar("Intent_co", covariant=True)
Intent = TypeVar("Intent")


class Talk(Protocol[Intent_co]):
    """The inbound half of a connection, still."""

    def receive(
        self, payload: bytes, *, is_text: bool, now_ms: Millis
    ) -> Iterable[Intent_co | Fail]:
        """Take one message, or the next piece of a stream."""

    def receive_control(self, now_ms: Millis) -> Fail | None:
        """Take a ping or a pong: they cost as messages do."""

    def closing(self, now_ms: Millis) -> None:
        """Nothing more is wanted of the peer."""

    def due(self, now_ms: Millis) -> Beat | Fail | Drop | None:
        """What the passing of time asks for."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How one kind of socket behaves beyond its talk.

    Attributes:
        is_text: Whether its messages are text.
        slow_code: What a client is closed with that takes nothing any more, or does not end what
            it has begun.
        broken_code: What it is closed with where we fail.
        draining_code: What it is closed with when we go.
    """

    is_text: bool
    slow_code: int
    broken_code: int
    draining_code: int


class Landlord(Protocol):
    """Who keeps the sockets: `outside.Outside`."""

    settings: GatewaySettings
    inflow: Inflow

    def now_ms(self) -> Millis:
        """A clock that does not step back."""

    def opened(self, socket: "OutsideSocket[Any]") -> None:
        """It is there."""

    def left(self, room_hub: RoomHub, outbox: Outbox) -> None:
        """No more of that room is sent to it."""

    def failed(self, socket: "OutsideSocket[Any]", error: BaseException) -> None:
        """Something went wrong that it cannot go on without."""

    def lost(self, socket: "OutsideSocket[Any]") -> None:
        """Its transport is gone."""


@dataclass(slots=True)
class Seat:
    """A client's place in a room."""

    room_hub: RoomHub
    outbox: Outbox
    is_ready: bool = False  # it has been told where it begins


class OutsideSocket(asyncio.Protocol, Generic[Intent]):
    """See the module.

    Args:
        landlord: Who keeps it.
        siblings: The server's set of open connections, which it waits for when it stops.
        talk: What its messages mean.
        habits: Of its kind.
        agreement: What the upgrade has led to; None: there is no WebSocket around the bytes.
    """

    def __init__(
        self,
        landlord: Landlord,
        siblings: set[Any],
        *,
        talk: Talk[Intent],
        habits: Habits,
        agreement: Agreement | None,
    ) -> None:
        self._landlord = landlord
        self._siblings = siblings
        self._talk = talk
        self._habits = habits
        self._transport = cast("asyncio.Transport", None)  # set before anything else is called
        self._wire = None if agreement is None else Wire(agreement)
        self._deflate = agreement is not None and agreement.is_shareable
        self._parts: list[bytes] | None = None  # of a message that is coming in
        self._is_text = False  # that message
        self._full_since_ms: Millis | None = None  # it takes nothing
        self._is_over = False
        self.seats: dict[RoomId, Seat] = {}

    def act(self, intent: Intent) -> None:
        """Do what the client asks for."""
        raise NotImplementedError

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the transport."""
        self._transport = cast("asyncio.Transport", transport)
        self._siblings.add(self)
        # The transport says pause as soon as one byte waits in it: see `scatter`.
        self._transport.set_write_buffer_limits(high=0, low=0)
        self._landlord.opened(self)

    def data_received(self, data: bytes) -> None:
        """Act on what comes in, in turn."""
        self._landlord.inflow.bring(self, data)

    def eof_received(self) -> None:
        """Nothing more comes: act on what waits, and let the transport close."""
        self._landlord.inflow.finish(self)

    def take(self, data: bytes) -> None:
        """Act on what has come in."""
        if self._wire is None:
            self._take(data, is_text=False)
        elif (payload := self._wire.plain(data)) is not None:
            self._take_plain(data[0], payload)
        else:
            frames = self._wire.receive(data, self._landlord.now_ms())
            if self._wire.is_open:
                self._pump()  # see connection.Connection
            for frame in frames:
                self._take_frame(frame)
            self._pump()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """Forget the socket."""
        self._landlord.inflow.forget(self)
        self._siblings.discard(self)
        self._leave()
        self._landlord.lost(self)
        if self._wire is not None:
            self._wire.end()

    def read_on(self, *, is_so: bool) -> None:
        """Whether to read more from the kernel."""
        read_on(self._transport, is_so=is_so)

    def give_up(self, error: Exception) -> None:
        """It cannot go on without what has failed."""
        self._landlord.failed(self, error)

    def pause_writing(self) -> None:
        """The transport is full: leave the fan-out."""
        now_ms = self._full_since_ms = self._landlord.now_ms()
        for seat in tuple(self.seats.values()):
            seat.room_hub.stall(seat.outbox, now_ms)

    def resume_writing(self) -> None:
        """The transport has room: catch up."""
        self._full_since_ms = None
        for seat in tuple(self.seats.values()):
            self._let_in(seat)

    def shutdown(self) -> None:
        """The server stops: let the client come back later, or to another."""
        self.part(self._habits.draining_code)

    # --- rooms

    def sit(self, room_hub: RoomHub, dialect: Outward, position: Seq) -> Seat:
        """Take a place that nothing is written to before `begin`."""
        outbox = Outbox(
            self._transport.write,
            self.broken,
            dialect=dialect,
            deflate=self._deflate,
            descriptor=_descriptor_of(self._transport),
        )
        outbox.stall(self._landlord.now_ms())
        seat = self.seats[room_hub.room] = Seat(room_hub, outbox)
        room_hub.enter(outbox, position)
        return seat

    def begin(self, seat: Seat, position: Seq) -> None:
        """From here on, send what comes after `position`."""
        seat.outbox.position = position
        seat.is_ready = True
        self._let_in(seat)

    def stand_up(self, room: RoomId) -> bool:
        """Leave a room; tells whether there was a place in it."""
        seat = self.seats.pop(room, None)
        if seat is None:
            return False
        self._landlord.left(seat.room_hub, seat.outbox)
        return True

    def _let_in(self, seat: Seat) -> None:
        if seat.is_ready and not self.is_full:
            seat.outbox.replays = True  # these protocols have no word for what is left out
            seat.room_hub.resume(seat.outbox)

    # --- what others ask for

    @property
    def is_full(self) -> bool:
        """Whether what is said now has to wait."""
        return self._full_since_ms is not None

    @property
    def is_closing(self) -> bool:
        """Whether nothing more can be said to it."""
        return self._is_over or self._transport.is_closing()

    def say(self, payload: bytes) -> None:
        """Say one thing to this client alone; nothing if it is going."""
        if self.is_closing:
            return
        if self._wire is not None:
            is_text = self._habits.is_text
            payload = frame_of(payload, is_text=is_text, deflate=self._deflate)
        self._transport.write(payload)

    def part(self, close_code: int, reason: str = "") -> None:
        """Close; a connection without a WebSocket has no words for why."""
        if self.is_closing:
            return
        if self._wire is None:
            self._leave()
            self._transport.close()
        else:
            self._wire.close(close_code, reason)
            self._pump()

    def broken(self, error: BaseException) -> None:  # noqa: ARG002 -- counted where it was raised
        """Something failed that the connection cannot go on without."""
        self.part(self._habits.broken_code)

    def abort(self) -> None:
        """End the transport without waiting for anything."""
        self._transport.abort()

    def tick(self, now_ms: Millis) -> None:
        """Do what the passing of time asks for."""
        since_ms = self._full_since_ms
        if since_ms is not None and now_ms - since_ms > self._landlord.settings.stalled_ms_max:
            self.part(self._habits.slow_code)
        begun_ms = None if self._wire is None else self._wire.begun_ms
        if begun_ms is not None and now_ms - begun_ms > self._landlord.settings.fragment_ms_max:
            self.part(self._habits.slow_code, "A message was begun and not ended.")
        match self._talk.due(now_ms):
            case Beat():
                self.beat()
            case Fail() as fail:
                self.part(fail.close_code, fail.text)
            case Drop():
                forget_unsent(self._transport)
                self.abort()

    def beat(self) -> None:
        """Ask for a sign of life."""
        self._transport.write(control_frame(PING))

    # --- inside

    def _take_plain(self, first: int, payload: bytes) -> None:
        if first == PING:
            self._transport.write(control_frame(PONG, payload))
        if first in (PING, PONG):
            self._take_control()
        else:
            self._take(payload, is_text=first == TEXT)

    def _take_frame(self, frame: Frame) -> None:
        if self._is_over:
            return
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._parts, self._is_text = [], frame.opcode is Opcode.TEXT
        elif frame.opcode is not Opcode.CONT:
            self._take_control()
            return
        assert self._parts is not None  # the protocol machine fails a stray continuation itself
        self._parts.append(bytes(frame.data))
        if len(self._parts) > self._landlord.settings.fragments_max:
            self.part(TOO_BIG)
        elif frame.fin:
            payload, self._parts = b"".join(self._parts), None
            self._take(payload, is_text=self._is_text)

    def _take_control(self) -> None:
        fail = self._talk.receive_control(self._landlord.now_ms())
        if fail is not None:
            self.part(fail.close_code, fail.text)

    def _take(self, payload: bytes, *, is_text: bool) -> None:
        if self._is_over:
            return
        for intent in self._talk.receive(payload, is_text=is_text, now_ms=self._landlord.now_ms()):
            if isinstance(intent, Fail):
                self.part(intent.close_code, intent.text)
                return
            self.act(intent)

    def _pump(self) -> None:
        """Write what the protocol machine has to say, and notice whether it has ended."""
        assert self._wire is not None
        for data in self._wire.to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof():
                self._transport.write_eof()  # see connection.Connection
            else:
                self._transport.close()
        if not self._wire.is_open:
            self._leave()

    def _leave(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._parts = None
        self._talk.closing(self._landlord.now_ms())
        for room in tuple(self.seats):
            self.stand_up(room)


def _descriptor_of(transport: asyncio.Transport) -> int:
    """Where frames may be written past the transport: not where it encrypts them."""
    if transport.get_extra_info("sslcontext") is not None:
        return -1
    return int(transport.get_extra_info("socket").fileno())
