"""Several stores on one PostgreSQL record, and what they do when it fails them."""

import asyncio
import contextlib
import itertools
import shutil
import signal
import time

import asyncpg
import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from danmaku.config import StoreSettings
from danmaku.domain.facts import RoomChanged
from danmaku.domain.ids import PLATFORM, ClientId, Millis, RoomId, Seq
from danmaku.domain.room import RoomState
from danmaku.errors import Broken, Code, Coded, Stale, StoreDown, Unknown
from danmaku.ports import Append
from danmaku.store import postgres as opening
from danmaku.store import postgres_link, schema
from danmaku.store.keys import KEY_FILE, head_key
from danmaku.store.postgres import PostgresStore
from tests.contract.facts import (
    ANN,
    DEMO,
    in_demo,
    on_platform,
    opened,
    published,
    recalled,
    registered,
)
from tests.contract.soundness import findings_in

LONG_AFTER_MS = Millis(4_000_000_000_000)
LOCK_MS = postgres_link.LOCK_MS
CLOSED_S = 60  # of what would hang
ROOMS = [RoomId(f"room{number}") for number in range(4)]


@pytest.fixture
def settings(tmp_path, postgres_url, monkeypatch):
    """Of any number of nodes, whose keys are the same.

    They wait for each other as long as for any statement: a disk may keep one that commits.
    """
    monkeypatch.setattr(postgres_link, "LOCK_MS", postgres_link.STATEMENT_MS - 1_000)
    names = itertools.count(1)

    def settings_of_another(**given):
        folder = tmp_path / f"node{next(names)}"
        folder.mkdir()
        with contextlib.suppress(FileNotFoundError):
            shutil.copy(tmp_path / "node1" / KEY_FILE, folder)
        return StoreSettings(url=postgres_url, data_dir=folder, **given)

    return settings_of_another


@pytest.fixture
async def node(settings):
    async with contextlib.AsyncExitStack() as stack:

        async def another(**given):
            store = await PostgresStore.open(settings(**given), lambda: Millis(1_000))
            stack.push_async_callback(store.close)
            return store

        yield another
    last = settings()
    assert await asyncio.to_thread(findings_in, last.data_dir, last.url) == []


@pytest.fixture
async def two(node):
    one, other = await node(), await node()
    await one.commit(on_platform(registered("Ann")))
    await one.commit(in_demo(opened()))
    return one, other


@contextlib.asynccontextmanager
async def connected(url):
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def end_all_others(url):
    async with connected(url) as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def until_up(attempt):
    ends_s = time.monotonic() + CLOSED_S
    while True:
        try:
            return await attempt()
        except StoreDown:
            assert time.monotonic() < ends_s
            await asyncio.sleep(0.05)


async def until(holds):
    async with asyncio.timeout(CLOSED_S):
        while not holds():  # noqa: ASYNC110 -- what it asks of is another thread's
            await asyncio.sleep(0.05)


# --- together


async def test_nodes_that_start_together_make_one_record(settings):
    first = settings()
    stores = await asyncio.gather(*(PostgresStore.open(first, lambda: Millis(1)) for _ in range(3)))

    assert len({store.epoch for store in stores}) == 1
    for store in stores:
        await store.close()


async def test_a_step_of_migration_may_compute_between_its_statements(settings, monkeypatch):
    def migrate_at_leisure(connection, *, partitions_count):
        time.sleep(0.5)
        migrate(connection, partitions_count=partitions_count)

    migrate = opening.migrate
    monkeypatch.setattr(opening, "migrate", migrate_at_leisure)
    monkeypatch.setattr(postgres_link, "IDLE_MS", 100)
    weaker = postgres_link._DURABLE["idle_in_transaction_session_timeout"] | {"100"}
    monkeypatch.setitem(postgres_link._DURABLE, "idle_in_transaction_session_timeout", weaker)

    store = await PostgresStore.open(settings(), lambda: Millis(1))

    await store.close()


