"""Centrifugo's client protocol in JSON: commands, replies and pushes, one a line.

A room is a channel, an entry's seq is its offset, the life of the record is the epoch. So a client
that was cut off recovers from the record itself, with nothing kept for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

import msgspec
import orjson

from danmaku.domain.comment import NORMAL, WHITE, Comment, Mode
from danmaku.domain.ids import MAX_SAFE_INTEGER, RoomId, Seq, room_id_of
from danmaku.domain.views import View, ViewKind
from danmaku.errors import ANSWERS, BadMessage, Code
from danmaku.formats.danmaku_v1 import Fields, state_fields_of
from danmaku.gateway.dialects.danmaku_v1 import MessageId, Send
from danmaku.gateway.dialects.outward import Op

PING_MS = 25_000
_PREFIX = "room:"
_VERSION = 1  # of what stands in publications
_INSUFFICIENT_STATE = 2500  # from here on, clients subscribe again by themselves
_NOT_RECOVERED_FLAG = 2
_SECONDS_MAX = MAX_SAFE_INTEGER / 1000

Offset = Annotated[int, msgspec.Meta(ge=0, le=MAX_SAFE_INTEGER)]
Channel = Annotated[str, msgspec.Meta(max_length=255)]
Epoch = Annotated[str, msgspec.Meta(max_length=64)]


class Fault(IntEnum):
    """Why a command was not carried out, in the numbers of the protocol."""

    INTERNAL = 100
    UNAUTHORIZED = 101
    UNKNOWN_CHANNEL = 102
    PERMISSION_DENIED = 103
    ALREADY_SUBSCRIBED = 105
    LIMIT_EXCEEDED = 106
    BAD_REQUEST = 107
    NOT_AVAILABLE = 108
    TOO_MANY_REQUESTS = 111
    UNRECOVERABLE_POSITION = 112


class Disconnect(IntEnum):
    """Why a connection ends; clients come back by themselves after those below 3500."""

    SHUTDOWN = 3001
    SERVER_ERROR = 3004
    SLOW = 3008
    INSUFFICIENT_STATE = 3010
    NO_PONG = 3012
    TOO_MANY_REQUESTS = 3013
    INVALID_TOKEN = 3500
    BAD_REQUEST = 3501
    STALE = 3502
    FORCE_DISCONNECT = 3503
    INAPPROPRIATE_PROTOCOL = 3506
    NOT_AVAILABLE = 3508

    @property
    def reason(self) -> str:
        """What goes along with the number, for people."""
        return self.name.lower().replace("_", " ")


# --- what clients say


class Connect(msgspec.Struct, frozen=True):
    """The first command."""

    token: Annotated[str, msgspec.Meta(max_length=512)] = ""


class Subscribe(msgspec.Struct, frozen=True):
    """Let a channel's publications come, from a position on if the client has one."""

    channel: Channel
    recover: bool = False
    offset: Offset = 0
    epoch: Epoch = ""
    flag: int = 0

    @property
    def wants_all_or_none(self) -> bool:
        """Whether a position that cannot be recovered is to be an error."""
        return bool(self.flag & _NOT_RECOVERED_FLAG)


class Unsubscribe(msgspec.Struct, frozen=True):
    """Let a channel's publications come no more."""

    channel: Channel


class Publish(msgspec.Struct, frozen=True):
    """Say something in a channel."""

    channel: Channel
    data: msgspec.Raw


class Since(msgspec.Struct, frozen=True):
    """A position in a channel."""

    offset: Offset = 0
    epoch: Epoch = ""


class History(msgspec.Struct, frozen=True):
    """Ask for publications of before; without a limit, only for the channel's position."""

    channel: Channel
    limit: int = 0
    since: Since | None = None
    reverse: bool = False


class PresenceStats(msgspec.Struct, frozen=True):
    """Ask how many are in a channel."""

    channel: Channel


