"""What the writer does when COMMIT fails, and when a commit that failed was written after all."""

import asyncio
import contextlib
import resource
import sqlite3
import threading
import time

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from danmaku.config import StoreSettings
from danmaku.domain.facts import RoomChanged
from danmaku.domain.ids import ClientId, Millis, Seq
from danmaku.domain.room import RoomState
from danmaku.errors import Broken, Stale, StoreDown, Unknown
from danmaku.store.database import DATABASE_FILE
from danmaku.store.sqlite import SqliteStore
from tests.contract.facts import ANN, DEMO, in_demo, on_platform, opened, published, registered
from tests.contract.soundness import findings_in


@pytest.fixture
def announced():
    return []


@pytest.fixture
async def store(tmp_path, announced):
    store = await SqliteStore.open(StoreSettings(data_dir=tmp_path), lambda: Millis(1_000))
    store.subscribe(announced.extend)
    await store.commit(on_platform(registered("Ann")))
    await store.commit(in_demo(opened()))
    announced.clear()
    yield store
    await store.close()
    assert findings_in(tmp_path) == []


@contextlib.contextmanager
def commits_and_says_it_failed(store):
    """The database says that COMMIT failed, though it did not: nobody can know."""

    def commit_and_fail(connection):
        connection.connection.driver_connection.execute("COMMIT")
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(store._writer._link.engine, "commit", commit_and_fail, once=True)
    with pytest.raises(Unknown):
        yield


@contextlib.contextmanager
def full_disk(folder):
    """No file may grow beyond the size of the log: what the kernel says then, SQLite hears."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (folder / f"{DATABASE_FILE}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.asynccontextmanager
async def held_up(store):
    """The writer stands still within a transaction."""
    begun, let_go = threading.Event(), threading.Event()
    standing = asyncio.create_task(store._work(lambda _: (begun.set(), let_go.wait())))
    try:
        await asyncio.to_thread(begun.wait)
        yield
    finally:
        let_go.set()
    await standing


async def until_up(store, client_id):
    """Try again until the record takes entries, as a patient sender would."""
    ends_s = time.monotonic() + 20
    while True:
        try:
            [entry] = await store.commit(in_demo(published(client_id)))
        except StoreDown:
            assert time.monotonic() < ends_s
            await asyncio.sleep(0.05)
        else:
            return entry


async def test_who_comments_is_told_sooner_than_who_does_what_bears_no_id(tmp_path):
    settings = StoreSettings(data_dir=tmp_path, comment_wait_ms_max=100)
    store = await SqliteStore.open(settings, lambda: Millis(1_000))
    await store.commit(on_platform(registered("Ann")))
    await store.commit(in_demo(opened()))

    async with held_up(store):
        change = store.commit(in_demo(RoomChanged(actor=ANN, state=RoomState(title="new"))))
        changing = asyncio.create_task(change)
        with pytest.raises(Unknown):
            await store.commit(in_demo(published("a")))
        assert not changing.done()
    await changing
    await store.close()

    again = await SqliteStore.open(settings, lambda: Millis(1_000))
    assert (await again.outcome(DEMO, ANN, ClientId("a"))).comment.number == 1
    await again.close()


async def test_a_failed_commit_has_an_unknown_outcome_and_the_next_one_a_known(
    store, announced, tmp_path
):
    with full_disk(tmp_path), pytest.raises((Unknown, StoreDown)):
        await store.commit(in_demo(published("a", text="x" * 200_000)))

    entries = [await until_up(store, client_id) for client_id in ("a", "b")]

    assert [entry.comment.number for entry in entries] == [1, 2]
    assert announced == entries


async def test_a_record_that_fails_again_takes_nothing_until_it_is_well(store, announced, tmp_path):
    refusals = []
    with full_disk(tmp_path):
        for index in range(4):
            with pytest.raises((Unknown, StoreDown)) as refusal:
                await store.commit(in_demo(published(f"c{index}", text="x" * 200_000)))
            refusals.append(refusal.type)
        assert await store.comments("demo") == []  # reading goes on

    [*_, last] = refusals
    entry = await until_up(store, "after")

    assert last is StoreDown
    assert announced == [entry]
    assert entry.comment.number == 1


async def test_what_was_committed_after_all_is_announced_before_anything_else(store, announced):
    with commits_and_says_it_failed(store):
        await store.commit(in_demo(published("ghost")))
    [after] = await store.commit(in_demo(published("after")))
    [again] = await store.commit(in_demo(published("ghost")))

    assert [entry.fact.client_id for entry in announced] == ["ghost", "after"]
    assert announced[0].comment == again.comment
    assert (again.repeated, again.seq, after.seq) == (True, 2, 3)
    assert after.comment.author == again.comment.author


async def test_what_was_decided_before_a_change_of_unknown_outcome_is_stale(store):
    """What the writer remembers from before the failure is true no more."""
    await store.commit(in_demo(published("before"), room_version=Seq(1)))
    with commits_and_says_it_failed(store):
        await store.commit(in_demo(RoomChanged(actor=ANN, state=RoomState(title="new"))))

    with pytest.raises(Stale):
        await store.commit(in_demo(published("stale"), room_version=Seq(1)))
    [fresh] = await store.commit(in_demo(published("fresh"), room_version=Seq(3)))

    assert fresh.seq == 4


@pytest.mark.parametrize(
    "broken",
    [published("b", text="\ud800"), published("b", position_ms=2**63)],
    ids=["cannot be encoded", "fits no column"],
)
async def test_a_transaction_that_was_rolled_back_leaves_no_trace(store, announced, broken):
    """What others had in the same transaction is written after all."""
    facts = [published("a"), broken, published("c")]
    first = asyncio.ensure_future(store.commit(in_demo(published("first"))))

    outcomes = await asyncio.gather(
        *(store.commit(in_demo(fact)) for fact in facts), return_exceptions=True
    )
    [after] = await store.commit(in_demo(published("after")))

    assert [type(outcome) for outcome in outcomes] == [list, Broken, list]
    assert announced == [*await first, *outcomes[0], *outcomes[2], after]
    assert [entry.seq for entry in announced] == [2, 3, 4, 5]
    assert {entry.comment.author for entry in announced} == {after.comment.author}
