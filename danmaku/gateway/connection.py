"""One socket: where the bytes of the way in and of the way out meet.

uvicorn hands the transport over after reading the upgrade's request; from then on this class is the
transport's protocol. `Upgrades` answers the request, `Wire` turns bytes into frames, both without
I/O; `Session` says what the messages mean; the `Desk` acts on them. Batches for many viewers do not
pass through here: the hub writes them to the transport itself.

Belongs to the event loop's thread. Holds no timer: `tick` is called now and then.
"""

import asyncio
from typing import Any, Protocol, cast

from websockets.frames import Frame, Opcode
from websockets.http11 import Request

from danmaku.config import GatewaySettings
from danmaku.domain.ids import Millis
from danmaku.errors import Close, Code
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.dialects.danmaku_v1 import (
    Act,
    Dialect,
    Hello,
    Like,
    Ping,
    Recall,
    Send,
    error_said,
    pong,
    refused,
)
from danmaku.gateway.dialects.outward import frame_in
from danmaku.gateway.doorkeeper import Rejection, Visit
from danmaku.gateway.identity import Identity
from danmaku.gateway.inflow import Inflow, read_on
from danmaku.gateway.kernel_memory import forget_unsent, hold_no_more_than
from danmaku.gateway.outbox import Outbox
from danmaku.gateway.room_hub import RoomHub
from danmaku.gateway.saying import Saying
from danmaku.gateway.session import Beat, Drop, Fail, Intent, Limits, Session, State, TurnAway
from danmaku.gateway.upgrade import Agreement, Upgrades
from danmaku.gateway.wire import PING, PONG, TEXT, Wire, control_frame


class Desk(Protocol):
    """Who answers what connections ask for: the gateway."""

    settings: GatewaySettings
    limits: Limits
    dialects: dict[str, Dialect]
    upgrades: Upgrades
    inflow: Inflow

    def now_ms(self) -> Millis:
        """A clock that does not step back."""

    def greet(self, connection: "Connection", request: Request) -> None:
        """Accept or reject the upgrade, now or later."""

    def take(self, connection: "Connection", message: Hello | Act) -> None:
        """Act on a message."""

    def count(self, code: Code) -> None:
        """A connection has answered this by itself."""

    def broken(self, connection: "Connection", error: BaseException) -> None:
        """Something failed that the connection cannot go on without."""

    def leave(self, connection: "Connection") -> None:
        """No more is sent to it."""

    def lost(self, connection: "Connection") -> None:
        """Its transport is gone."""