class Command(msgspec.Struct, frozen=True):
    """One line of a client's; one without anything in it answers a ping."""

    id: Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)] = 0
    connect: Connect | None = None
    subscribe: Subscribe | None = None
    unsubscribe: Unsubscribe | None = None
    publish: Publish | None = None
    history: History | None = None
    presence_stats: PresenceStats | None = None
    ping: dict[str, msgspec.Raw] | None = None

    @property
    def asks(self) -> "Request | None":
        """What it is about; None: something that is not available here."""
        every = (
            *(self.connect, self.subscribe, self.unsubscribe, self.publish),
            *(self.history, self.presence_stats),
        )
        return next((one for one in every if one is not None), None)


Request = Connect | Subscribe | Unsubscribe | Publish | History | PresenceStats


class Spoken(msgspec.Struct, frozen=True):
    """What a client publishes: a comment. Ranges that rooms narrow are admission's to judge."""

    text: str
    t: Annotated[float, msgspec.Meta(ge=-_SECONDS_MAX, le=_SECONDS_MAX)] = 0.0
    mode: Mode = Mode.SCROLL
    color: Annotated[int, msgspec.Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)] = WHITE
    size: Annotated[int, msgspec.Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)] = NORMAL
    nonce: MessageId | None = None

    def sent(self, some_id: str) -> Send:
        """The message of danmaku.v1 that says the same.

        Args:
            some_id: What it goes by if the client has given it no name.
        """
        return Send(
            id=self.nonce or some_id,
            text=self.text,
            position_ms=round(self.t * 1000),
            mode=self.mode,
            color=self.color,
            size=self.size,
        )


_commands = msgspec.json.Decoder(Command)
_spoken = msgspec.json.Decoder(Spoken)


def commands_of(payload: bytes) -> list[Command]:
    """The commands of one message.

    Raises:
        BadMessage: One of them is none.
    """
    try:
        return [_commands.decode(line) for line in payload.split(b"\n") if line.strip()]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadMessage("This is no command.") from None


