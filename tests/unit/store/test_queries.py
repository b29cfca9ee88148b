"""No question to the record may cost more because the record is long."""

import itertools

import pytest
from sqlalchemy import event

from danmaku.config import StoreSettings
from danmaku.domain.ids import ClientId, Millis, Number, Seq
from danmaku.ports import SessionTerms
from danmaku.store.sqlite import SqliteStore
from tests.contract.facts import (
    ANN,
    DEMO,
    granted,
    held,
    in_demo,
    issued,
    on_platform,
    opened,
    published,
    recalled,
    registered,
    reported,
    restored,
)

GROWING = (
    "entry",
    "body",
    "comment",
    "pseudonym",
    "account",
    "session",
    "open_body",
    "sealed_body",
)


@pytest.fixture
async def store(tmp_path):
    ticks = itertools.count(1_000)
    store = await SqliteStore.open(StoreSettings(data_dir=tmp_path), lambda: Millis(next(ticks)))
    yield store
    await store.close()


@pytest.fixture
def scans(store):
    """Steps of query plans that read a growing table from end to end, as they come."""
    found = []

    def explain(_connection, cursor, statement, parameters, _context, many):
        if many or not statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return
        plan = cursor.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        found.extend(
            (step, statement)
            for *_, step in plan
            if step.startswith("SCAN") and step.split()[1] in GROWING and "comment_held" not in step
        )

    for engine in (store._writer._link.engine, store._readers._engine):
        event.listen(engine, "before_cursor_execute", explain)
    return found


async def write_everything(store):
    await store.commit(on_platform(registered("Ann")))
    await store.commit(on_platform(granted()), on_platform(issued()), on_platform(reported()))
    await store.commit(in_demo(opened()))
    facts = [published("a"), published("b"), held("c"), recalled(1), restored(1)]
    for fact in facts:
        await store.commit(in_demo(fact, standing=(ANN, Seq(3))))
    await store.commit(in_demo(published("a")))
    await store.commit(in_demo(published("c", origin=Seq(4))))
    await store.open_session(b"s", ANN, Millis(9_000))
    await store.use_sessions({b"s": Millis(2_000)}, SessionTerms(9_000, 9_000, 1))
    await store.close_sessions(ANN, but=b"s")
    await store.take_reset(b"r", Millis(1))


async def read_everything(store):
    await store.room(DEMO)
    await store.rooms()
    await store.comment(DEMO, Number(1))
    await store.author(DEMO, Number(1))
    await store.held_comment(DEMO, Seq(4))
    await store.held(DEMO)
    await store.held(None)
    await store.held_after((DEMO, Seq(0)), room=None, limit=5)
    await store.held_after((DEMO, Seq(0)), room=DEMO, limit=5)
    await store.own(ANN, DEMO)
    await store.comments(DEMO)
    await store.comments(DEMO, after=Number(1))
    await store.comments(DEMO, from_ms=0, upto_ms=9)
    await store.segment(DEMO, 0, 9)
    await store.segment_changed(DEMO, 0, 9)
    await store.entries(DEMO, Seq(0), Seq(9), limit=5)
    await store.entries(DEMO, Seq(0), Seq(9), limit=5, sticky_only=True)
    await store.pseudonym(DEMO, ANN)
    await store.outcome(DEMO, ANN, ClientId("a"))
    await store.reports()
    await store.standing(ANN)
    await store.credentials("ann")
    await store.token(b"t", Millis(1))
    await store.tokens(ANN, Millis(1))
    await store.session(b"s", Millis(1))


async def test_nothing_reads_a_growing_table_from_end_to_end(store, scans):
    await write_everything(store)
    await read_everything(store)

    assert scans == []


async def test_the_check_itself_sees_a_scan(store, scans):
    await store._readers.ask(
        lambda connection: connection.exec_driver_sql("SELECT * FROM comment WHERE late").all()
    )

    assert [step for step, _ in scans] == ["SCAN comment"]
