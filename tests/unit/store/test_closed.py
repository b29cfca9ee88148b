import asyncio
import contextlib
import sqlite3

import pytest
from sqlalchemy import inspect

from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis
from danmaku.errors import Broken, Coded, StoreDown
from danmaku.store import schema
from danmaku.store.closed import begin_anew, move
from danmaku.store.database import DATABASE_FILE, write_engine
from danmaku.store.envelope import MasterKey, master_keys, write_master_keys
from danmaku.store.keys import KEY_FILE, head_key
from danmaku.store.moving import Carried
from danmaku.store.opening import open_store
from danmaku.store.postgres_link import driven, engine_of
from danmaku.store.sqlite import StoreLocked
from danmaku.store.vault import VAULT_FILE
from danmaku.store.verify import Sound
from tests.contract.facts import BEN, DEMO, in_demo, published
from tests.contract.soundness import findings_in, steps_of
from tests.contract.store_contract import ticking
from tests.unit.store.full_record import SESSION, fill


def embedded(folder):
    return StoreSettings(data_dir=folder)


def shared(url, folder, **given):
    return StoreSettings(url=url, data_dir=folder, **given)


async def opened(settings):
    return await open_store(settings, ticking())


@pytest.fixture
async def origin(tmp_path):
    """An embedded record that nobody has open."""
    settings = embedded(tmp_path / "origin")
    store = await opened(settings)
    await fill(store)
    await store.close()
    return settings


async def moved(origin, target, on_step=lambda _step: None):
    await asyncio.to_thread(move, origin, target, on_step)


async def story_of(settings):
    """What somebody sees of a record who opens it."""
    store = await opened(settings)
    views = await store.entries(DEMO, 0, 99, limit=99)
    people = await store.vault.persons(BEN)
    told = (store.epoch, views, await store.standing(1), await store.rooms(), people)
    await store.close()
    return told


async def tables_in(url):

    def look():
        with engine_of(url).connect() as connection:
            return inspect(connection).get_table_names()

    return await asyncio.to_thread(driven, look)


class _BrokenOffError(Exception):
    pass


async def test_there_and_back_nothing_is_lost(origin, postgres_url, tmp_path):
    """Also into tables that are divided, with a key that each place needs."""
    story = await story_of(origin)
    middle = shared(postgres_url, tmp_path / "node", partitions=4)
    end = embedded(tmp_path / "end")

    await moved(origin, middle)
    assert await story_of(middle) == story
    await moved(middle, end)
    assert await story_of(end) == story

    assert findings_in(end.data_dir) == []


async def test_what_is_written_after_the_move_follows_on(origin, postgres_url, tmp_path):
    target = shared(postgres_url, tmp_path / "node")
    *_, rooms, _people = await story_of(origin)
    await moved(origin, target)

    store = await opened(target)
    [entry] = await store.commit(in_demo(published("after the move")))
    await store.close()

    assert entry.seq == rooms[0].top + 1
    assert entry.comment.number == rooms[0].comments_count + 1
    steps = await asyncio.to_thread(steps_of, target.data_dir, target.url)
    assert [type(step) for step in steps] == [Sound, Sound]


async def test_a_record_that_is_open_does_not_move(origin, postgres_url, tmp_path):
    target = shared(postgres_url, tmp_path / "node")
    store = await opened(origin)
    with pytest.raises(StoreLocked):
        await moved(origin, target)
    await store.close()
    await moved(origin, target)

    store = await opened(target)
    with pytest.raises(StoreDown, match="stop every node"):
        await moved(target, embedded(tmp_path / "back"))
    await store.close()

    assert not (tmp_path / "back" / KEY_FILE).exists()


async def test_a_record_never_moves_on_top_of_another(origin, postgres_url, tmp_path):
    target = shared(postgres_url, tmp_path / "node")
    await (await opened(target)).close()

    with pytest.raises(Coded, match="holds a record already"):
        await moved(origin, target)
    with pytest.raises(Coded, match="lies there already"):
        await moved(origin, origin)


async def test_a_key_of_another_record_stays(origin, postgres_url, tmp_path):
    (tmp_path / "node").mkdir()
    other = head_key(tmp_path / "node")

    with pytest.raises(Coded, match="key of another record"):
        await moved(origin, shared(postgres_url, tmp_path / "node"))

    assert head_key(tmp_path / "node").public_key() == other.public_key()
    assert await tables_in(postgres_url) == []


