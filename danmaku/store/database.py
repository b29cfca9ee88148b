"""Connections to one SQLite database: one that writes, some that read."""

import asyncio
import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import structlog
from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    QueuePool,
    StaticPool,
    create_engine,
    event,
)
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from danmaku.errors import Broken, DanmakuError, StoreDown
from danmaku.store.links import QUESTIONS_MAX, Blame

Answer = TypeVar("Answer")

DATABASE_FILE = "record.sqlite"

STATEMENTS_MAX = 256  # kept ready by the connection that writes

_PATIENT = "PRAGMA busy_timeout=5000"  # milliseconds
_DURABLE = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")
_FULL = 2  # what `PRAGMA synchronous` answers
_log = structlog.get_logger(__name__)
_IN_MEMORY = {"vfs": "memdb", "uri": "true"}


@contextlib.contextmanager
def place_in_memory() -> Iterator[str]:
    """Make an empty database of this process, for `write_engine` and `read_engine`.

    Readers and the writer wait for each other there, which they do not in a file.
    """
    place = f"file:/{secrets.token_hex(8)}?{urlencode(_IN_MEMORY)}"
    # It is there as long as anybody is connected, and the writer connects anew after a failure.
    with contextlib.closing(sqlite3.connect(place, uri=True, check_same_thread=False)):
        yield place


def write_engine(place: Path | str) -> Engine:
    """Make connections that write durably; each transaction takes the database's lock at once."""
    engine = create_engine(
        f"sqlite:///{place}",
        poolclass=NullPool,
        connect_args={"check_same_thread": False, "cached_statements": STATEMENTS_MAX},
        hide_parameters=True,  # errors are logged, and parameters hold what people wrote
    )
    _prepare(engine, _DURABLE, "BEGIN IMMEDIATE")
    return engine


def read_engine(place: Path | str, connections_max: int) -> Engine:
    """Make connections that cannot write; each transaction sees one moment."""
    engine = create_engine(
        f"sqlite:///{place}",
        poolclass=QueuePool,
        pool_size=connections_max,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # errors are logged, and parameters hold what people wrote
    )
    _prepare(engine, ("PRAGMA query_only=ON",), "BEGIN")
    return engine


def engine_over(database: sqlite3.Connection) -> Engine:
    """The one connection that is there already, for a database that has no name."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, creator=lambda: database, hide_parameters=True
    )
    _prepare(engine, (), "BEGIN")
    return engine


def look_at(path: Path, question: Callable[[Engine], Answer]) -> Answer:
    """Have a long question answered beside a running server, on the thread that calls.

    Args:
        path: The database; it is there.
        question: Given connections that cannot write, of no use when it has returned.
    """
    engine = read_engine(path, 1)
    try:
        return question(engine)
    finally:
        engine.dispose()


def unread(error: SQLAlchemyError) -> DanmakuError:
    """Why a question has no answer: SQLite's own words, without the statement."""
    why = getattr(error, "orig", None) or error
    if not isinstance(error, OperationalError):
        return damaged(why)
    if str(why).startswith("no such"):
        return Broken(
            f"The record's file is of another version, which a server brings up to date as it "
            f"starts, or damaged: {why}."
        )
    return StoreDown(f"The record gives no answer: {why}.")


def damaged(why: object) -> Broken:
    """What is told of a file that cannot be read, whoever finds it."""
    return Broken(f"The record's file is damaged: {why}. Bring back a backup.")


def run(connection: Connection, statement: str, values: Sequence[object] = ()) -> DBAPICursor:
    """Run a compiled statement on the driver's own cursor, in the connection's transaction.

    Cost: a tenth of what `Connection.exec_driver_sql` takes.

    Raises:
        DBAPIError: As the Core would.
    """
    cursor, errors = connection.connection.cursor(), connection.dialect.loaded_dbapi.Error
    try:
        cursor.execute(statement, values)
    except errors as error:
        raise DBAPIError.instance(statement, None, error, errors, hide_parameters=True) from error
    return cursor


def check_durable(connection: Connection) -> None:
    """Read back what decides whether a commit outlives a power cut.

    One in memory outlives nothing, and was asked for.

    Raises:
        Broken: It would not.
    """
    if connection.engine.url.query == _IN_MEMORY:
        return
    journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    if journal != "wal" or synchronous != _FULL:
        raise Broken(
            f"The record would not be durable: journal_mode={journal}, synchronous={synchronous}."
        )


def _prepare(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    @event.listens_for(engine, "connect")
    def connected(dbapi: sqlite3.Connection, _record: Any) -> None:
        dbapi.isolation_level = None  # the driver begins no transactions of its own
        for pragma in (_PATIENT, *pragmas):
            dbapi.execute(pragma)

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        run(connection, begin)


class FileLink:
    """`links.Link` to SQLite.

    Args:
        engine: From `write_engine`.
        note: As `NewestCommit.note`; None: nothing outlives this process.
    """

    def __init__(
        self, engine: Engine, note: Callable[[Mapping[str, object]], None] | None = None
    ) -> None:
        self.engine = engine
        self._note = note

    def connect(self) -> Connection:
        """As `Link.connect`."""
        connection = self.engine.connect()
        with connection.begin():
            check_durable(connection)
        return connection

    def blame(self, error: Exception) -> Blame:
        """As `Link.blame`."""
        return Blame.DATABASE if isinstance(error, OperationalError) else Blame.JOB

    def is_undone(self, error: Exception) -> bool:
        """As `Link.is_undone`: what SQLite says of a failed COMMIT decides nothing."""
        del error
        return False

    def committed(self, row: Mapping[str, object]) -> None:
        """As `Link.committed`. What cannot be noted is committed all the same."""
        if self._note is None:
            return
        try:
            self._note(row)
        except OSError as error:
            _log.warning("record.note_failed", reason=error.strerror)

    def drive(self, work: Callable[[], Answer]) -> Answer:
        """As `Link.drive`: SQLite's driver needs nothing for it."""
        return work()

    def cut(self) -> None:
        """As `Link.cut`: it is a disk."""


class FileReaders:
    """Threads that read; each question is answered from one snapshot.

    Args:
        engine: From `read_engine`, with as many connections as there are threads.
        threads: How many.
    """

    def __init__(self, engine: Engine, threads: int) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="record-reader")
        self._asked = 0  # questions without an answer yet

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """As `links.Readers.ask`, on one of the threads."""
        if self._asked >= QUESTIONS_MAX:
            raise StoreDown("Too many questions wait for the record.")
        self._asked += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._answer, question)
        finally:
            self._asked -= 1

    def close(self) -> None:
        """Let the threads end what they do."""
        self._threads.shutdown()
        self._engine.dispose()

    def _answer(self, question: Callable[[Connection], Answer]) -> Answer:
        try:
            with self._engine.connect() as connection:
                return question(connection)
        except SQLAlchemyError as error:
            raise StoreDown from error
