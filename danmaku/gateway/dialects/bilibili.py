"""Bilibili's live chat on the wire: packets of sixteen bytes of head and a body.

Its readers are unforgiving, each in another way (docs/integrations.md). So commands always stand in
packets of version 0, with all that goes to one connection wrapped in the same way; what answers a
client alone has version 1; nothing is ever empty but the batch that holds nothing for them.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from struct import Struct
from typing import Annotated, NamedTuple

import brotli
import msgspec
import orjson

from danmaku.domain.ids import RoomId, RoomNumber, Seq
from danmaku.domain.room import RoomState
from danmaku.domain.views import View, ViewKind
from danmaku.errors import BadMessage
from danmaku.formats.bilibili_live import (
    changes_between,
    comment_command,
    recall_command,
    viewers_command,
)
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.dialects.outward import Op

PACKET_BYTES_MAX = 4096  # of one that comes in
_AUTH_BYTES_MAX = 2048
_NUMBER_MAX = 2**31 - 1
_HEAD = Struct(">IHHII")  # whole length, length of the head, version, operation, sequence
_ZLIB_LEVEL = 1  # higher ones cost more time than they save bytes on batches of this size
_BROTLI_QUALITY = 1  # as above


class Operation(IntEnum):
    """What a packet is for."""

    HEARTBEAT = 2
    HEARTBEAT_ANSWER = 3
    COMMAND = 5
    AUTH = 7
    AUTH_ANSWER = 8


class Version(IntEnum):
    """How a packet's body is written."""

    PLAIN = 0
    SINGLE = 1  # from a client, or an answer to it alone
    ZLIB = 2
    BROTLI = 3


class Packet(NamedTuple):
    """One that came in."""

    operation: int
    body: bytes


class Auth(msgspec.Struct, frozen=True):
    """The first thing a client says; whatever else it tells of itself proves nothing."""

    roomid: Annotated[int, msgspec.Meta(ge=1, le=_NUMBER_MAX)]
    protover: Annotated[int, msgspec.Meta(ge=0, le=3)] = 0
    key: Annotated[str, msgspec.Meta(max_length=512)] | None = None
    recall: bool = False  # whether it knows what it is that a comment is taken back

    @property
    def version(self) -> Version:
        """How it wants its commands wrapped."""
        return Version.PLAIN if self.protover == Version.SINGLE else Version(self.protover)


_auth = msgspec.json.Decoder(Auth, strict=False)  # some send the room's number as text


def auth_of(body: bytes) -> Auth:
    """Read the body of the first packet.

    Raises:
        BadMessage: It is none.
    """
    if len(body) > _AUTH_BYTES_MAX:
        raise BadMessage("That is too much to say of oneself.")
    try:
        return _auth.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadMessage("Say which room, by its number.") from None


def packets_of(message: bytes) -> Iterator[Packet]:
    """The packets that stand back to back in one message.

    Raises:
        BadMessage: Their lengths do not add up, or one is no client's.
    """
    at = 0
    while at < len(message):
        size, operation = _size_of(message[at : at + _HEAD.size])
        if at + size > len(message):
            raise BadMessage("A packet ends before its length.")
        yield Packet(operation, message[at + _HEAD.size : at + size])
        at += size


class PacketStream:
    """Cuts what comes over a bare connection into packets. Holds less than one of them."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are whole now.

        Raises:
            BadMessage: One is too long, or no client's.
        """
        self._rest += data
        while len(self._rest) >= _HEAD.size:
            size, operation = _size_of(self._rest[: _HEAD.size])
            if len(self._rest) < size:
                return
            body, self._rest = self._rest[_HEAD.size : size], self._rest[size:]
            yield Packet(operation, body)


def _size_of(head: bytes) -> tuple[int, int]:
    """Length and operation of the packet that begins so."""
    if len(head) < _HEAD.size:
        raise BadMessage("A packet ends within its head.")
    size, head_size, version, operation, _ = _HEAD.unpack(head)
    if head_size != _HEAD.size or not head_size <= size <= PACKET_BYTES_MAX:
        raise BadMessage("A packet gives lengths that cannot be.")
    if version > Version.SINGLE:
        raise BadMessage("Clients send packets plain.")
    return size, operation


