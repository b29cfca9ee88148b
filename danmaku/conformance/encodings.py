"""The dialects of docs/protocol.md, both ways, written without the server's code."""

from enum import StrEnum
from typing import cast

import msgpack
import orjson

Fields = dict[str, object]

TEXT, BINARY = 1, 2  # opcodes of RFC 6455


class Dialect(StrEnum):
    """Subprotocols by the names that a client offers."""

    JSON = "danmaku.v1.json"
    MSGPACK = "danmaku.v1.msgpack"
    ROWS = "danmaku.v1.rows"


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
    "restored": False,
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
_NUMBER_OF = {kind: number for number, (kind, _) in _ROWS.items()}
_MODES = {1: "scroll", 4: "bottom", 5: "top", 6: "reverse"}
_NUMBER_OF_MODE = {mode: number for number, mode in _MODES.items()}
UNKNOWN_ROW = 99
"""A kind of rows that version 1 does not have."""


def encoded(dialect: Dialect, message: Fields) -> tuple[int, bytes]:
    """Opcode and payload of a message, in either direction."""
    if dialect is Dialect.JSON:
        return TEXT, orjson.dumps(message)
    if dialect is Dialect.ROWS and "upto" in message:
        rows = [_row_of(entry) for entry in cast("list[Fields]", message["entries"])]
        said = (message["op"], message["after"], message["upto"], rows)
        lacks = (message["left_out"],) if "left_out" in message else ()
        return BINARY, msgpack.packb((*said, *lacks))
    return BINARY, msgpack.packb(message)


def decoded(dialect: Dialect, payload: bytes) -> Fields:
    """A message, whichever side has said it.

    Raises:
        ValueError: If the payload is not of that dialect.
    """
    message = orjson.loads(payload) if dialect is Dialect.JSON else msgpack.unpackb(payload)
    match message:
        case {"op": str()}:
            return cast("Fields", message)
        case [str(op), after, upto, rows, *more] if dialect is Dialect.ROWS:
            entries = [_entry_of(row) for row in rows if row[0] in _ROWS]
            batch: Fields = {"op": op, "after": after, "upto": upto, "entries": entries}
            return batch | ({"left_out": more[0]} if more else {})
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
    if not entry.get("restored", True):  # elsewhere the field is left out where it is not so
        del entry["restored"]
    return entry


def _row_of(entry: Fields) -> list[object]:
    """An entry by position; fields that no row has stand at the end."""
    kind = cast("str", entry["kind"])
    if kind not in _NUMBER_OF:
        return [UNKNOWN_ROW, *(value for name, value in entry.items() if name != "kind")]
    number = _NUMBER_OF[kind]
    defaults = _ROWS[number][1]
    cells = {**defaults, **{name: value for name, value in entry.items() if name != "kind"}}
    if "mode" in cells:
        cells["mode"] = _NUMBER_OF_MODE.get(cast("str", cells["mode"]), cells["mode"])
    return [number, *cells.values()]
