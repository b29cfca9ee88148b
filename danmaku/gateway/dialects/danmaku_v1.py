"""`danmaku.v1` on the wire: bytes to typed messages, public entries to bytes, in three dialects.

All carry the same fields (docs/protocol.md). What comes in is decoded strictly and once: whatever
is not a message of the protocol is `BadMessage`, whatever it is made of. What goes out to many is
put together from parts that were encoded once.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Protocol, get_args

import msgpack
import msgspec
import orjson

from danmaku.domain.account import Standing
from danmaku.domain.comment import NORMAL, WHITE, Draft, Mode, Style
from danmaku.domain.ids import (
    MAX_SAFE_INTEGER,
    ClientId,
    Millis,
    Number,
    Pseudonym,
    RoomId,
    Seq,
)
from danmaku.domain.keeping import powers_end_ms
from danmaku.domain.room import RoomState
from danmaku.domain.views import View
from danmaku.errors import BadMessage
from danmaku.formats.danmaku_v1 import Fields, fields_of, state_fields_of
from danmaku.formats.rows import row_of
from danmaku.gateway.dialects.outward import Op, Outward

# --- what clients say

Integer = Annotated[int, msgspec.Meta(ge=-MAX_SAFE_INTEGER, le=MAX_SAFE_INTEGER)]
Position = Annotated[int, msgspec.Meta(ge=0, le=MAX_SAFE_INTEGER)]
Named = Annotated[int, msgspec.Meta(ge=1, le=MAX_SAFE_INTEGER)]
MessageId = Annotated[str, msgspec.Meta(pattern=r"\A[ -~]{1,64}\Z")]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="hello"):
    """The first message: who it is, and up to where the record is known."""

    token: Secret | None = None
    since: Position | None = None
    epoch: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Send(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="send"):
    """A comment. Ranges that rooms or modes narrow are admission's to judge, with their codes."""

    id: MessageId
    text: str
    position_ms: Integer = 0
    mode: Mode = Mode.SCROLL
    color: Integer = WHITE
    size: Integer = NORMAL
    latency_ms: Integer = 0

    def draft(self) -> Draft:
        """What admission decides on."""
        return Draft(
            client_id=ClientId(self.id),
            text=self.text,
            position_ms=self.position_ms,
            style=Style(mode=self.mode, color=self.color, size=self.size),
            latency_ms=self.latency_ms,
        )


class Recall(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="recall"):
    """Take back comment `number`."""

    id: MessageId
    number: Named


class Like(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="like"):
    """Like comment `number`, or take that back."""

    id: MessageId
    number: Named
    stands: bool = True


class Ping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="op", tag="ping"):
    """A sign of life from clients that cannot send WebSocket pings."""


Act = Send | Recall | Like
"""What a viewer does, and is answered under its own id."""

Message = Hello | Act | Ping

_QUOTED_NAMES = tuple(
    f'"{name}"'.encode()
    for name in {"op"}.union(*(struct.__struct_fields__ for struct in get_args(Message)))
)

# --- what the server says


def welcome(  # noqa: PLR0913 -- the fields of one message, each by its name
    room: RoomId,
    state: RoomState,
    *,
    epoch: str,
    top: Seq,
    you: Fields | None,
    viewers: int,
    server_ms: Millis,
    heartbeat_ms: int,
) -> Fields:
    """The viewer is in; `you` is None for a guest."""
    return {
        "op": Op.WELCOME.value,
        "room": room,
        "epoch": epoch,
        "top": top,
        "server_ms": server_ms,
        "you": you,
        "state": state_fields_of(state),
        "viewers": viewers,
        "heartbeat_ms": heartbeat_ms,
    }