async def test_two_nodes_number_one_room_without_gaps(two):
    posts = (
        store.commit(in_demo(published(f"{store is two[0]}-{number}")))
        for number in range(100)
        for store in two
    )

    entries = [entry for [entry] in await asyncio.gather(*posts)]

    assert sorted(entry.seq for entry in entries) == list(range(2, 202))
    assert sorted(entry.comment.number for entry in entries) == list(range(1, 201))
    assert len({entry.comment.author for entry in entries}) == 1


async def test_a_client_id_sent_to_two_nodes_is_recorded_once(two):
    posts = (store.commit(in_demo(published("same"))) for _ in range(10) for store in two)

    entries = [entry for [entry] in await asyncio.gather(*posts)]

    assert {entry.seq for entry in entries} == {2}
    assert sum(not entry.repeated for entry in entries) == 1


async def test_two_nodes_that_follow_the_terms_destroy_each_thing_once(two):
    one, _ = two
    for number in range(1, 40):
        await one.commit(in_demo(published(f"c{number}")))
        await one.commit(in_demo(recalled(number)))

    async def go_round(store):
        count = 0
        while (step := await store.retention.destroy_due(LONG_AFTER_MS)).has_more:
            count += step.counts.get("comment", 0)
        return count

    assert sum(await asyncio.gather(*map(go_round, two))) == 2 * 39  # open and sealed


@pytest.mark.parametrize(
    "appends",
    [
        lambda: [Append(RoomId("new"), opened())],
        lambda: [on_platform(registered("Cleo"))],
        lambda: [Append(RoomId("new"), opened()), on_platform(registered("Cleo"))],
    ],
    ids=["room", "login", "both"],
)
async def test_of_two_nodes_that_make_the_same_one_succeeds(two, appends):
    results = await asyncio.gather(
        *(store.commit(*appends()) for store in two), return_exceptions=True
    )

    [refusal] = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refusal, Coded)
    assert refusal.code is Code.DUPLICATE


async def test_what_another_node_changed_meanwhile_makes_a_decision_stale(two):
    one, other = two
    seen = (await other.standing(ANN)).version
    await other.commit(in_demo(published("before"), room_version=Seq(1), standing=(ANN, seen)))

    await one.commit(in_demo(RoomChanged(actor=ANN, state=RoomState(title="new"))))

    with pytest.raises(Stale):
        await other.commit(in_demo(published("after"), room_version=Seq(1)))


async def test_nodes_that_write_many_rooms_at_once_do_not_wait_for_each_other_in_turn(two):
    for room in ROOMS:
        await two[0].commit(Append(room, opened()))

    def across(store, number):
        rooms = ROOMS if store is two[0] else reversed(ROOMS)
        return store.commit(*(Append(room, published(f"{number}-{id(store)}")) for room in rooms))

    await asyncio.gather(*(across(store, number) for number in range(25) for store in two))

    tops = await two[0].tops(ROOMS)
    assert set(tops.values()) == {51}


async def test_two_nodes_may_sign_the_same_head(node):
    one, other = await node(checkpoint_ms=100), await node(checkpoint_ms=100)
    await one.commit(on_platform(registered("Ann")))
    for number in range(10):
        await asyncio.gather(
            *(
                store.commit(on_platform(registered(f"{number}-{store is one}")))
                for store in (one, other)
            )
        )
        await asyncio.sleep(0.05)
    await one.close()
    await other.close()

    fresh = await node()
    head = schema.head.c
    signed = await fresh._readers.ask(
        lambda connection: connection.scalars(select(head.seq).where(head.chain == PLATFORM)).all()
    )
    assert max(signed) == 21


async def test_a_node_with_another_key_does_not_start(node, settings):
    await node()
    stranger = settings()
    (stranger.data_dir / KEY_FILE).unlink()

    with pytest.raises(Broken, match=r"copy head\.key"):
        await PostgresStore.open(stranger, lambda: Millis(1))
    assert not (stranger.data_dir / KEY_FILE).exists()

    head_key(stranger.data_dir)
    with pytest.raises(Broken, match="not the key of this record"):
        await PostgresStore.open(stranger, lambda: Millis(1))


