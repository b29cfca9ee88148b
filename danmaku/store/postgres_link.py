"""Connections to PostgreSQL: one that writes, some that read, each on a thread of its own.

The store is written without `await`, for one thread that writes and some that read. The driver is
asyncio's. So each such thread has an event loop that nobody else uses, and SQLAlchemy's greenlets
let plain code wait on it; the server's own loop has no part in it.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import URL, Connection, Engine, NullPool, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.util import greenlet_spawn

from danmaku.errors import Broken, StoreDown
from danmaku.store.database import STATEMENTS_MAX
from danmaku.store.links import CLOSE_S, QUESTIONS_MAX, Blame

Answer = TypeVar("Answer")

CONNECT_S = 5.0
CUT_S = CONNECT_S + 1.0  # after a cut nobody waits longer: who just connects cannot be cut off
ANSWER_S = 10.0  # so long somebody waits for a reader
STATEMENT_MS = 10_000
LOCK_MS = 1_500  # so long one room may keep this node's writer from all others
IDLE_MS = 5_000  # a node that stopped within a transaction loses its locks, and its transaction
PREPARE_IDLE_MS = 60_000  # the same while tables are made: a step may compute between statements

_RIVALS = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock not available
_DURABLE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "remote_apply", "remote_write"},
    "data_sync_retry": {"off"},
    "idle_in_transaction_session_timeout": {str(IDLE_MS), str(PREPARE_IDLE_MS)},
}
_SETTINGS = "SELECT name, setting FROM pg_settings"


class _Connection(asyncpg.Connection):  # type: ignore[misc] # it has no types
    """One that ends with the first statement that takes too long.

    The driver would ask the database to cancel the statement, and then wait for that without a
    limit before it does anything else, closing included: for ever where the database stands still,
    or ends the connection before it hears of it.
    """

    def _cancel_current_command(self, waiter: asyncio.Future[None]) -> None:
        del waiter  # nobody waits for what becomes of a connection that has ended
        self._loop.call_soon(self.terminate)  # once the driver has told who waits


def engine_of(url: str, **settings: Any) -> Engine:
    """Make connections for `driven` work.

    Args:
        url: As postgresql://user:password@host/name; `sslmode` is understood.
        settings: Of the session, as PostgreSQL names them.

    Raises:
        ValueError: That is no address.
    """
    address = _address_of(url)
    if (mode := address.query.get("sslmode")) is not None:
        address = address.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    session: dict[str, Any] = {
        "application_name": "danmaku",
        "statement_timeout": STATEMENT_MS,
        "lock_timeout": LOCK_MS,
        "idle_in_transaction_session_timeout": IDLE_MS,
        "jit": "off",
        **settings,
    }
    patience_ms = session["statement_timeout"]
    engine = create_async_engine(
        address,
        poolclass=NullPool,
        connect_args={
            "timeout": CONNECT_S,
            # For a database that does not even answer that it takes too long.
            "command_timeout": patience_ms / 1000 + CONNECT_S if patience_ms else None,
            "connection_class": _Connection,
            "prepared_statement_cache_size": STATEMENTS_MAX,
            "server_settings": {name: str(value) for name, value in session.items()},
        },
        hide_parameters=True,  # errors are logged, and parameters hold what people wrote
    )

    @event.listens_for(engine.sync_engine, "close")
    def closing(adapted: Any, _record: Any) -> None:
        adapted.driver_connection.terminate()  # politely it waits for the database's goodbye

    return engine.sync_engine


def _address_of(url: str) -> URL:
    try:
        return make_url(url).set(drivername="postgresql+asyncpg")
    except (ValueError, ArgumentError):  # whose words may quote the password
        text = "The address of the record cannot be read: postgresql://user:password@host:5432/name"
        raise ValueError(text) from None


def driven(work: Callable[[], Answer]) -> Answer:
    """Have work done that uses such connections, on the thread that calls.

    A connection is good within the one call that made it.
    """
    # Not uvloop's: its clock stands still while the thread waits elsewhere, and deadlines would
    # have passed as soon as they are set.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        return runner.run(greenlet_spawn(work))


def no_answer(error: Exception) -> StoreDown:
    """What an operator is told of an error while connecting; it is nobody's text that failed."""
    words = str(getattr(error, "orig", None) or error) or type(error).__name__
    return StoreDown(f"PostgreSQL gives no answer: {words.splitlines()[0]}")


def connected(engine: Engine) -> Connection:
    """A connection, to be closed by whoever asked.

    Raises:
        StoreDown: The database gives none.
    """
    try:
        return engine.connect()
    except _FAILURES as error:
        raise no_answer(error) from error


def check_durable(connection: Connection) -> None:
    """Read back what decides whether a commit outlives a power cut, and a node that stopped.

    Raises:
        Broken: It would not.
    """
    found = {row.name: row.setting for row in connection.exec_driver_sql(_SETTINGS)}
    for name, allowed in _DURABLE.items():
        if found[name] not in allowed:
            raise Broken(f"The record would not be durable: PostgreSQL has {name}={found[name]}.")


