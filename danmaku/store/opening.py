"""The one place that knows which database an address means."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from msgspec import MsgspecError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from danmaku.config import IN_MEMORY, StoreSettings
from danmaku.errors import Code, Coded
from danmaku.ports import Clock
from danmaku.store.database import DATABASE_FILE, damaged, look_at, unread
from danmaku.store.postgres import PostgresStore
from danmaku.store.postgres_link import connected, driven, engine_of, no_answer
from danmaku.store.sqlite import SqliteStore
from danmaku.store.store import Store
from danmaku.store.writer import Watch

Answer = TypeVar("Answer")


async def open_store(
    settings: StoreSettings, clock: Clock, *, watch: Watch = lambda *_: None
) -> Store:
    """Open the record that the settings name, making or migrating it as needed.

    Args:
        settings: Where it lies and how it is written.
        clock: The time that entries bear.
        watch: Told of each commit.

    Raises:
        StoreLocked: Another process has the embedded record open.
        StoreDown: The database gives no answer.
        Broken: The key is unreadable or another node's, or commits would not be durable there.
    """
    kind = PostgresStore if is_shared(settings) else SqliteStore
    return await kind.open(settings, clock, watch=watch)


def look(settings: StoreSettings, question: Callable[[Engine], Answer]) -> Answer:
    """Have a long question answered beside running servers, on the thread that calls.

    Args:
        settings: Where the record lies.
        question: Given connections that cannot write, each transaction of which sees one moment;
            they are of no use when it has returned.

    Raises:
        Coded: NOT_FOUND: there is no record that others could read.
        StoreDown: The database gives no answer.
        Broken: What is there cannot be read.
    """
    try:
        return _asked(settings, question)
    except SQLAlchemyError as error:
        raise (no_answer(error) if is_shared(settings) else unread(error)) from error
    except (MsgspecError, UnicodeDecodeError) as error:
        raise damaged(error) from error


def _asked(settings: StoreSettings, question: Callable[[Engine], Answer]) -> Answer:
    if is_shared(settings):
        engine = engine_of(
            settings.url,
            statement_timeout=0,  # how long a statement takes is up to the size of the record
            default_transaction_isolation="repeatable read",
            default_transaction_read_only="on",
        )
        return driven(partial(_answered, question, engine))
    path = settings.data_dir / DATABASE_FILE
    if settings.url == IN_MEMORY or not path.exists():
        raise Coded(Code.NOT_FOUND, f"There is no record in {settings.url or settings.data_dir}.")
    return look_at(path, question)


def _answered(question: Callable[[Engine], Answer], engine: Engine) -> Answer:
    with connected(engine):
        return question(engine)


def is_shared(settings: StoreSettings) -> bool:
    """Whether several servers may have that record."""
    return settings.url.startswith("postgresql:")
