"""What a record has from its first day: an epoch, and the platform's chain."""

import secrets

from sqlalchemy import Connection, delete, select, update

from danmaku.domain.ids import PLATFORM
from danmaku.store import schema
from danmaku.store.chain import GENESIS
from danmaku.store.retention import EXPIRING


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


def begun_anew(connection: Connection) -> str:
    """Begin another life of a record that was brought back; tell its epoch.

    Heads that were signed in the former life are worth nothing in this one, and are dropped. So are
    sessions, and all else that runs out by itself: whoever signed out since stays signed out.
    """
    epoch = secrets.token_hex(8)
    meta = schema.meta
    connection.execute(update(meta).where(meta.c.name == "epoch").values(value=epoch))
    connection.execute(delete(schema.head))
    for _, table, _ in EXPIRING:
        connection.execute(delete(table))
    return epoch


def noted(connection: Connection, name: str) -> str | None:
    """What the record keeps of itself under a name."""
    meta = schema.meta.c
    return connection.scalar(select(meta.value).where(meta.name == name))


def note(connection: Connection, name: str, value: str) -> None:
    """Keep something new under a name."""
    connection.execute(schema.meta.insert(), {"name": name, "value": value})
