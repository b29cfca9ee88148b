import asyncio
from threading import Event

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from danmaku.errors import Broken, StoreDown
from danmaku.store import database
from danmaku.store.database import FileReaders, check_durable, read_engine, write_engine


def test_the_writing_connection_is_durable(tmp_path):
    with write_engine(tmp_path / "x.sqlite").connect() as connection:
        check_durable(connection)


@pytest.mark.parametrize("weaker", ["synchronous=NORMAL", "synchronous=OFF", "journal_mode=DELETE"])
def test_a_weaker_connection_is_refused(tmp_path, weaker):
    engine = create_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with engine.connect() as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", weaker):
            connection.exec_driver_sql(f"PRAGMA {pragma}")

        with pytest.raises(Broken, match="not be durable"):
            check_durable(connection)
    engine.dispose()


def test_reading_connections_cannot_write(tmp_path):
    engine = read_engine(tmp_path / "x.sqlite", 1)
    with engine.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.exec_driver_sql("CREATE TABLE t (x)")
    engine.dispose()


async def test_a_question_that_the_database_cannot_answer_says_so(tmp_path):
    readers = FileReaders(read_engine(tmp_path / "x.sqlite", 1), 1)

    with pytest.raises(StoreDown):
        await readers.ask(lambda connection: connection.exec_driver_sql("SELECT * FROM nothing"))
    readers.close()


async def test_one_question_sees_one_moment(tmp_path):
    path = tmp_path / "x.sqlite"
    engine = write_engine(path)
    readers = FileReaders(read_engine(path, 1), 1)

    def run(statement):
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql(statement)

    def count_twice(connection):
        first = connection.exec_driver_sql("SELECT count(*) FROM t").scalar()
        run("INSERT INTO t VALUES (1)")
        return first, connection.exec_driver_sql("SELECT count(*) FROM t").scalar()

    run("CREATE TABLE t (x)")
    assert await readers.ask(count_twice) == (0, 0)
    assert await readers.ask(count_twice) == (1, 1)
    readers.close()


async def test_more_questions_than_can_wait_are_turned_away(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "QUESTIONS_MAX", 2)
    readers, may_go = FileReaders(read_engine(tmp_path / "x.sqlite", 1), 1), Event()
    waiting = [asyncio.create_task(readers.ask(lambda _: may_go.wait(30))) for _ in range(2)]
    await asyncio.sleep(0)

    with pytest.raises(StoreDown, match="Too many"):
        await readers.ask(lambda _: True)
    may_go.set()

    assert await asyncio.gather(*waiting) == [True, True]
    assert await readers.ask(lambda _: "answered")
    readers.close()