def spoken_of(publish: Publish) -> Spoken:
    """The comment that is published.

    Raises:
        BadMessage: It is none.
    """
    try:
        return _spoken.decode(publish.data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadMessage("A publication is an object with a text.") from None


def room_of(channel: str) -> RoomId | None:
    """The room of a channel; None: there is none of that name."""
    if not channel.startswith(_PREFIX):
        return None
    try:
        return room_id_of(channel.removeprefix(_PREFIX))
    except BadMessage:
        return None


def channel_of(room: RoomId) -> str:
    """What a room is called."""
    return f"{_PREFIX}{room}"


# --- what the server says

PING = b"{}"


def reply(command_id: int, name: str, result: Fields) -> bytes:
    """A command was carried out."""
    return orjson.dumps({"id": command_id, name: result})


def fault_reply(command_id: int, fault: Fault, text: str = "", *, again: bool = False) -> bytes:
    """A command was not carried out.

    Args:
        command_id: Which.
        fault: Why, in the protocol's numbers.
        text: Why, in the house's words (docs/errors.md); empty: those of the number.
        again: Whether the same may succeed later.
    """
    said = text or fault.name.lower().replace("_", " ")
    error = {"code": fault.value, "message": said, "temporary": again}
    return orjson.dumps({"id": command_id, "error": error})


def refusal_reply(command_id: int, code: Code) -> bytes:
    """A command was refused for a reason of the house's; it is told by its word."""
    fault = _FAULTS.get(code, Fault.PERMISSION_DENIED)
    return fault_reply(command_id, fault, code.value, again=ANSWERS[code].retry)


_FAULTS = {
    Code.NOT_SIGNED_IN: Fault.UNAUTHORIZED,
    Code.NOT_FOUND: Fault.UNKNOWN_CHANNEL,
    Code.RATE_LIMITED: Fault.TOO_MANY_REQUESTS,
    Code.INTERNAL: Fault.INTERNAL,
} | dict.fromkeys(
    (Code.STORE_UNAVAILABLE, Code.OVERLOADED, Code.UNKNOWN, Code.DRAINING), Fault.INTERNAL
) | dict.fromkeys(
    (Code.BAD_MESSAGE, Code.TOO_LONG, Code.EMPTY, Code.BAD_POSITION, Code.STYLE_NOT_ALLOWED),
    Fault.BAD_REQUEST,
)  # fmt: skip


def connected(client: str) -> Fields:
    """The result of the first command."""
    return {"client": client, "version": "1", "ping": PING_MS // 1000, "pong": True}


def subscribed(epoch: str, upto: Seq, data: Fields) -> Fields:
    """The result of subscribing; `data` is what the room and the client are just now."""
    return {
        "recoverable": True,
        "positioned": True,
        "epoch": epoch,
        "offset": upto,
        "data": {"v": _VERSION} | data,
    }


def recovery(parts: Sequence[bytes], *, is_whole: bool) -> Fields:
    """What is added for a client that had a position; `is_whole`: it has missed nothing."""
    return {
        "was_recovering": True,
        "recovered": is_whole,
        "publications": orjson.Fragment(b"[" + b",".join(_heard(parts)) + b"]"),
    }


def remembered(epoch: str, upto: Seq, parts: Sequence[bytes]) -> Fields:
    """The result of asking for what was before."""
    joined = orjson.Fragment(b"[" + b",".join(_heard(parts)) + b"]")
    return {"publications": joined, "epoch": epoch, "offset": upto}


def present(viewers: int) -> Fields:
    """The result of asking how many are here; who they are is told to nobody."""
    return {"num_clients": viewers, "num_users": viewers}


def message_push(fields: Mapping[str, object]) -> bytes:
    """Something for this connection alone."""
    return orjson.dumps({"push": {"message": {"data": {"v": _VERSION} | dict(fields)}}})


@dataclass(frozen=True, slots=True)
class CentrifugoDialect:
    """How the publications of one room are written."""

    room: RoomId

    script = "centrifugo"
    is_text = True
    is_bare = False

    def encode(self, fields: Fields) -> bytes:  # noqa: ARG002 -- as the protocol has it
        """See `outward.Outward`: whoever wants to know how many are here asks."""
        return b""

    def part(self, view: View) -> bytes:
        """See `outward.Outward`: one publication."""
        return orjson.dumps({"data": self._data(view), "offset": view.seq})

    def batch(self, op: Op, after: Seq, upto: Seq, parts: Sequence[bytes], lacks: int = 0) -> bytes:  # noqa: ARG002
        """See `outward.Outward`: one push a line."""
        head = b'{"push":{"channel":"' + channel_of(self.room).encode() + b'",'
        if op is Op.SKIPPED:
            cut = {"code": _INSUFFICIENT_STATE, "reason": "insufficient state"}
            return head + b'"unsubscribe":' + orjson.dumps(cut) + b"}}"
        return b"\n".join(head + b'"pub":' + part + b"}}" for part in _heard(parts))

    def _data(self, view: View) -> Fields:
        data: Fields = {"v": _VERSION}
        comment = view.comment
        if comment is None:
            assert view.state is not None
            return data | {"type": "room", "state": state_fields_of(view.state)}
        name = f"{self.room}-{comment.number}"
        if view.kind in (ViewKind.RECALL, ViewKind.MARKER):
            by = None if comment.by is None else comment.by.value
            return data | {"type": "remove", "id": name, "by": by, "category": comment.category}
        return data | {"id": name} | _said(comment)


def _said(comment: Comment) -> Fields:
    content = comment.content
    assert content is not None
    fields: Fields = {
        "t": comment.position_ms / 1000,
        "ts": comment.at_ms,
        "mode": content.style.mode.value,
        "color": content.style.color,
        "size": content.style.size,
        "name": content.name,
        "uid": comment.author,
        "text": content.text,
    }
    said = {"late": comment.late, "imported": comment.imported, "restored": comment.restored}
    return fields | {name: True for name, is_so in said.items() if is_so}


def _heard(parts: Iterable[bytes]) -> Iterable[bytes]:
    return (part for part in parts if part)
