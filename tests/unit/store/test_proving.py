import asyncio
import itertools
import os
import sqlite3

import pytest

from bench.probes import children
from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis, Seq
from danmaku.errors import StoreDown
from danmaku.store.database import DATABASE_FILE
from danmaku.store.proving import prove_aside
from danmaku.store.sqlite import SqliteStore
from tests.contract.facts import DEMO, in_demo, opened, published


@pytest.fixture
async def record(tmp_path):
    """A record that a server has open: where it lies."""
    ticks = itertools.count(1_000)
    settings = StoreSettings(data_dir=tmp_path / "data")
    store = await SqliteStore.open(settings, lambda: Millis(next(ticks)))
    await store.commit(in_demo(opened()))
    for text in ("one", "two", "three"):
        await store.commit(in_demo(published(text)))
    yield settings
    await store.close()


async def test_a_record_is_proved_beside_the_server_that_writes_it(record, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    nearby = record.model_copy(update={"data_dir": record.data_dir.relative_to(tmp_path)})

    assert await prove_aside(nearby) == []


async def test_the_first_bad_entry_of_a_chain_is_named(record):
    with sqlite3.connect(record.data_dir / DATABASE_FILE) as connection:
        connection.execute("UPDATE entry SET at_ms = at_ms + 1 WHERE chain = ? AND seq = 3", [DEMO])
    connection.close()

    assert await prove_aside(record) == [(DEMO, Seq(3))]


async def test_where_no_record_is_nothing_is_said_to_be_sound(tmp_path):
    with pytest.raises(StoreDown):
        await prove_aside(StoreSettings(data_dir=tmp_path))


async def test_whoever_gives_up_ends_the_helper(record):
    before = children(os.getpid())
    proving = asyncio.create_task(prove_aside(record))
    while children(os.getpid()) == before:  # noqa: ASYNC110 -- the system tells nobody
        await asyncio.sleep(0.01)
    proving.cancel()

    with pytest.raises(asyncio.CancelledError):
        await proving
    assert children(os.getpid()) == before
