"""One connection of Centrifugo's protocol as a state table: messages in, intents out.

| state   | connect  | other commands | an empty one      | silence                      |
|---------|----------|----------------|-------------------|------------------------------|
| NEW     | -> READY | closed         | closed            | closed                       |
| READY   | closed   | intent         | answers the ping  | ping; closed without answer  |
| CLOSING | nothing  | nothing        | nothing           | dropped                      |

Still: knows neither sockets nor clocks; `now_ms` is any clock that does not step back.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from danmaku.domain.ids import Millis
from danmaku.errors import BadMessage
from danmaku.gateway.dialects.centrifugo import (
    PING_MS,
    Command,
    Connect,
    Disconnect,
    Fault,
    Request,
    commands_of,
)
from danmaku.gateway.session import CLOSE_WAIT_MS, Allowance, Beat, Drop, Fail, Limits, State

PONG_MS_MAX = 10_000  # until the answer to a ping


@dataclass(frozen=True, slots=True)
class Asked:
    """Carry this out, in the order in which it came."""

    command_id: int
    request: Request


@dataclass(frozen=True, slots=True)
class Decline:
    """Answer that this is not done."""

    command_id: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class Echo:
    """Answer a client that asks whether somebody is here."""

    command_id: int


Intent = Asked | Decline | Echo | Fail


def leave(why: Disconnect) -> Fail:
    """The end of a connection."""
    return Fail(why.value, None, why.reason)


class CentrifugoTalk:
    """The inbound half of one connection.

    Args:
        limits: How much a connection may say.
        now_ms: When it began.
    """

    def __init__(self, limits: Limits, now_ms: Millis) -> None:
        self._allowance = Allowance(limits.messages_per_s, limits.messages_burst)
        self._first_ms_max = limits.hello_ms_max
        self._state = State.NEW
        self._since_ms = now_ms  # when `_state` began
        self._pinged_ms = now_ms
        self._is_awaited = False  # the answer to the newest ping

    def receive(self, payload: bytes, *, is_text: bool, now_ms: Millis) -> Iterator[Intent]:
        """Take one message; nothing is said after a `Fail`."""
        if not is_text:
            yield leave(Disconnect.INAPPROPRIATE_PROTOCOL)
            return
        try:
            commands = commands_of(payload)
        except BadMessage:
            yield leave(Disconnect.BAD_REQUEST)
            return
        for command in commands:
            if self._state is State.CLOSING:
                return
            yield from self._step(command, now_ms)

    def receive_control(self, now_ms: Millis) -> Fail | None:
        """Take a ping or a pong: they cost as messages do, and show nothing."""
        if self._allowance.is_flood(self._allowance.spend(now_ms)):
            return leave(Disconnect.TOO_MANY_REQUESTS)
        return None

    def closing(self, now_ms: Millis) -> None:
        """A close was sent or received: nothing more is wanted of the peer."""
        if self._state is not State.CLOSING:
            self._enter(State.CLOSING, now_ms)

    def due(self, now_ms: Millis) -> Beat | Fail | Drop | None:
        """What the passing of time asks for; to be called now and then."""
        match self._state:
            case State.CLOSING:
                return Drop() if now_ms - self._since_ms > CLOSE_WAIT_MS else None
            case State.NEW:
                is_late = now_ms - self._since_ms > self._first_ms_max
                return leave(Disconnect.STALE) if is_late else None
        if self._is_awaited and now_ms - self._pinged_ms > PONG_MS_MAX:
            return leave(Disconnect.NO_PONG)
        if now_ms - self._pinged_ms < PING_MS:
            return None
        self._pinged_ms, self._is_awaited = now_ms, True
        return Beat()

    def _step(self, command: Command, now_ms: Millis) -> Iterator[Intent]:
        wait_ms = self._allowance.spend(now_ms)
        if self._allowance.is_flood(wait_ms):
            yield leave(Disconnect.TOO_MANY_REQUESTS)
            return
        request = command.asks
        if (self._state is State.NEW) is not isinstance(request, Connect):
            yield leave(Disconnect.BAD_REQUEST)
        elif not command.id:
            yield from self._unnamed(command)
        elif wait_ms:
            yield Decline(command.id, Fault.TOO_MANY_REQUESTS)
        elif request is not None:
            if self._state is State.NEW:
                self._enter(State.READY, now_ms)
                self._pinged_ms = now_ms
            yield Asked(command.id, request)
        elif command.ping is not None:
            yield Echo(command.id)
        else:
            yield Decline(command.id, Fault.NOT_AVAILABLE)

    def _unnamed(self, command: Command) -> Iterator[Intent]:
        """What wants no answer: it answers a ping, or asks for what there is not."""
        if command == _PONG:
            self._is_awaited = False
        else:
            yield leave(Disconnect.BAD_REQUEST)

    def _enter(self, state: State, now_ms: Millis) -> None:
        self._state = state
        self._since_ms = now_ms


_PONG = Command()