async def test_keys_of_another_vault_stay(origin, postgres_url, tmp_path):
    (tmp_path / "node").mkdir()
    write_master_keys(tmp_path / "node" / VAULT_FILE, [other := MasterKey.fresh()])

    with pytest.raises(Coded, match="keys of another vault"):
        await moved(origin, shared(postgres_url, tmp_path / "node"))

    assert master_keys(tmp_path / "node" / VAULT_FILE) == [other]
    assert await tables_in(postgres_url) == []


async def test_a_vault_that_nobody_can_open_does_not_move(origin, postgres_url, tmp_path):
    (origin.data_dir / VAULT_FILE).unlink()

    with pytest.raises(Broken, match="does not hold the key"):
        await moved(origin, shared(postgres_url, tmp_path / "node"))

    assert await tables_in(postgres_url) == []


@pytest.mark.parametrize("kind", [Carried, Sound])
async def test_a_move_that_is_broken_off_leaves_nothing(origin, postgres_url, tmp_path, kind):
    def breaking(step):
        if isinstance(step, kind):
            raise _BrokenOffError

    target = shared(postgres_url, tmp_path / "node")
    story = await story_of(origin)
    with pytest.raises(_BrokenOffError):
        await moved(origin, target, breaking)

    assert await tables_in(postgres_url) == []
    await moved(origin, target)
    assert await story_of(target) == story


async def test_a_move_into_a_directory_can_be_begun_again(origin, tmp_path):
    def breaking(_step):
        raise _BrokenOffError

    story = await story_of(origin)
    target = embedded(tmp_path / "end")
    with pytest.raises(_BrokenOffError):
        await moved(origin, target, breaking)
    assert not (target.data_dir / KEY_FILE).exists()

    await moved(origin, target)

    assert await story_of(target) == story


async def test_a_record_that_is_not_sound_does_not_move(origin, postgres_url, tmp_path):
    with write_engine(origin.data_dir / DATABASE_FILE).connect() as connection:
        connection.execute(schema.body.delete().where(schema.body.c.part == "open"))
        connection.execute(schema.chain.update().values(number_top=7))
        connection.commit()

    with pytest.raises(Broken, match="not sound"):
        await moved(origin, shared(postgres_url, tmp_path / "node"))

    assert await tables_in(postgres_url) == []


@pytest.mark.parametrize("url", ["", "memory"])
async def test_where_nothing_lies_nothing_is_made(postgres_url, tmp_path, url):
    with pytest.raises(Coded, match="record"):
        await moved(shared(url, tmp_path / "nowhere"), shared(postgres_url, tmp_path / "node"))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_shared", [False, True])
async def test_what_other_tools_brought_back_begins_anew(origin, postgres_url, tmp_path, is_shared):
    place = shared(postgres_url, tmp_path / "node") if is_shared else origin
    if is_shared:
        await moved(origin, place)
    former, views, *rest = await story_of(place)

    told = await asyncio.to_thread(begin_anew, place, lambda _step: None)

    assert told != former
    assert await story_of(place) == (told, views, *rest)
    store = await opened(place)
    with pytest.raises(StoreDown):
        await asyncio.to_thread(begin_anew, place, lambda _step: None)
    assert await store.session(SESSION, Millis(1)) is None
    await store.close()
    assert await asyncio.to_thread(findings_in, place.data_dir, place.url) == []


async def test_what_is_not_sound_or_not_there_does_not_begin_anew(origin, tmp_path):
    former, *_ = await story_of(origin)
    with contextlib.closing(sqlite3.connect(origin.data_dir / DATABASE_FILE)) as database:
        database.execute("UPDATE entry SET leaf = x'00' WHERE chain = 'demo' AND seq = 2")
        database.commit()

    with pytest.raises(Broken, match="demo, entry 2"):
        await asyncio.to_thread(begin_anew, origin, lambda _step: None)
    for nothing in (embedded(tmp_path / "typo"), shared("memory", origin.data_dir)):
        with pytest.raises(Coded):
            await asyncio.to_thread(begin_anew, nothing, lambda _step: None)

    assert (await story_of(origin))[0] == former
    assert not (tmp_path / "typo").exists()
