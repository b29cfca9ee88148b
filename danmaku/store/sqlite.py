"""The record in one SQLite file, or in memory alone: opening it, writing to it, closing it.

The embedded store of one process: `store.lock` keeps every other one out, so there is one writer,
and `verify` alone may read beside it.
"""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filelock import FileLock, Timeout
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, OperationalError

from danmaku.config import IN_MEMORY, StoreSettings
from danmaku.errors import StoreDown
from danmaku.ports import Clock
from danmaku.store.beginnings import begun
from danmaku.store.database import (
    DATABASE_FILE,
    FileLink,
    FileReaders,
    check_durable,
    damaged,
    place_in_memory,
    read_engine,
    write_engine,
)
from danmaku.store.heads import HeadSigner
from danmaku.store.keys import head_key
from danmaku.store.links import Database
from danmaku.store.migrations import migrate
from danmaku.store.newest_commit import NewestCommit, require_newest
from danmaku.store.retention import check_purposes
from danmaku.store.store import Store
from danmaku.store.vault import key_file_of, prepare_key
from danmaku.store.writer import Watch

LOCK_FILE = "store.lock"


class StoreLocked(StoreDown):
    """Another process has this record open.

    Args:
        path: Of the lock.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"Another process has the record open: {path} is locked.")
        self.path = path


class SqliteStore(Store):
    """A record in SQLite; made by `open`."""

    @classmethod
    async def open(
        cls, settings: StoreSettings, clock: Clock, *, watch: Watch = lambda *_: None
    ) -> Self:
        """Open the record of `settings.data_dir`, making or migrating it as needed.

        With `settings.url` "memory" it is an empty one that ends with this process, with a key of
        its own; the directory is locked all the same, for the desk's socket lies there.

        Args:
            settings: Where it lies and how it is written.
            clock: The time that entries bear.
            watch: Told of each commit.

        Raises:
            StoreLocked: Another process has it open.
            Broken: A key is unreadable, the file is damaged, or commits would not be durable here.
            LostCommitError: What had been committed is gone.
        """
        with contextlib.ExitStack() as held:
            held.enter_context(locked(settings.data_dir))
            if settings.url == IN_MEMORY:
                place: Path | str = held.enter_context(place_in_memory())
                key = Ed25519PrivateKey.generate()
            else:
                place, key = settings.data_dir / DATABASE_FILE, head_key(settings.data_dir)
            engine, threads = write_engine(place), settings.readers_count
            is_kept = isinstance(place, Path)
            epoch = _sound(partial(_prepare, engine, settings if is_kept else None))
            note = None
            if is_kept:
                newest = held.enter_context(closing(NewestCommit(settings.data_dir, epoch)))
                note = newest.note
            store = cls(
                settings,
                clock,
                watch,
                database=Database(
                    FileLink(engine, note),
                    FileReaders(read_engine(place, threads), threads),
                    is_shared=False,
                ),
                signer=HeadSigner(key, epoch, every_s=settings.checkpoint_ms / 1000),
            )
            await store._begin()
            store._held = held.pop_all()
            return store


@contextlib.contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    """Keep every other process out of the record that lies there.

    Raises:
        StoreLocked: Another has it open.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(data_dir / LOCK_FILE, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise StoreLocked(data_dir / LOCK_FILE) from error
    try:
        yield
    finally:
        lock.release()


def _sound(prepare: Callable[[], str]) -> str:
    try:
        return prepare()
    except OperationalError:
        raise  # a disk that fails, or a lock: another time it may succeed
    except (DatabaseError, UnicodeDecodeError) as error:  # damaged texts stand in its own errors
        raise damaged(getattr(error, "orig", "illegible")) from error


def _prepare(engine: Engine, settings: StoreSettings | None) -> str:
    """Migrate, see that nothing is lost and the vault opens, make the platform's chain.

    Args:
        engine: For writing.
        settings: Where it lies; None: nothing outlives this process, so that it can wait.

    Returns:
        The epoch.
    """
    with engine.connect() as connection, connection.begin():
        check_durable(connection)
        migrate(connection)
        if settings is not None:
            require_newest(connection, settings.data_dir)
            prepare_key(connection, key_file_of(settings))
        check_purposes(connection)
        return begun(connection)
