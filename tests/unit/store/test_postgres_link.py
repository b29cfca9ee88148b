"""What PostgreSQL's connections say when something fails, and whose fault that is."""

import asyncio
import threading
import time
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from danmaku.errors import StoreDown
from danmaku.store import postgres_link
from danmaku.store.links import Blame
from danmaku.store.postgres_link import PostgresLink, PostgresReaders, driven, engine_of


def fault_of(url, *statements):
    """Whose fault it is that the last of these statements fails."""
    link = PostgresLink(engine_of(url))

    def run():
        with link.engine.connect() as connection:
            connection.exec_driver_sql("CREATE TEMPORARY TABLE t (id bigint PRIMARY KEY)")
            for statement in statements:
                connection.exec_driver_sql(statement)

    with pytest.raises((SQLAlchemyError, OSError)) as raised:
        driven(run)
    return link.blame(raised.value)


@pytest.mark.parametrize(
    ("statement", "blame"),
    [
        ("SELECT 1 / 0", Blame.JOB),
        ("INSERT INTO t VALUES (1), (1)", Blame.JOB),
        ("SELECT nothing", Blame.JOB),
        ("SELECT pg_terminate_backend(pg_backend_pid())", Blame.DATABASE),
        ("SET statement_timeout = 200\nSELECT pg_sleep(9)", Blame.DATABASE),
        ("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$", Blame.RIVAL),
    ],
    ids=["value", "key", "statement", "connection", "patience", "deadlock"],
)
async def test_faults_are_those_of_the_job_of_a_rival_or_of_the_database(
    postgres_url, statement, blame
):
    found = await asyncio.to_thread(fault_of, postgres_url, *statement.splitlines())

    assert found is blame


async def test_a_database_that_is_gone_is_at_fault_and_so_is_one_that_never_was():
    found = await asyncio.to_thread(fault_of, "postgresql://a@127.0.0.1:1/b")

    assert found is Blame.DATABASE


async def test_who_stops_within_a_transaction_cannot_commit_it_any_more(postgres_url):
    """A node that was frozen for long finds that others have gone on without it."""

    def doze():
        engine = engine_of(postgres_url, idle_in_transaction_session_timeout=100)
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("CREATE TABLE dreamt (id bigint)")
            time.sleep(0.5)

    with pytest.raises(SQLAlchemyError):
        await asyncio.to_thread(driven, doze)

    readers = PostgresReaders(partial(engine_of, postgres_url), 1)
    found = await readers.ask(
        lambda connection: connection.scalar(text("SELECT to_regclass('dreamt')"))
    )
    await asyncio.to_thread(readers.close)
    assert found is None


async def test_who_is_ended_as_the_answer_comes_is_ended(postgres_url):
    readers, next_begun = PostgresReaders(partial(engine_of, postgres_url), 1), threading.Event()
    asking = asyncio.create_task(readers.ask(lambda _: "the answer"))
    after = asyncio.create_task(readers.ask(lambda _: next_begun.set()))
    await asyncio.sleep(0)

    next_begun.wait()  # the answer waits for the loop, which stands still here
    asyncio.get_running_loop().call_soon(asking.cancel)

    with pytest.raises(asyncio.CancelledError):
        await asking
    await after
    await asyncio.to_thread(readers.close)


async def test_questions_are_answered_side_by_side_and_each_from_one_moment(postgres_url):
    readers = PostgresReaders(
        partial(engine_of, postgres_url, default_transaction_isolation="repeatable read"), 2
    )

    both = threading.Barrier(2, timeout=20)

    def snapshots(connection):
        first = connection.scalar(text("SELECT pg_current_snapshot()::text"))
        both.wait()
        return first, connection.scalar(text("SELECT pg_current_snapshot()::text"))

    answers = await asyncio.gather(*(readers.ask(snapshots) for _ in range(2)))
    await asyncio.to_thread(readers.close)

    assert all(first == second for first, second in answers)


async def test_a_question_that_fails_is_its_own_fault_and_the_next_one_is_answered(postgres_url):
    readers = PostgresReaders(partial(engine_of, postgres_url), 1)

    def take_too_long(connection):
        connection.execute(text("SET LOCAL statement_timeout = 100"))
        connection.execute(text("SELECT pg_sleep(9)"))

    with pytest.raises(ZeroDivisionError):
        await readers.ask(lambda _: 1 // 0)
    with pytest.raises(StoreDown):
        await readers.ask(take_too_long)

    assert await readers.ask(lambda connection: connection.scalar(text("SELECT 1"))) == 1
    await asyncio.to_thread(readers.close)


@pytest.mark.parametrize(("mode", "is_encrypted"), [("disable", False), ("prefer", False)])
async def test_the_mode_of_encryption_is_given_as_everywhere(postgres_url, mode, is_encrypted):
    engine = engine_of(f"{postgres_url}?sslmode={mode}")
    wanted = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")

    def ask(engine):
        with engine.connect() as connection:
            return connection.scalar(wanted)

    assert await asyncio.to_thread(driven, partial(ask, engine)) is is_encrypted


async def test_more_questions_than_can_be_answered_are_not_kept(postgres_url, monkeypatch):
    monkeypatch.setattr(postgres_link, "QUESTIONS_MAX", 2)
    readers = PostgresReaders(partial(engine_of, postgres_url), 1)
    begun, let_go = threading.Event(), threading.Event()

    def slow(_connection):
        begun.set()
        let_go.wait()

    answers = [asyncio.create_task(readers.ask(slow))]
    await asyncio.to_thread(begun.wait)
    answers += [asyncio.create_task(readers.ask(slow)) for _ in range(3)]
    await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
    let_go.set()

    *_, refused = await asyncio.gather(*answers, return_exceptions=True)
    assert isinstance(refused, StoreDown)
    await asyncio.to_thread(readers.close)
