"""One connection as a state table: frames in, intents out.

| state   | hello        | send, recall, like      | ping   | silence               |
|---------|--------------|-------------------------|--------|-----------------------|
| NEW     | -> JOINING   | `bad_message`           | answer | `idle`                |
| JOINING | `bad_message`| kept until the welcome  | answer | ping, then `idle`     |
| READY   | `bad_message`| intent                  | answer | ping, then `idle`     |
| CLOSING | nothing      | nothing                 | nothing| dropped after a while |

Still: knows neither sockets nor clocks; `now_ms` is any clock that does not step back. Bounded: a
message by its fragments, kept messages by `BACKLOG_MAX`.
"""

from dataclasses import dataclass
from enum import Enum
from math import ceil

from danmaku.domain.ids import Millis
from danmaku.errors import BadMessage, Close, Code
from danmaku.gateway.dialects.danmaku_v1 import Act, Dialect, Hello, Message, Ping

BACKLOG_MAX = 16  # messages that may wait for the welcome
CLOSE_WAIT_MS = 2_000  # how long a peer may take to answer a close
INVALID_UTF8 = 1007  # RFC 6455, 7.4.1
TOO_BIG = 1009


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates, sizes and deadlines of one connection; config.GatewaySettings describes them."""

    messages_per_s: float
    messages_burst: int
    fragments_max: int
    hello_ms_max: int
    fragment_ms_max: int
    heartbeat_ms: int
    silence_ms_max: int


class State(Enum):
    """Where a connection is in its life."""

    NEW = "new"
    JOINING = "joining"
    READY = "ready"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class TurnAway:
    """Answer this message with `rate_limited`."""

    client_id: str
    wait_ms: int


@dataclass(frozen=True, slots=True)
class Fail:
    """Say why, if there is a code for it, then close."""

    close_code: int
    code: Code | None
    text: str


@dataclass(frozen=True, slots=True)
class Beat:
    """Send a WebSocket ping."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The peer does not answer the close: end the transport."""


Intent = Hello | Act | Ping | TurnAway | Fail
Due = Beat | Fail | Drop


class Allowance:
    """How many messages a connection may send: a burst, then a rate.

    Kept as the moment at which the bucket is full again. Messages above it cost as well, so
    that a client which does not listen runs into `is_flood`.
    """

    __slots__ = ("_depth_ms", "_full_at_ms", "_token_ms")

    def __init__(self, per_s: float, burst: int) -> None:
        self._token_ms = 1000.0 / per_s
        self._depth_ms = self._token_ms * burst
        self._full_at_ms = 0.0

    def spend(self, now_ms: Millis) -> int:
        """Take one token; what is returned is how long it came too early, milliseconds."""
        self._full_at_ms = max(self._full_at_ms, float(now_ms)) + self._token_ms
        over_ms = self._full_at_ms - now_ms - self._depth_ms
        return max(0, ceil(over_ms))

    def is_flood(self, wait_ms: int) -> bool:
        """Whether a whole burst has come on top of the allowed one."""
        return wait_ms > self._depth_ms


