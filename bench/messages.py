"""The two dialects of docs/protocol.md as a client speaks them, written without the server's code.

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
}


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
        case _:
            raise ValueError(f"no message: {payload[:80]!r}")


def batch_of(message: Fields) -> Batch:
    """The range that an `entries` or a `skipped` message covers."""
    entries = cast("list[Fields]", message["entries"])
    return Batch(
        after=cast("int", message["after"]),
        upto=cast("int", message["upto"]),
        entries=tuple(entries),
        skipped=message["op"] == "skipped",
    )