def you(who: Standing, author: Pseudonym | None, *, room: RoomId, now_ms: Millis) -> Fields:
    """What a signed-in viewer is told of itself.

    Args:
        who: The viewer.
        author: Its public id in this room; None before its first act there.
        room: Where.
        now_ms: Wall time: grants end.
    """
    powers = sorted(power.value for power in who.powers(room, now_ms))
    until_ms = powers_end_ms(who, room, now_ms)
    return {"name": who.name, "author": author, "powers": powers, "until_ms": until_ms}


def published(client_id: str, number: Number, seq: Seq) -> Fields:
    """The comment is durable and on its way to everyone."""
    return {"op": Op.PUBLISHED.value, "id": client_id, "number": number, "seq": seq}


def held(client_id: str, seq: Seq, category: str) -> Fields:
    """The comment waits for a reviewer."""
    return {
        "op": Op.HELD.value,
        "id": client_id,
        "seq": seq,
        "category": category,
        "text": "Held for review.",
    }


def refused(
    client_id: str,
    code: str,
    text: str,
    *,
    category: str | None = None,
    retry_after_ms: int | None = None,
    until_ms: int | None = None,
) -> Fields:
    """The answer to a send or a recall is no."""
    return {
        "op": Op.REFUSED.value,
        "id": client_id,
        "code": code,
        "text": text,
        "category": category,
        "retry_after_ms": retry_after_ms,
        "until_ms": until_ms,
    }


def recalled(client_id: str, number: Number, seq: Seq) -> Fields:
    """The comment is being removed everywhere."""
    return {"op": Op.RECALLED.value, "id": client_id, "number": number, "seq": seq}


def liked(client_id: str, number: Number, likes: int, *, stands: bool) -> Fields:
    """The like is recorded, or taken back; how many there are from here on."""
    return {
        "op": Op.LIKED.value,
        "id": client_id,
        "number": number,
        "stands": stands,
        "likes": likes,
    }


def likes_here(counts: Mapping[Number, int]) -> Fields:
    """How many like some comments now."""
    return {"op": Op.LIKES.value, "counts": [[number, n] for number, n in counts.items()]}


def reset(epoch: str, top: Seq, reason: str) -> Fields:
    """The client's position cannot be served; it goes on from `top`."""
    return {"op": Op.RESET.value, "epoch": epoch, "top": top, "reason": reason}


def own_comment(view: View) -> Fields:
    """A comment of the viewer's that the batch to come leaves out."""
    return {"op": Op.OWN.value, "entry": fields_of(view)}


def you_now(told: Fields) -> Fields:
    """What a viewer may do has changed: `you` as in the welcome."""
    return {"op": Op.YOU.value, "you": told}


def viewers_here(count: int) -> Fields:
    """About how many are here."""
    return {"op": Op.VIEWERS.value, "count": count}


def pong() -> Fields:
    """The answer to a ping."""
    return {"op": Op.PONG.value}


def bye(code: str, *, retry_min_ms: int, retry_max_ms: int) -> Fields:
    """Come back after a time drawn evenly from that range."""
    return {
        "op": Op.BYE.value,
        "code": code,
        "retry_min_ms": retry_min_ms,
        "retry_max_ms": retry_max_ms,
    }


def error_said(code: str, text: str) -> Fields:
    """Goes before a close that the client caused."""
    return {"op": Op.ERROR.value, "code": code, "text": text}


# --- the dialects


class Dialect(Outward, Protocol):
    """One way to write `danmaku.v1` down."""

    @property
    def subprotocol(self) -> str:
        """Its name in the upgrade."""

    def decode(self, payload: bytes) -> Message:
        """Read one client message.

        Raises:
            BadMessage: It is none, of this version and in this dialect.
        """