class Session:
    """The inbound half of one connection.

    Args:
        dialect: What was negotiated.
        limits: Rates, deadlines and sizes.
        now_ms: When the upgrade was done.
    """

    __slots__ = (
        "_allowance",
        "_backlog",
        "_dialect",
        "_heard_ms",
        "_is_text",
        "_limits",
        "_parts",
        "_pinged_ms",
        "_since_ms",
        "_state",
    )

    def __init__(self, dialect: Dialect, limits: Limits, now_ms: Millis) -> None:
        self._dialect = dialect
        self._limits = limits
        self._state = State.NEW
        self._since_ms = now_ms  # when `_state` began
        self._heard_ms = now_ms
        self._pinged_ms = now_ms
        self._allowance = Allowance(limits.messages_per_s, limits.messages_burst)
        self._backlog: list[Act] | None = None
        self._parts: list[bytes] | None = None  # of the message that is coming in
        self._is_text = True

    @property
    def state(self) -> State:
        """Where the connection is in its life."""
        return self._state

    def receive(self, payload: bytes, *, is_text: bool, fin: bool, now_ms: Millis) -> Intent | None:
        """Take the first or only frame of a message.

        Returns:
            None if nothing is to be done: the message is not whole, or it is kept.
        """
        if self._state is State.CLOSING:
            return None
        self._is_text = is_text
        if not fin:
            self._heard_ms = now_ms
            self._parts = [payload]
            return None
        return self._whole(payload, now_ms)

    def receive_more(self, payload: bytes, *, fin: bool, now_ms: Millis) -> Intent | None:
        """Take a further frame of a message; see `receive`."""
        if self._state is State.CLOSING:
            return None
        assert self._parts is not None  # the protocol machine fails a stray continuation itself
        self._heard_ms = now_ms
        self._parts.append(payload)
        if len(self._parts) > self._limits.fragments_max:
            return Fail(TOO_BIG, None, "The message has too many fragments.")
        if not fin:
            return None
        whole, self._parts = b"".join(self._parts), None
        return self._whole(whole, now_ms)

    def receive_control(self, now_ms: Millis) -> Fail | None:
        """Take a ping or a pong: they show life, and they cost as messages do."""
        self._heard_ms = now_ms
        if self._allowance.is_flood(self._allowance.spend(now_ms)):
            return _FLOOD
        return None

    def welcomed(self, now_ms: Millis) -> list[Act]:
        """The viewer has joined; what came in since the hello is to be done now."""
        if self._state is not State.JOINING:
            return []
        self._enter(State.READY, now_ms)
        waiting, self._backlog = self._backlog or [], None
        return waiting

    def closing(self, now_ms: Millis) -> None:
        """A close was sent or received: nothing more is wanted of the peer."""
        if self._state is not State.CLOSING:
            self._enter(State.CLOSING, now_ms)
        self._parts = self._backlog = None

    def due(self, now_ms: Millis, begun_ms: Millis | None = None) -> Due | None:
        """What the passing of time asks for; to be called now and then.

        Args:
            now_ms: The time.
            begun_ms: When the frame or message was begun that is not whole; None: there is none.
        """
        match self._state:
            case State.CLOSING:
                return Drop() if now_ms - self._since_ms > CLOSE_WAIT_MS else None
            case State.NEW if now_ms - self._since_ms > self._limits.hello_ms_max:
                return Fail(Close.IDLE, None, "No hello came.")
        if begun_ms is not None and now_ms - begun_ms > self._limits.fragment_ms_max:
            return Fail(Close.IDLE, None, "A message was begun and not ended.")
        return self._sign_of_life(now_ms)

    def _sign_of_life(self, now_ms: Millis) -> Beat | Fail | None:
        unanswered = self._heard_ms < self._pinged_ms
        if unanswered and now_ms - self._pinged_ms > self._limits.silence_ms_max:
            return Fail(Close.IDLE, None, "There was no sign of life.")
        if not unanswered and now_ms - self._pinged_ms >= self._limits.heartbeat_ms:
            self._pinged_ms = now_ms
            return Beat()
        return None

    def _whole(self, payload: bytes, now_ms: Millis) -> Intent | None:
        self._heard_ms = now_ms
        wait_ms = self._allowance.spend(now_ms)
        if self._allowance.is_flood(wait_ms):
            return _FLOOD
        message = self._read(payload)
        if isinstance(message, Fail):
            return message
        return self._step(message, wait_ms, now_ms)

    def _read(self, payload: bytes) -> Message | Fail:
        if self._is_text:
            try:
                payload.decode()
            except UnicodeDecodeError:
                return Fail(INVALID_UTF8, None, "This is not UTF-8.")
        if self._is_text is not self._dialect.is_text:
            return _bad("The other kind of frame was agreed on.")
        try:
            return self._dialect.decode(payload)
        except BadMessage as refused:
            return _bad(str(refused))

    def _step(self, message: Message, wait_ms: int, now_ms: Millis) -> Intent | None:
        if isinstance(message, Ping):
            return message
        if isinstance(message, Hello):
            if self._state is not State.NEW:
                return _bad("A hello was said already.")
            self._enter(State.JOINING, now_ms)
            return message
        if self._state is State.NEW:
            return _bad("The first message is hello.")
        if wait_ms:
            return TurnAway(message.id, wait_ms)
        return self._keep(message) if self._state is State.JOINING else message

    def _keep(self, message: Act) -> TurnAway | None:
        if self._backlog is None:
            self._backlog = []
        if len(self._backlog) >= BACKLOG_MAX:
            return TurnAway(message.id, wait_ms=1000)
        self._backlog.append(message)
        return None

    def _enter(self, state: State, now_ms: Millis) -> None:
        self._state = state
        self._since_ms = now_ms


def _bad(text: str) -> Fail:
    return Fail(Close.BAD_MESSAGE, Code.BAD_MESSAGE, text)


_FLOOD = Fail(Close.RATE_LIMITED, Code.RATE_LIMITED, "Too many messages.")
