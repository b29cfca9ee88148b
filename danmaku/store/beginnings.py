"""What a record has from its first day: an epoch, and the platform's chain."""

import secrets

from sqlalchemy import Connection, select

from danmaku.domain.ids import PLATFORM
from danmaku.store import schema
from danmaku.store.chain import GENESIS


def begun(connection: Connection) -> str:
    """Begin a record in fresh tables, unless it has begun; tell its epoch."""
    epoch = noted(connection, "epoch")
    if epoch is None:
        note(connection, "epoch", epoch := secrets.token_hex(8))
        note(connection, "settled_ms", "0")
        connection.execute(
            schema.chain.insert(),
            {"id": PLATFORM, "top": 0, "number_top": 0, "version": 0, "link": GENESIS},
        )
    return epoch


def noted(connection: Connection, name: str) -> str | None:
    """What the record keeps of itself under a name."""
    meta = schema.meta.c
    return connection.scalar(select(meta.value).where(meta.name == name))


def note(connection: Connection, name: str, value: str) -> None:
    """Keep something new under a name."""
    connection.execute(schema.meta.insert(), {"name": name, "value": value})