# --- what goes out


def auth_answer(*, is_welcome: bool) -> bytes:
    """The answer to the first packet; who is not welcome is to be let go after it."""
    body = b'{"code":0}' if is_welcome else b'{"code":-101}'
    return _packet(Version.SINGLE, Operation.AUTH_ANSWER, body)


def heartbeat_answer(viewers: int) -> bytes:
    """The answer to a heartbeat: how many are here, in four bytes and nothing else."""
    body = min(viewers, 0xFFFF_FFFF).to_bytes(4, "big")
    return _packet(Version.SINGLE, Operation.HEARTBEAT_ANSWER, body)


class Chronicle:
    """What has become of a room, as far as those who are in it have been told.

    One for all dialects of a room: an entry is put into words once.

    Args:
        room: Its id.
        number: What its readers know it by.
        state: What they have no need to be told.
    """

    def __init__(self, room: RoomId, number: RoomNumber, state: RoomState) -> None:
        self.room = room
        self.number = number
        self._state = state
        self._told: tuple[int, bytes] = (0, b"")

    def changes(self, seq: Seq, state: RoomState) -> bytes:
        """The commands that an entry with the room's new state comes down to."""
        if seq > self._told[0]:
            said = changes_between(self._state, state, self.number)
            self._state = state
            self._told = (seq, b"".join(map(_command, said)))
        return self._told[1] if seq == self._told[0] else b""


@dataclass(frozen=True, slots=True)
class BilibiliDialect:
    """How one connection, and all like it in its room, is written to.

    Attributes:
        room: Where.
        version: What commands are wrapped in.
        is_bare: Whether packets go out as they are, else in binary WebSocket frames.
        tells_recalls: Whether the client asked for them.
    """

    room: RoomId
    version: Version
    is_bare: bool
    tells_recalls: bool
    chronicle: Chronicle = field(compare=False)

    is_text = False

    @property
    def script(self) -> str:
        """See `outward.Outward`: the wrapping of the whole makes no difference to one entry."""
        return "bilibili, recalls" if self.tells_recalls else "bilibili"

    def encode(self, fields: Fields) -> bytes:
        """See `outward.Outward`."""
        count = fields.get("count")
        if fields["op"] != Op.VIEWERS or not isinstance(count, int):
            return b""
        return self._wrapped(_command(viewers_command(count)))

    def part(self, view: View) -> bytes:
        """See `outward.Outward`. What was approved late enters lists, and does not fly."""
        comment = view.comment
        match view.kind:
            case ViewKind.COMMENT if comment is not None:
                is_live = not (comment.late or comment.imported)
                return _command(comment_command(self.room, comment)) if is_live else b""
            case ViewKind.RESTORE if comment is not None and self.tells_recalls:
                return _command(comment_command(self.room, comment))
            case ViewKind.RECALL if comment is not None and self.tells_recalls:
                return _command(recall_command(self.room, comment.number))
            case ViewKind.ROOM if view.state is not None:
                return self.chronicle.changes(view.seq, view.state)
            case _:
                return b""

    def batch(self, op: Op, after: Seq, upto: Seq, parts: Sequence[bytes], lacks: int = 0) -> bytes:  # noqa: ARG002
        """See `outward.Outward`: they know of no positions."""
        return self._wrapped(b"".join(parts))

    def _wrapped(self, packets: bytes) -> bytes:
        if not packets or self.version is Version.PLAIN:
            return packets
        if self.version is Version.ZLIB:
            return _packet(self.version, Operation.COMMAND, zlib.compress(packets, _ZLIB_LEVEL))
        pressed: bytes = brotli.compress(packets, quality=_BROTLI_QUALITY)
        return _packet(self.version, Operation.COMMAND, pressed)


def _command(fields: Fields) -> bytes:
    return _packet(Version.PLAIN, Operation.COMMAND, orjson.dumps(fields))


def _packet(version: Version, operation: Operation, body: bytes) -> bytes:
    return _HEAD.pack(_HEAD.size + len(body), _HEAD.size, version, operation, 1) + body