class PostgresLink:
    """`links.Link` to PostgreSQL.

    Args:
        engine: From `engine_of`.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._line = _Line()

    def connect(self) -> Connection:
        """As `Link.connect`."""
        with contextlib.ExitStack() as unless_durable:
            connection = unless_durable.enter_context(self._line.connect(self.engine))
            with connection.begin():
                check_durable(connection)
            unless_durable.pop_all()
        return connection

    def blame(self, error: Exception) -> Blame:
        """As `Link.blame`."""
        driver_error, state = _driver_error(error)
        if state in _RIVALS:
            return Blame.RIVAL
        # Classes of what was sent: values, keys, statements, sizes.
        if isinstance(driver_error, asyncpg.DataError) or state[:2] in {"22", "23", "42", "54"}:
            return Blame.JOB
        return Blame.DATABASE if isinstance(error, _FAILURES) else Blame.JOB

    def is_undone(self, error: Exception) -> bool:
        """As `Link.is_undone`: the database itself says that it rolled back."""
        return _driver_error(error)[1][:2] in {"23", "40"}

    def committed(self, row: Mapping[str, object]) -> None:
        """As `Link.committed`: the database is another's, and so is the care for its files."""

    def drive(self, work: Callable[[], Answer]) -> Answer:
        """As `Link.drive`."""
        return driven(work)

    def cut(self) -> None:
        """As `Link.cut`: who is just connecting has that within `CONNECT_S`."""
        self._line.cut()


_FAILURES = (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What a database that is gone makes the driver say; some of it comes without the Core's words."""


def _driver_error(error: Exception) -> tuple[BaseException, str]:
    """What the driver said, and PostgreSQL's own code for it, or ""."""
    adapted = getattr(error, "orig", None) or error
    said = getattr(adapted, "driver_exception", None) or adapted.__cause__ or adapted
    return said, getattr(said, "sqlstate", None) or ""


class _Line:
    """One thread's way to the database, which another thread may cut off."""

    def __init__(self) -> None:
        self._is_cut = False
        self._end: Callable[[], object] = lambda: None  # the connection, from any thread

    def connect(self, engine: Engine) -> Connection:
        """Connect once more.

        Raises:
            StoreDown: The line is cut off.
        """
        if self._is_cut:
            raise StoreDown
        connection = engine.connect()
        driver: Any = connection.connection.driver_connection
        self._end = partial(asyncio.get_running_loop().call_soon_threadsafe, driver.terminate)
        if self._is_cut:  # meanwhile; whoever cuts it from here on finds this connection
            connection.invalidate()
            raise StoreDown
        return connection

    def cut(self) -> None:
        """End what its thread waits for, and let it connect no more."""
        self._is_cut = True
        with contextlib.suppress(RuntimeError):  # its loop is closed: the thread has ended
            self._end()


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "answer", self.loop.create_future())

    def settle(self, outcome: object, error: Exception | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits
            self.loop.call_soon_threadsafe(self._settle, outcome, error)

    def _settle(self, outcome: object, error: Exception | None) -> None:
        if self.answer.done():  # whoever asked has gone
            return
        if error is None:
            self.answer.set_result(outcome)
        else:
            self.answer.set_exception(error)


class PostgresReaders:
    """Threads that read, each on its own connection; each question is answered from one snapshot.

    Args:
        new_engine: Makes connections by `engine_of`, whose transactions are to see one moment. Each
            thread has its own: an engine's locks are of the event loop that first used it, and
            whoever waits for them on another one waits for ever.
        threads: How many.
    """

    def __init__(self, new_engine: Callable[[], Engine], threads: int) -> None:
        self._new_engine = new_engine
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        self._lines = [_Line() for _ in range(threads)]
        self._threads = [
            threading.Thread(
                target=driven,
                args=(partial(self._run, line),),
                name=f"record-reader-{number}",
                daemon=True,
            )
            for number, line in enumerate(self._lines)
        ]
        for thread in self._threads:
            thread.start()

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """As `links.Readers.ask`."""
        if self._asked.qsize() >= QUESTIONS_MAX:
            raise StoreDown("Too many questions wait for the record.")
        asked = _Asked(question, asyncio.get_running_loop())
        self._asked.put(asked)
        try:
            # Not `wait_for`: of a cancellation that comes together with the answer it says nothing.
            async with asyncio.timeout(ANSWER_S):
                answer: Answer = await asked.answer
        except TimeoutError as error:
            raise StoreDown from error
        return answer

    def close(self) -> None:
        """As `links.Readers.close`."""
        for _ in self._threads:
            self._asked.put(None)
        ends_s = time.monotonic() + CLOSE_S
        for thread in self._threads:
            thread.join(max(0.0, ends_s - time.monotonic()))
        for line in self._lines:
            line.cut()
        for thread in self._threads:
            thread.join()

    def _run(self, line: _Line) -> None:
        connect, connection = partial(line.connect, self._new_engine()), None
        while (asked := self._asked.get()) is not None:
            if asked.answer.cancelled():  # whoever asked has given up
                continue
            # A connection that has been idle may have ended: only a fresh one says how things are.
            for kept in (connection, None):
                connection = _answer(asked, kept, connect)
                if connection is not None or kept is None:
                    break
        if connection is not None:
            connection.close()


def _answer(
    asked: _Asked, kept: Connection | None, connect: Callable[[], Connection]
) -> Connection | None:
    """Answer a question; give the connection to keep, or None when it is worth nothing.

    When a kept one fails, the question is still open.
    """
    connection = kept
    try:
        connection = connection or connect()
        with connection.begin():
            outcome = asked.question(connection)
    except _FAILURES as error:
        if kept is None:
            down = StoreDown()
            down.__cause__ = error
            asked.settle(None, down)
        with contextlib.suppress(Exception):
            if connection is not None:
                connection.invalidate()
        return None
    except Exception as error:  # noqa: BLE001 -- whoever asked shall know
        asked.settle(None, error)
    else:
        asked.settle(outcome, None)
    return connection
