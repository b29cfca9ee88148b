"""The dialects of docs/protocol.md as a client speaks them, written without the server's code.

A bench that decoded with the server's own functions could not see what they get wrong.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

import msgpack
import orjson

from bench.checker import Batch, Fields
from bench.frames import BINARY, TEXT


class Dialect(StrEnum):
    """Subprotocols by the names that a client offers."""

    JSON = "danmaku.v1.json"
    MSGPACK = "danmaku.v1.msgpack"
    ROWS = "danmaku.v1.rows"


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of being connected."""

    dialect: Dialect
    deflate: bool = False


KINDS = {
    "json": Kind(Dialect.JSON),
    "json_deflate": Kind(Dialect.JSON, deflate=True),
    "msgpack": Kind(Dialect.MSGPACK),
    "msgpack_deflate": Kind(Dialect.MSGPACK, deflate=True),
    "rows": Kind(Dialect.ROWS),
    "rows_deflate": Kind(Dialect.ROWS, deflate=True),
}

_REQUIRED = object()
_NUMBERED = {"seq": _REQUIRED, "number": _REQUIRED}
_PLACE = _NUMBERED | {"at_ms": _REQUIRED, "position_ms": _REQUIRED}
_COMMENT = _PLACE | {
    "author": _REQUIRED,
    "name": _REQUIRED,
    "text": _REQUIRED,
    "mode": 1,
    "color": 0xFFFFFF,
    "size": 25,
    "late": False,
    "imported": False,
}
_GONE = {"by": None, "category": None}
# What a row's first cell says, and what its other cells are when they are left out.
_ROWS: dict[int, tuple[str, dict[str, object]]] = {
    0: ("comment", _COMMENT),
    1: ("marker", _PLACE | _GONE),
    2: ("recall", _NUMBERED | _GONE),
    3: ("restore", _COMMENT),
    4: ("room", {"seq": _REQUIRED, "state": _REQUIRED}),
}
_MODES = {1: "scroll", 4: "bottom", 5: "top", 6: "reverse"}


def encoded(dialect: Dialect, message: Fields) -> tuple[int, bytes]:
    """Opcode and payload of a message to the server."""
    if dialect is Dialect.JSON:
        return TEXT, orjson.dumps(message)
    return BINARY, msgpack.packb(message)


def decoded(dialect: Dialect, payload: bytes) -> Fields:
    """A message of the server.

    Raises:
        ValueError: If the payload is not of that dialect.
    """
    message = orjson.loads(payload) if dialect is Dialect.JSON else msgpack.unpackb(payload)
    match message:
        case {"op": str()}:
            return cast("Fields", message)
        case [str(op), after, upto, rows, *_] if dialect is Dialect.ROWS:
            entries = [_entry_of(row) for row in rows if row[0] in _ROWS]
            return {"op": op, "after": after, "upto": upto, "entries": entries}
        case _:
            raise ValueError(f"no message: {payload[:80]!r}")


def _entry_of(row: list[object]) -> Fields:
    """A row under the names that the other dialects give its cells."""
    kind, defaults = _ROWS[cast("int", row[0])]
    entry = {"kind": kind, **defaults, **dict(zip(defaults, row[1:], strict=False))}
    if _REQUIRED in entry.values():
        raise ValueError(f"row is too short: {row!r}")
    if "mode" in entry:
        entry["mode"] = _MODES[cast("int", entry["mode"])]
    return entry


def batch_of(message: Fields) -> Batch:
    """The range that an `entries` or a `skipped` message covers."""
    entries = cast("list[Fields]", message["entries"])
    return Batch(
        after=cast("int", message["after"]),
        upto=cast("int", message["upto"]),
        entries=tuple(entries),
        skipped=message["op"] == "skipped",
    )


def control_in(message: Fields) -> int | None:
    """Until when a control holds, if the message tells of one."""
    if message["op"] == "notice" and message["kind"] == "control":
        return cast("int", message["until_ms"])
    return None