@pytest.mark.parametrize("weak", ["synchronous_commit=off", "synchronous_commit=local"])
async def test_a_database_that_would_lose_commits_is_refused(postgres, settings, weak):
    first = settings()
    name = first.url.rpartition("/")[2]
    postgres.run(f"ALTER DATABASE {name} SET {weak}")

    with pytest.raises(Broken, match=weak):
        await PostgresStore.open(first, lambda: Millis(1))


async def test_a_database_that_is_not_there_is_named_plainly(tmp_path):
    nowhere = StoreSettings(url="postgresql://a:secret@127.0.0.1:1/b", data_dir=tmp_path)

    with pytest.raises(StoreDown) as refusal:
        await PostgresStore.open(nowhere, lambda: Millis(1))

    assert "secret" not in str(refusal.value)


async def test_texts_are_ordered_by_code_point(two):
    """As in SQLite, and not as people would: pages of rooms go on where the last one ended."""
    for room in ("b", "a-b", "ab", "a_b", "Z1"):
        await two[0].commit(Append(RoomId(room), opened()))

    rooms = [row.room for row in await two[1].rooms()]

    assert rooms == sorted(rooms)


# --- when it fails


@contextlib.contextmanager
def commits_and_says_it_failed(store):
    """The database says that COMMIT failed, though it did not: nobody can know."""

    def commit_and_fail(connection):
        connection.connection.dbapi_connection.commit()
        raise OperationalError("COMMIT", {}, OSError("connection lost"))

    event.listen(store._writer._link.engine, "commit", commit_and_fail, once=True)
    with pytest.raises(Unknown):
        yield


async def test_what_was_committed_after_all_is_announced_before_anything_else(two):
    one, other = two
    announced = []
    one.subscribe(announced.extend)

    with commits_and_says_it_failed(one):
        await one.commit(in_demo(published("ghost")))
    await other.commit(in_demo(published("between")))
    [after] = await one.commit(in_demo(published("after")))
    [again] = await one.commit(in_demo(published("ghost")))

    assert [entry.fact.client_id for entry in announced] == ["ghost", "after"]
    assert (again.repeated, again.seq, again.comment) == (True, 2, announced[0].comment)
    assert after.comment.author == again.comment.author


async def test_a_commit_that_found_nobody_is_not_recorded(two):
    one, _ = two
    announced = []
    one.subscribe(announced.extend)

    def end(connection):
        connection.connection.driver_connection.terminate()

    event.listen(one._writer._link.engine, "commit", end, once=True)
    with pytest.raises(Unknown):
        await one.commit(in_demo(published("lost")))
    [after] = await one.commit(in_demo(published("after")))

    assert announced == [after]
    assert await one.outcome(DEMO, ANN, ClientId("lost")) is None


async def test_connections_that_ended_are_made_anew(two, postgres_url):
    one, _ = two
    await one.room(DEMO)
    await end_all_others(postgres_url)

    assert (await one.room(DEMO)).top == 1
    [entry] = await until_up(lambda: one.commit(in_demo(published("after"))))

    assert entry.seq == 2


async def test_a_killed_database_loses_nothing_that_was_acknowledged(two, postgres):
    one, _ = two
    acked, asked = [], itertools.count(1)

    async def post():
        with contextlib.suppress(StoreDown, Unknown):
            acked.extend(await one.commit(in_demo(published(f"c{next(asked)}"))))

    for _ in range(20):
        await post()
    crowd = [asyncio.create_task(post()) for _ in range(200)]
    await asyncio.sleep(0.01)
    await asyncio.to_thread(postgres.daemon.stop, signal.SIGKILL)
    await asyncio.gather(*crowd)
    with pytest.raises(StoreDown):
        await one.room(DEMO)
    postgres.daemon.start()  # it ends with the thread that starts it
    await until_up(lambda: one.commit(in_demo(published("after"))))

    recorded = await one.recorded(DEMO, Seq(1), limit=1_000)
    assert len(acked) >= 20
    assert {entry.seq: entry for entry in recorded}.items() >= {
        entry.seq: entry for entry in acked
    }.items()


