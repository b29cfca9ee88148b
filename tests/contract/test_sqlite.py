import itertools

import pytest

from danmaku.config import StoreSettings
from danmaku.domain.facts import PasswordChanged
from danmaku.domain.ids import Millis, Seq
from danmaku.store import schema
from danmaku.store.entries import ENTRIES, entries_of
from danmaku.store.sqlite import SqliteStore
from danmaku.store.verify import Finding, verify
from tests.contract.facts import (
    ANN,
    BEN,
    SECRET,
    granted,
    held,
    in_demo,
    issued,
    on_platform,
    opened,
    published,
    recalled,
    refused,
    registered,
    reported,
    words_set,
)
from tests.contract.store_contract import AccountsContract, CommitContract, ReadContract


@pytest.fixture
def announced():
    return []


@pytest.fixture
def remembered_max():
    return StoreSettings().remembered_max


@pytest.fixture
async def store(tmp_path, announced, remembered_max):
    ticks = itertools.count(1_000)
    settings = StoreSettings(data_dir=tmp_path, remembered_max=remembered_max)
    store = await SqliteStore.open(settings, lambda: Millis(next(ticks)))
    await store.commit(on_platform(registered("Ann")))
    await store.commit(on_platform(registered("Ben")))
    await store.commit(in_demo(opened()))
    store.subscribe(announced.extend)
    yield store
    await store.close()
    assert [end for end in verify(tmp_path) if isinstance(end, Finding)] == []


class TestCommitsToSqlite(CommitContract):
    async def test_every_entry_is_read_as_it_was_announced(self, store, announced):
        """What is found unannounced after a failed commit is told as it would have been."""
        facts = [
            published("a"),
            held("b"),
            refused("c", author=BEN),
            published("b", origin=Seq(3)),
            recalled(1, category="spoiler"),
            published("d", author=BEN),
            words_set(SECRET),
        ]
        for fact in facts:
            await store.commit(in_demo(fact))
        await store.commit(on_platform(granted()), on_platform(issued()))
        await store.commit(on_platform(PasswordChanged(ANN, "new")), on_platform(reported()))
        entry = schema.entry.c
        fresh = ENTRIES.where(entry.at_ms > 1_002).order_by(entry.at_ms, entry.seq)

        read = await store._readers.ask(
            lambda connection: entries_of(connection, connection.execute(fresh).all())
        )

        assert read == announced


class TestCommitsWithLittleMemory(CommitContract):
    @pytest.fixture(params=[0, 1])
    def remembered_max(self, request):
        return request.param


class TestReadsFromSqlite(ReadContract):
    pass


class TestAccountsInSqlite(AccountsContract):
    pass
