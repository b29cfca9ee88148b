"""The record in one SQLite file, or in memory alone: opening it, writing to it, closing it.

The embedded store of one process: `store.lock` keeps every other one out, so there is one writer,
and `verify` alone may read beside it.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, select

from danmaku.config import StoreSettings
from danmaku.domain.facts import Entry
from danmaku.domain.ids import PLATFORM
from danmaku.errors import StoreDown
from danmaku.ports import Announce, Append, Clock
from danmaku.store import schema
from danmaku.store.accounts import AccountQueries
from danmaku.store.chain import GENESIS
from danmaku.store.database import (
    DATABASE_FILE,
    Readers,
    check_durable,
    place_in_memory,
    read_engine,
    write_engine,
)
from danmaku.store.heads import HeadSigner
from danmaku.store.intake import Intake, Job, Work
from danmaku.store.keys import head_key
from danmaku.store.memory import Memory
from danmaku.store.migrations import migrate
from danmaku.store.patience import Patience
from danmaku.store.queries import Queries
from danmaku.store.writer import Watch, Writer

LOCK_FILE = "store.lock"
IN_MEMORY = "memory"  # as an address


class StoreLocked(StoreDown):
    """Another process has this record open.

    Args:
        path: Of the lock.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"Another process has the record open: {path} is locked.")
        self.path = path


class SqliteStore(Queries, AccountQueries):
    """`ports.Record`, `ports.Reader` and `ports.Accounts` in one; made by `open`.

    Lives on the event loop that opened it.

    Args:
        settings: How it is written.
        clock: The time that entries bear.
        watch: Told of each commit.
        place: Where it lies.
        key: Signs its heads.
    """

    def __init__(
        self,
        settings: StoreSettings,
        clock: Clock,
        watch: Watch,
        *,
        place: Path | str,
        key: Ed25519PrivateKey,
    ) -> None:
        engine = write_engine(place)
        self._epoch = _prepare(engine)
        self._held = contextlib.ExitStack()  # given free at the end
        self._patience = Patience(settings.commit_wait_ms_max / 1000)
        threads = settings.readers_count
        readers = Readers(read_engine(place, threads), threads)
        self._intake = Intake(
            entries_max=settings.queue_entries_max,
            gather_entries_max=settings.gather_entries_max,
            gather_s_max=settings.gather_ms_max / 1000,
        )
        self._writer = Writer(
            engine,
            self._intake,
            Memory.of(settings.remembered_max),
            HeadSigner(key, self._epoch, every_s=settings.checkpoint_ms / 1000),
            clock=clock,
            watch=watch,
        )
        Queries.__init__(self, readers)
        AccountQueries.__init__(self, readers, self._work, clock)

    @classmethod
    async def open(
        cls, settings: StoreSettings, clock: Clock, *, watch: Watch = lambda _entries, _s: None
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
            Broken: The key is unreadable, or commits would not be durable here.
        """
        with contextlib.ExitStack() as held:
            held.enter_context(_locked(settings.data_dir))
            if settings.url == IN_MEMORY:
                place: Path | str = held.enter_context(place_in_memory())
                key = Ed25519PrivateKey.generate()
            else:
                place, key = settings.data_dir / DATABASE_FILE, head_key(settings.data_dir)
            store = cls(settings, clock, watch, place=place, key=key)
            store._held = held.pop_all()
            return store

    @property
    def epoch(self) -> str:
        """As `ports.Record.epoch`."""
        return self._epoch

    def subscribe(self, announce: Announce) -> None:
        """Have every commit from here on announced to `announce`, on the loop.

        What it raises is logged: recorded entries cannot be refused any more.
        """
        self._writer.subscribe(announce)

    async def commit(self, *appends: Append) -> list[Entry]:
        """As `ports.Record.commit`."""
        entries: list[Entry] = await self._outcome_of(Job(_future(), appends))
        return entries

    async def close(self) -> None:
        """Commit what waits, sign the heads, give the record free. Closing twice is closing once.

        Raises nothing for commits that come later: those get `StoreDown`.
        """
        self._intake.close()
        await asyncio.to_thread(self._writer.join)
        self._patience.stop()
        await asyncio.to_thread(self._readers.close)
        self._held.close()

    async def _work(self, work: Work) -> Any:
        return await self._outcome_of(Job(_future(), work=work))

    def _outcome_of(self, job: Job) -> asyncio.Future[Any]:
        if self._writer.is_down:
            raise StoreDown
        self._intake.put(job)
        self._patience.watch(job)
        return job.future


@contextlib.contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
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


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


def _prepare(engine: Engine) -> str:
    """Migrate, make the platform's chain, and tell the epoch."""
    with engine.connect() as connection, connection.begin():
        check_durable(connection)
        migrate(connection)
        if (epoch := _epoch(connection)) is not None:
            return epoch
        return _begin(connection)


def _epoch(connection: Connection) -> str | None:
    return connection.scalar(select(schema.meta.c.value).where(schema.meta.c.name == "epoch"))


def _begin(connection: Connection) -> str:
    epoch = secrets.token_hex(8)
    connection.execute(
        schema.meta.insert(),
        [{"name": "epoch", "value": epoch}, {"name": "settled_ms", "value": "0"}],
    )
    connection.execute(
        schema.chain.insert(),
        {"id": PLATFORM, "top": 0, "number_top": 0, "version": 0, "link": GENESIS},
    )
    return epoch