async def test_whoever_closes_waits_for_no_database_that_stands_still(two, postgres):
    one, other = two

    def ask():
        return [
            asyncio.create_task(one.commit(in_demo(published("held up")))),
            asyncio.create_task(one.room(DEMO)),
        ]

    with postgres.daemon.standing_still():
        held_up = ask()
        await asyncio.sleep(0)  # both have been asked
        async with asyncio.timeout(CLOSED_S):
            await one.close()
        answers = await asyncio.gather(*held_up, return_exceptions=True)

    assert all(isinstance(answer, StoreDown | Unknown) for answer in answers), answers
    [entry] = await until_up(lambda: other.commit(in_demo(published("held up"))))
    assert entry.seq == 2


async def test_who_was_not_answered_in_time_connects_anew(node, postgres, monkeypatch):
    """The driver would ask the database to end what takes too long, and wait until it does."""
    monkeypatch.setattr(postgres_link, "STATEMENT_MS", 3_000)
    one, other = await node(comment_wait_ms_max=500), await node()
    await other.commit(on_platform(registered("Ann")))
    await other.commit(in_demo(opened()))

    with postgres.daemon.standing_still():
        with pytest.raises(Unknown):
            await one.commit(in_demo(published("held up")))
        await until(lambda: one._writer.is_down)
        with pytest.raises(StoreDown):
            await one.commit(in_demo(published("refused")))
    await until(lambda: not one._writer.is_down)

    [entry] = await other.commit(in_demo(published("held up")))
    assert entry.seq == 2


async def test_a_room_that_somebody_holds_stops_nobody_for_long(node, postgres_url, monkeypatch):
    monkeypatch.setattr(postgres_link, "LOCK_MS", LOCK_MS)
    one = await node()
    await one.commit(on_platform(registered("Ann")))
    for room in (DEMO, ROOMS[0]):
        await one.commit(Append(room, opened()))
    async with connected(postgres_url) as stuck, stuck.transaction():
        await stuck.execute("SELECT FROM chain WHERE id = 'demo' FOR UPDATE")

        began_s = time.monotonic()
        with pytest.raises(StoreDown):
            await one.commit(in_demo(published("held up")))
        took_s = time.monotonic() - began_s
        [elsewhere] = await one.commit(Append(ROOMS[0], published("elsewhere")))

    [entry] = await one.commit(in_demo(published("held up")))

    assert took_s < 3
    assert (elsewhere.seq, entry.seq) == (2, 2)


async def test_a_record_that_lost_what_everybody_saw_takes_nothing(settings, postgres_url):
    """As when a standby takes over that had not got everything."""
    one = await PostgresStore.open(settings(), lambda: Millis(1))
    await one.commit(in_demo(opened()))
    await one.commit(in_demo(published("seen")))
    async with connected(postgres_url) as restored:
        await restored.execute(
            "DELETE FROM body WHERE chain = 'demo' AND seq = 2;"
            "DELETE FROM entry WHERE chain = 'demo' AND seq = 2;"
            "DELETE FROM comment WHERE room = 'demo';"
            "DELETE FROM pseudonym WHERE chain = 'demo' AND account = 1;"
            "UPDATE chain c SET top = 1, number_top = 0, link = e.link FROM entry e "
            "WHERE c.id = 'demo' AND e.chain = 'demo'"
        )
    await end_all_others(postgres_url)

    for client_id in ("a", "b", "c"):
        with pytest.raises(StoreDown):
            await one.commit(in_demo(published(client_id)))
    await one.close()


@pytest.mark.parametrize(
    "broken",
    [
        published("b", text="\ud800"),
        published("b", position_ms=2**63),
        published("b\0"),
    ],
    ids=["cannot be encoded", "fits no column", "no text of PostgreSQL's"],
)
async def test_what_cannot_be_written_harms_only_its_sender(two, broken):
    one, _ = two
    facts = [published("a"), broken, published("c")]

    outcomes = await asyncio.gather(
        *(one.commit(in_demo(fact)) for fact in facts), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes] == [list, Broken, list]