class JsonDialect:
    """One JSON object in each text frame."""

    subprotocol = script = "danmaku.v1.json"
    is_text = True
    is_bare = False

    def __init__(self) -> None:
        self._decoder = msgspec.json.Decoder(Message)

    def decode(self, payload: bytes) -> Message:
        """See `Dialect`."""
        message = _decoded(self._decoder, payload)
        # A name that is given twice stands there twice, unless a backslash hides one of the two.
        if b"\\" in payload or max(map(payload.count, _QUOTED_NAMES)) > 1:
            _forbid_repeats(json.loads(payload, object_pairs_hook=list))
        return message

    def encode(self, fields: Fields) -> bytes:
        """See `Dialect`."""
        return orjson.dumps(fields)

    def part(self, view: View) -> bytes:
        """See `Dialect`."""
        return self.encode(fields_of(view))

    def batch(self, op: Op, after: Seq, upto: Seq, parts: Sequence[bytes], lacks: int = 0) -> bytes:
        """See `Dialect`."""
        head = b'{"op":"%b","after":%d,"upto":%d,"entries":[' % (op.encode(), after, upto)
        tail = b'],"left_out":%d}' % lacks if lacks else b"]}"
        return head + b",".join(parts) + tail


class MsgpackDialect:
    """One MessagePack map in each binary frame."""

    subprotocol = script = "danmaku.v1.msgpack"
    is_text = False
    is_bare = False

    def __init__(self) -> None:
        self._decoder = msgspec.msgpack.Decoder(Message)
        self._encoder = msgspec.msgpack.Encoder()

    def decode(self, payload: bytes) -> Message:
        """See `Dialect`."""
        message = _decoded(self._decoder, payload)
        _forbid_repeats(msgpack.unpackb(payload, object_pairs_hook=list))
        return message

    def encode(self, fields: Fields) -> bytes:
        """See `Dialect`."""
        return self._encoder.encode(fields)

    def part(self, view: View) -> bytes:
        """See `Dialect`."""
        return self.encode(fields_of(view))

    def batch(self, op: Op, after: Seq, upto: Seq, parts: Sequence[bytes], lacks: int = 0) -> bytes:
        """See `Dialect`."""
        packer = msgpack.Packer(autoreset=False)
        packer.pack_map_header(5 if lacks else 4)
        for field in ("op", op.value, "after", after, "upto", upto):
            packer.pack(field)
        if lacks:
            packer.pack("left_out")
            packer.pack(lacks)
        packer.pack("entries")
        packer.pack_array_header(len(parts))
        return b"".join((packer.bytes(), *parts))


class RowsDialect(MsgpackDialect):
    """As `MsgpackDialect`, but for batches, which are arrays of rows (docs/protocol.md, "rows")."""

    subprotocol = script = "danmaku.v1.rows"

    def part(self, view: View) -> bytes:
        """See `Dialect`."""
        return self._encoder.encode(row_of(view))

    def batch(self, op: Op, after: Seq, upto: Seq, parts: Sequence[bytes], lacks: int = 0) -> bytes:
        """See `Dialect`."""
        packer = msgpack.Packer(autoreset=False)
        packer.pack_array_header(5 if lacks else 4)
        for field in (op.value, after, upto):
            packer.pack(field)
        packer.pack_array_header(len(parts))
        tail = (msgpack.packb(lacks),) if lacks else ()
        return b"".join((packer.bytes(), *parts, *tail))


def dialects() -> dict[str, Dialect]:
    """All dialects by the name of their subprotocol."""
    every = (JsonDialect(), MsgpackDialect(), RowsDialect())
    return {dialect.subprotocol: dialect for dialect in every}


def _decoded(
    decoder: "msgspec.json.Decoder[Message] | msgspec.msgpack.Decoder[Message]", payload: bytes
) -> Message:
    try:
        return decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # The library's words quote the message: they stay here.
        raise BadMessage("This is not a message of danmaku.v1.") from None


def _forbid_repeats(pairs: Iterable[tuple[str, object]]) -> None:
    """Refuse a field that is given twice.

    The decoder takes the last one, other readers the first: a message that two readers understand
    differently can pass a check in one sense and act in the other. By now the message is known to
    be one flat map, so a second and simple reading is safe.
    """
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise BadMessage("A field is given twice.")