class Connection(asyncio.Protocol):
    """One socket from its upgrade to its end.

    Args:
        desk: Who acts on what it brings.
        siblings: The server's set of open connections, which it waits for when it stops.
    """

    __slots__ = (
        "_desk",
        "_has_left",
        "_session",
        "_transport",
        "_wire",
        "identity",
        "in_flight",
        "outbox",
        "room_hub",
        "siblings",
        "visit",
    )

    def __init__(self, desk: Desk, siblings: set[Any]) -> None:
        self._desk = desk
        self.siblings = siblings
        self._transport = cast("asyncio.Transport", None)  # set before anything else is called
        self._wire: Wire | None = None  # from the upgrade on, as the next three
        self._session: Session | None = None
        self.outbox: Outbox | None = None
        self.visit: Visit | None = None
        self.known_as(None)
        self.joined(None)
        self.in_flight = 0  # acts that are not answered yet
        self._has_left = False

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the transport."""
        self._transport = cast("asyncio.Transport", transport)
        self.siblings.add(self)
        # The transport says pause as soon as one byte waits in it: see `scatter`.
        self._transport.set_write_buffer_limits(high=0, low=0)

    def data_received(self, data: bytes) -> None:
        """Act on what comes in: first the request, whole, then frames, in turn."""
        if self._wire is None:
            self._take_request(data)
        else:
            self._desk.inflow.bring(self, data)

    def eof_received(self) -> None:
        """Nothing more comes: act on what waits, and let the transport close."""
        self._desk.inflow.finish(self)

    def take(self, data: bytes) -> None:
        """Act on frames."""
        if self._wire is None:
            return
        if (payload := self._wire.plain(data)) is not None:
            self._take_plain(data[0], payload)
        else:
            frames = self._wire.receive(data, self._desk.now_ms())
            if self._wire.is_open:
                self._pump()  # a pong goes before the answer to what came after its ping
            for frame in frames:
                self._take_frame(frame)
            self._pump()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        """Forget the socket."""
        self._desk.inflow.forget(self)
        self.siblings.discard(self)
        self._leave()
        self._desk.lost(self)
        self.outbox = None  # it holds on to us
        if self._wire is not None:
            self._wire.end()

    def read_on(self, *, is_so: bool) -> None:
        """Whether to read more from the kernel."""
        read_on(self._transport, is_so=is_so)

    def give_up(self, error: Exception) -> None:
        """It cannot go on without what has failed."""
        self._desk.broken(self, error)

    def pause_writing(self) -> None:
        """The transport is full: leave the fan-out."""
        if self.outbox is None:
            return
        if self.room_hub is None:
            self.outbox.stall(self._desk.now_ms())
        else:
            self.room_hub.stall(self.outbox, self._desk.now_ms())

    def resume_writing(self) -> None:
        """The transport has room: catch up."""
        if self.outbox is None:
            return
        if self.room_hub is None:
            self.outbox.resume()
        else:
            self.room_hub.resume(self.outbox)

    def shutdown(self) -> None:
        """The server stops: uvicorn calls this on whatever is still open."""
        if self._session is None:
            self._transport.close()
        else:
            self.part(Close.DRAINING)

    # --- the upgrade

    def hold(self) -> None:
        """Read nothing until the upgrade is decided."""
        self._transport.pause_reading()

    def accept(self, request: Request, visit: Visit) -> bool:
        """Upgrade; tells whether that came to be, for the request may still be a wrong one."""
        agreed = self.agree(request, self._desk.upgrades)
        if agreed is None:
            return False
        self.visit = visit
        self._open(agreed)
        return True

    def agree(self, request: Request, upgrades: Upgrades) -> Agreement | None:
        """Answer the request; None: it came to nothing."""
        if self._transport.is_closing():
            return None
        agreed = upgrades.agree(request)
        if isinstance(agreed, bytes):
            self._refuse(agreed)
            return None
        hold_no_more_than(self._desk.settings.send_buffer_bytes, self._transport)
        self._transport.resume_reading()
        self._transport.write(agreed.answer(request.headers["Sec-WebSocket-Key"]))
        if self._transport.get_write_buffer_size():
            # An earlier answer fills the socket, and the pause was said to who wrote that one.
            self.abort()
            return None
        return agreed

    def hand_over(self, successor: asyncio.Protocol) -> None:
        """Let another have the transport: what comes after the upgrade is not of danmaku.v1."""
        self.hold()  # uvicorn gives us the transport once more when this request has been taken
        asyncio.get_running_loop().call_soon(self._hand_over, successor)

    def _hand_over(self, successor: asyncio.Protocol) -> None:
        if self._transport.is_closing():
            return
        self.siblings.discard(self)
        self._transport.set_protocol(successor)
        successor.connection_made(self._transport)
        self._transport.resume_reading()

    def _open(self, agreed: Agreement) -> None:
        dialect = self._desk.dialects[agreed.dialect]
        self._wire = Wire(agreed)
        self._session = Session(dialect, self._desk.limits, self._desk.now_ms())
        self.outbox = Outbox(
            self._transport.write,
            self._fail_reading,
            dialect=dialect,
            deflate=agreed.is_shareable,
            descriptor=_descriptor_of(self._transport),
        )

    def reject(self, rejection: Rejection) -> None:
        """Answer with HTTP instead of upgrading."""
        self._refuse(self._desk.upgrades.reject(rejection))

    def _take_request(self, head: bytes) -> None:
        http = self._transport.get_protocol()  # uvicorn's, until it has handed the request over
        if _is_answering(http):
            http.connection_lost(None)  # else the answer would wait for ever to be written
            self.abort()
            return
        request = self._desk.upgrades.read(head)
        if isinstance(request, bytes):
            self._refuse(request)
        else:
            self._desk.greet(self, request)

    def _refuse(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)
            self._transport.close()

    # --- what the desk asks for

    @property
    def is_closing(self) -> bool:
        """Whether nothing more can be said to it."""
        return self._wire is None or not self._wire.is_open or self._transport.is_closing()

    def known_as(self, identity: Identity | None) -> None:
        """It speaks for somebody, or for a guest; None before the hello."""
        self.identity = identity

    def joined(self, room_hub: RoomHub | None) -> None:
        """It gets its batches from there; None before the welcome, and in the end."""
        self.room_hub = room_hub

    def reply(self, fields: Fields) -> None:
        """Say one thing to this viewer alone; nothing if it is going."""
        if self.is_closing or self.outbox is None:
            return
        dialect = self.outbox.dialect
        payload = dialect.encode(fields)
        self._transport.write(frame_in(dialect, payload, deflate=self.outbox.deflate))

    def repeat(self, saying: Saying) -> None:
        """Say what others are told as well; nothing if it is going."""
        if self.is_closing or self.outbox is None:
            return
        outbox = self.outbox
        self._transport.write(saying.frame(outbox.dialect, deflate=outbox.deflate))

    def welcomed(self) -> list[Act]:
        """The viewer is in; gives what it has asked for meanwhile."""
        assert self._session is not None
        return self._session.welcomed(self._desk.now_ms())

    def part(self, close_code: int, fields: Fields | None = None) -> None:
        """Say goodbye and close."""
        if self._wire is None or self.is_closing:
            return
        if fields is not None:
            self.reply(fields)
        self._wire.close(close_code)
        self._pump()

    def abort(self) -> None:
        """End the transport without waiting for anything."""
        self._transport.abort()

    def tick(self, now_ms: Millis) -> None:
        """Do what the passing of time asks for."""
        if self._wire is None or self._session is None or self.outbox is None:
            return
        if self.outbox.is_hopeless(now_ms, self._desk.settings.stalled_ms_max):
            self.part(Close.SLOW)
        if self.identity is not None:
            self.identity.stay(now_ms)
        match self._session.due(now_ms, self._wire.begun_ms):
            case Beat():
                self._transport.write(control_frame(PING))
            case Fail() as fail:
                self._fail(fail)
            case Drop():
                forget_unsent(self._transport)
                self.abort()

    # --- inside

    def _take_frame(self, frame: Frame) -> None:
        session = self._session
        if session is None or session.state is State.CLOSING:
            return
        now_ms = self._desk.now_ms()
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY:
                is_text = frame.opcode is Opcode.TEXT
                payload = bytes(frame.data)
                self._act(session.receive(payload, is_text=is_text, fin=frame.fin, now_ms=now_ms))
            case Opcode.CONT:
                self._act(session.receive_more(bytes(frame.data), fin=frame.fin, now_ms=now_ms))
            case Opcode.PING | Opcode.PONG:
                self._act(session.receive_control(now_ms))

    def _take_plain(self, first: int, payload: bytes) -> None:
        session = self._session
        if session is None:
            return
        now_ms = self._desk.now_ms()
        if first in (PING, PONG):
            if first == PING:
                self._transport.write(control_frame(PONG, payload))
            self._act(session.receive_control(now_ms))
        else:
            is_text = first == TEXT
            self._act(session.receive(payload, is_text=is_text, fin=True, now_ms=now_ms))

    def _act(self, intent: Intent | None) -> None:
        match intent:
            case Hello() | Send() | Recall() | Like():
                self._desk.take(self, intent)
            case Ping():
                self.reply(pong())
            case TurnAway(client_id, wait_ms):
                code = Code.RATE_LIMITED
                self._desk.count(code)
                self.reply(refused(client_id, code.value, "Too fast.", retry_after_ms=wait_ms))
            case Fail():
                self._fail(intent)

    def _fail(self, fail: Fail) -> None:
        if fail.code is None:
            self.part(fail.close_code)
        else:
            self._desk.count(fail.code)
            self.part(fail.close_code, error_said(fail.code.value, fail.text))

    def _fail_reading(self, error: BaseException) -> None:
        self._desk.broken(self, error)

    def _pump(self) -> None:
        """Write what the protocol machine has to say, and notice whether it has ended."""
        if self._wire is None:
            return
        for data in self._wire.to_send():
            if data:
                self._transport.write(data)
            elif self._transport.can_write_eof():
                # Closing at once, with bytes unread, would make the kernel take the close frame
                # back from under the peer.
                self._transport.write_eof()
            else:
                self._transport.close()
        if not self._wire.is_open:
            self._leave()

    def _leave(self) -> None:
        if self._session is None or self._has_left:
            return
        self._has_left = True
        self._session.closing(self._desk.now_ms())
        self._desk.leave(self)


def _is_answering(http: asyncio.BaseProtocol) -> bool:
    """Whether an earlier request's answer has not been written: it would go between the frames."""
    cycle = getattr(http, "cycle", None)
    return cycle is not None and not cycle.response_complete


def _descriptor_of(transport: asyncio.Transport) -> int:
    """Where frames may be written past the transport: not where it encrypts them."""
    if transport.get_extra_info("sslcontext") is not None:
        return -1
    return int(transport.get_extra_info("socket").fileno())


def limits_of(settings: GatewaySettings) -> Limits:
    """What a connection may say, as the settings have it."""
    return Limits(
        messages_per_s=settings.messages_per_s,
        messages_burst=settings.messages_burst,
        fragments_max=settings.fragments_max,
        hello_ms_max=settings.hello_ms_max,
        fragment_ms_max=settings.fragment_ms_max,
        heartbeat_ms=settings.heartbeat_ms,
        silence_ms_max=settings.silence_ms_max,
    )
