"""The record in one SQLite file: opening it, writing to it, closing it.

The embedded store of one process: `store.lock` keeps every other one out, so there is one writer,
and `verify` alone may read beside it.
"""

import asyncio
import secrets
from pathlib import Path
from typing import Any, Self

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
from danmaku.store.credit_queries import CreditQueries
from danmaku.store.database import DATABASE_FILE, Readers, check_durable, read_engine, write_engine
from danmaku.store.heads import HeadSigner
from danmaku.store.intake import Intake, Job, Work
from danmaku.store.keeping_queries import KeepingQueries
from danmaku.store.keys import head_key
from danmaku.store.memory import Memory
from danmaku.store.migrations import migrate
from danmaku.store.patience import Patience
from danmaku.store.people_queries import PeopleQueries
from danmaku.store.personal import PersonalQueries
from danmaku.store.queries import Queries
from danmaku.store.retention import Retention, check_purposes
from danmaku.store.vault import VAULT_FILE, Vault, check_key
from danmaku.store.writer import Watch, Writer

LOCK_FILE = "store.lock"


class StoreLocked(StoreDown):
    """Another process has this record open.

    Args:
        path: Of the lock.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"Another process has the record open: {path} is locked.")
        self.path = path


class SqliteStore(Queries, AccountQueries, PeopleQueries, KeepingQueries, CreditQueries):
    """`ports.Record`, `ports.Reader` and `ports.Accounts` in one; made by `open`.

    Lives on the event loop that opened it.
    """

    def __init__(self, settings: StoreSettings, clock: Clock, lock: FileLock, watch: Watch) -> None:
        path = settings.data_dir / DATABASE_FILE
        engine = write_engine(path)
        key_file = settings.vault_key_file or settings.data_dir / VAULT_FILE
        self._epoch = _prepare(engine, key_file)
        self._lock = lock
        self._patience = Patience(settings.commit_wait_ms_max / 1000)
        threads = settings.readers_count
        readers = Readers(read_engine(path, threads), threads)
        self._intake = Intake(
            entries_max=settings.queue_entries_max,
            gather_entries_max=settings.gather_entries_max,
            gather_s_max=settings.gather_ms_max / 1000,
        )
        self._writer = Writer(
            engine,
            self._intake,
            Memory.of(settings.remembered_max),
            HeadSigner(
                head_key(settings.data_dir), self._epoch, every_s=settings.checkpoint_ms / 1000
            ),
            clock=clock,
            watch=watch,
        )
        Queries.__init__(self, readers)
        AccountQueries.__init__(self, readers, self._work, clock)
        PeopleQueries.__init__(self, readers)
        CreditQueries.__init__(self, readers)
        KeepingQueries.__init__(self, readers)
        self.vault = Vault(readers, self._work, clock, key_file)
        self.personal = PersonalQueries(readers)
        self.retention = Retention(readers, self._work)

    @classmethod
    async def open(
        cls, settings: StoreSettings, clock: Clock, *, watch: Watch = lambda _entries, _s: None
    ) -> Self:
        """Open the record of `settings.data_dir`, making or migrating it as needed.

        Args:
            settings: Where it lies and how it is written.
            clock: The time that entries bear.
            watch: Told of each commit.

        Raises:
            StoreLocked: Another process has it open.
            Broken: A key is unreadable, or commits would not be durable here.
        """
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(settings.data_dir / LOCK_FILE, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise StoreLocked(settings.data_dir / LOCK_FILE) from error
        try:
            return cls(settings, clock, lock, watch)
        except BaseException:
            lock.release()
            raise

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
        self._lock.release()

    async def _work(self, work: Work) -> Any:
        return await self._outcome_of(Job(_future(), work=work))

    def _outcome_of(self, job: Job) -> asyncio.Future[Any]:
        if self._writer.is_down:
            raise StoreDown
        self._intake.put(job)
        self._patience.watch(job)
        return job.future


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


def _prepare(engine: Engine, key_file: Path) -> str:
    """Migrate, see that the vault opens, make the platform's chain, and tell the epoch."""
    with engine.connect() as connection, connection.begin():
        check_durable(connection)
        migrate(connection)
        check_key(connection, key_file)
        check_purposes(connection)
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
