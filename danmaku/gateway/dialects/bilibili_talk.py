"""One connection of Bilibili's live chat as a state table: packets in, intents out.

| state   | auth     | heartbeat | other packets | silence            |
|---------|----------|-----------|---------------|--------------------|
| NEW     | -> KNOWN | closed    | closed        | closed after 5 s   |
| KNOWN   | closed   | intent    | passed over   | closed after 70 s  |
| CLOSING | nothing  | nothing   | nothing       | dropped            |

Still: knows neither sockets nor clocks; `now_ms` is any clock that does not step back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from danmaku.domain.ids import Millis
from danmaku.errors import BadMessage
from danmaku.gateway.dialects.bilibili import (
    Auth,
    Operation,
    Packet,
    PacketStream,
    auth_of,
    packets_of,
)
from danmaku.gateway.session import CLOSE_WAIT_MS, Allowance, Drop, Fail, Limits, State

AUTH_MS_MAX = 5_000  # until the first packet
SILENCE_MS_MAX = 70_000  # heartbeats come every thirty seconds
UNSUPPORTED = 1003  # RFC 6455, 7.4.1
POLICY = 1008
_WRONG = Fail(UNSUPPORTED, None, "This is no packet of the live chat.")
_SILENT = Fail(POLICY, None, "There was no sign of life.")
_FLOOD = Fail(POLICY, None, "Too many packets.")


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Say how many are here."""


Intent = Auth | Heartbeat | Fail


class BilibiliTalk:
    """The inbound half of one connection.

    Args:
        limits: How much a connection may say.
        now_ms: When it began.
        is_bare: Whether packets come as a stream, else in messages.
    """

    def __init__(self, limits: Limits, now_ms: Millis, *, is_bare: bool) -> None:
        self._allowance = Allowance(limits.messages_per_s, limits.messages_burst)
        self._stream = PacketStream() if is_bare else None
        self._state = State.NEW
        self._heard_ms = now_ms  # of CLOSING: since when

    def receive(self, payload: bytes, *, is_text: bool, now_ms: Millis) -> Iterator[Intent]:
        """Take one message, or the next piece of a stream; nothing is said after a `Fail`."""
        if is_text:
            yield _WRONG
            return
        try:
            packets = packets_of(payload) if self._stream is None else self._stream.feed(payload)
            yield from self._steps(packets, now_ms)
        except BadMessage:
            yield _WRONG

    def receive_control(self, now_ms: Millis) -> Fail | None:
        """Take a ping or a pong: they cost as messages do, and show nothing."""
        if self._allowance.is_flood(self._allowance.spend(now_ms)):
            return _FLOOD
        return None

    def closing(self, now_ms: Millis) -> None:
        """A close was sent or received: nothing more is wanted of the peer."""
        if self._state is not State.CLOSING:
            self._state, self._heard_ms = State.CLOSING, now_ms

    def due(self, now_ms: Millis) -> Fail | Drop | None:
        """What the passing of time asks for; to be called now and then."""
        silent_ms = now_ms - self._heard_ms
        match self._state:
            case State.CLOSING:
                return Drop() if silent_ms > CLOSE_WAIT_MS else None
            case State.NEW:
                return _SILENT if silent_ms > AUTH_MS_MAX else None
            case _:
                return _SILENT if silent_ms > SILENCE_MS_MAX else None

    def _steps(self, packets: Iterable[Packet], now_ms: Millis) -> Iterator[Intent]:
        for packet in packets:
            if self._state is State.CLOSING:
                return
            if self._allowance.is_flood(self._allowance.spend(now_ms)):
                yield _FLOOD
                return
            yield from self._step(packet, now_ms)

    def _step(self, packet: Packet, now_ms: Millis) -> Iterator[Intent]:
        is_auth = packet.operation == Operation.AUTH
        if is_auth is not (self._state is State.NEW):
            raise BadMessage("The first packet says who comes, and no other does.")
        self._heard_ms = now_ms
        if is_auth:
            auth = auth_of(packet.body)
            self._state = State.READY
            yield auth
        elif packet.operation == Operation.HEARTBEAT:
            yield Heartbeat()
