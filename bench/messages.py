"""The ways of being connected that the bench tries, and what it reads off messages.

It speaks as the conformance kit does: a bench that decoded with the server's own functions could
not see what they get wrong.
"""

from dataclasses import dataclass
from typing import cast

from bench.checker import Batch, Fields
from danmaku.conformance.encodings import Dialect


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


def batch_of(message: Fields) -> Batch:
    """The range that an `entries` or a `skipped` message covers."""
    entries = cast("list[Fields]", message["entries"])
    return Batch(
        after=cast("int", message["after"]),
        upto=cast("int", message["upto"]),
        entries=tuple(entries),
        skipped=message["op"] == "skipped",
        left_out=cast("int", message.get("left_out", 0)),
    )


def control_in(message: Fields) -> int | None:
    """Until when a control holds, if the message tells of one."""
    if message["op"] == "notice" and message["kind"] == "control":
        return cast("int", message["until_ms"])
    return None
