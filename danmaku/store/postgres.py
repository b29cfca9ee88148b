"""The record in a PostgreSQL database that several servers share: opening it.

PostgreSQL owns every number and every decision: a transaction first locks the chains that it will
write, so everything it reads after that is as the last writer left it, and stays so until it ends.
What may have been decided elsewhere since is never remembered.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Self, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, text

from danmaku.config import StoreSettings
from danmaku.errors import Broken
from danmaku.ports import Clock
from danmaku.store.beginnings import begun, note, noted
from danmaku.store.heads import HeadSigner
from danmaku.store.keys import KEY_FILE, existing_head_key, head_key
from danmaku.store.links import Blame, Database
from danmaku.store.migrations import migrate
from danmaku.store.postgres_link import (
    PREPARE_IDLE_MS,
    PostgresLink,
    PostgresReaders,
    driven,
    engine_of,
    no_answer,
)
from danmaku.store.retention import check_purposes
from danmaku.store.store import Store
from danmaku.store.vault import key_file_of, prepare_key
from danmaku.store.writer import Watch

Answer = TypeVar("Answer")

_HEAD_KEY = "head_key"  # under which the record keeps its key's fingerprint
PREPARING = 0x64616E6D  # the advisory lock of whoever makes or changes the tables
_PREPARE_MS = 600_000  # a step may have to walk over all entries


class PostgresStore(Store):
    """A record in PostgreSQL; made by `open`."""

    @classmethod
    async def open(
        cls, settings: StoreSettings, clock: Clock, *, watch: Watch = lambda *_: None
    ) -> Self:
        """Open the record of `settings.url`, making or migrating it as needed.

        Several servers may do so at once; the key in `settings.data_dir` must be the same for all.

        Args:
            settings: Where it lies and how it is written.
            clock: The time that entries bear.
            watch: Told of each commit.

        Raises:
            StoreDown: The database gives no answer.
            Broken: The key is unreadable or another node's, or commits would not be durable there.
        """
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        epoch, key = await asyncio.to_thread(prepared, settings)
        reading = partial(
            engine_of,
            settings.url,
            default_transaction_isolation="repeatable read",
            default_transaction_read_only="on",
        )
        store = cls(
            settings,
            clock,
            watch,
            database=Database(
                PostgresLink(engine_of(settings.url)),
                PostgresReaders(reading, settings.readers_count),
                is_shared=True,
            ),
            signer=HeadSigner(key, epoch, every_s=settings.checkpoint_ms / 1000),
        )
        await store._begin()
        return store


def prepared(settings: StoreSettings) -> tuple[str, Ed25519PrivateKey]:
    """Make the tables ready; tell the record's epoch and the key that signs its heads.

    Raises:
        StoreDown: The database gives no answer.
        Broken: As `PostgresStore.open`.
    """
    patient = engine_of(
        settings.url,
        statement_timeout=_PREPARE_MS,
        lock_timeout=_PREPARE_MS,
        idle_in_transaction_session_timeout=PREPARE_IDLE_MS,
    )
    link = PostgresLink(patient)
    return _answered(link, partial(_prepare, link, settings))


def reach(settings: StoreSettings) -> None:
    """Connect as a server would, and change nothing.

    Raises:
        StoreDown: The database gives no answer.
        Broken: Commits would not be durable there.
    """
    link = PostgresLink(engine_of(settings.url))
    _answered(link, lambda: link.connect().close())


def _answered(link: PostgresLink, work: Callable[[], Answer]) -> Answer:
    try:
        return driven(work)
    except Exception as error:
        if link.blame(error) is Blame.JOB:
            raise
        raise no_answer(error) from error


def _prepare(link: PostgresLink, settings: StoreSettings) -> tuple[str, Ed25519PrivateKey]:
    connection = link.connect()
    with connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PREPARING})
        migrate(connection, partitions_count=settings.partitions)
        prepare_key(connection, key_file_of(settings))
        check_purposes(connection)
        return begun(connection), key_of_record(connection, settings.data_dir)


def key_of_record(connection: Connection, data_dir: Path) -> Ed25519PrivateKey:
    """The key that signs the heads; a record without one takes that of the first node.

    Raises:
        Broken: The key in `data_dir` is another, or there is none while the record has one.
    """
    if (expected := noted(connection, _HEAD_KEY)) is None:
        key = head_key(data_dir)
        note(connection, _HEAD_KEY, fingerprint_of(key))
        return key
    path = data_dir / KEY_FILE
    if not path.exists():
        raise Broken(f"This record has a key already: copy {KEY_FILE} of another node to {path}.")
    key = existing_head_key(data_dir)
    if fingerprint_of(key) != expected:
        raise Broken(f"{path} is not the key of this record: copy that of another node.")
    return key


def fingerprint_of(key: Ed25519PrivateKey) -> str:
    """What tells one key from another, and says nothing else of it."""
    return sha256(key.public_key().public_bytes_raw()).hexdigest()
