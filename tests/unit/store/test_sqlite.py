import asyncio
import itertools

import pytest

from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis, Seq
from danmaku.errors import Overloaded, StoreDown
from danmaku.store.keys import KEY_FILE
from danmaku.store.sqlite import SqliteStore, StoreLocked
from danmaku.store.verify import Sound
from tests.contract.facts import ANN, DEMO, in_demo, on_platform, opened, published, registered
from tests.contract.soundness import steps_of


def settings(folder, **given):
    return StoreSettings(data_dir=folder / "data", **given)


def open_store(folder, **given):
    ticks = itertools.count(1_000)
    return SqliteStore.open(settings(folder, **given), lambda: Millis(next(ticks)))


async def test_nobody_else_opens_an_open_record(tmp_path):
    store = await open_store(tmp_path)

    with pytest.raises(StoreLocked, match=r"store\.lock") as refusal:
        await open_store(tmp_path)
    assert refusal.value.path == tmp_path / "data/store.lock"

    await store.close()
    await (await open_store(tmp_path)).close()


async def test_a_record_that_cannot_be_opened_is_given_free(tmp_path):
    await (await open_store(tmp_path)).close()
    key = tmp_path / "data" / KEY_FILE
    kept = key.read_bytes()
    key.write_bytes(b"broken")

    with pytest.raises(Exception, match=KEY_FILE):
        await open_store(tmp_path)

    key.write_bytes(kept)
    await (await open_store(tmp_path)).close()


async def test_a_new_record_is_its_owners_alone(tmp_path):
    await (await open_store(tmp_path)).close()

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


async def test_everything_is_there_when_it_is_opened_again(tmp_path):
    store = await open_store(tmp_path)
    epoch = store.epoch
    await store.commit(on_platform(registered("Ann")))
    await store.commit(in_demo(opened()))
    [first] = await store.commit(in_demo(published()))
    await store.close()

    store = await open_store(tmp_path)
    [again] = await store.commit(in_demo(published()))
    [next_one] = await store.commit(in_demo(published("next")))
    await store.close()

    assert store.epoch == epoch
    assert (again.repeated, again.fact, again.comment) == (True, first.fact, first.comment)
    assert (next_one.seq, next_one.comment.number) == (Seq(3), 2)
    assert next_one.comment.author == first.comment.author


async def test_closing_commits_what_waits_and_signs_it(tmp_path):
    store = await open_store(tmp_path)
    await store.commit(in_demo(opened()))
    waiting = [
        asyncio.ensure_future(store.commit(in_demo(published(f"c{index}")))) for index in range(30)
    ]
    await asyncio.sleep(0)

    await store.close()
    await store.close()

    assert len(await asyncio.gather(*waiting)) == 30
    assert [end for end in steps_of(tmp_path / "data") if isinstance(end, Sound)][1] == Sound(
        DEMO, 31, 0, 1
    )
    with pytest.raises(StoreDown):
        await store.commit(in_demo(published("too late")))


async def test_a_full_queue_refuses_and_writes_nothing_of_it(tmp_path):
    store = await open_store(tmp_path, queue_entries_max=8)
    await store.commit(in_demo(opened()))
    posts = (store.commit(in_demo(published(f"c{index}"))) for index in range(200))

    results = await asyncio.gather(*posts, return_exceptions=True)
    written = [result for result in results if not isinstance(result, Overloaded)]
    room = await store.room(DEMO)
    await store.close()

    assert 8 <= len(written) < 200
    assert room.comments_count == len(written)


async def test_a_sender_who_left_stops_nobody(tmp_path):
    store = await open_store(tmp_path)
    await store.commit(in_demo(opened()))
    gone = asyncio.ensure_future(store.commit(in_demo(published("gone"))))
    await asyncio.sleep(0)
    gone.cancel()

    [entry] = await store.commit(in_demo(published("here")))
    await store.close()

    assert entry.comment.number == 2


async def test_commits_are_watched(tmp_path):
    seen = []
    store = await SqliteStore.open(
        settings(tmp_path), lambda: Millis(1), watch=lambda *commit: seen.append(commit)
    )
    await store.commit(in_demo(opened()))
    await store.close()

    [(entries, seconds, delay_s)] = seen
    assert entries == 1
    assert 0 < seconds <= delay_s


async def test_sessions_that_ran_out_are_cleared_away(tmp_path):
    now_ms = 1_000
    store = await SqliteStore.open(settings(tmp_path), lambda: Millis(now_ms))
    await store.commit(on_platform(registered("Ann")))
    await store.open_session(b"old", ANN, Millis(2_000))

    now_ms = 3_000
    await store.open_session(b"new", ANN, Millis(9_000))
    found = await store.session(b"old", Millis(1_500))
    await store.close()

    assert found is None


async def test_a_record_in_memory_ends_with_its_store(tmp_path):
    store = await open_store(tmp_path, url="memory")
    epoch = store.epoch
    await store.commit(on_platform(registered("Ann")))
    with pytest.raises(StoreLocked):
        await open_store(tmp_path)
    await store.close()

    again = await open_store(tmp_path, url="memory")

    assert again.epoch != epoch
    assert await again.credentials("Ann") is None
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["store.lock"]
    await again.close()
