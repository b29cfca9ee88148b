import itertools

import pytest

from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis
from danmaku.store.sqlite import SqliteStore
from danmaku.store.verify import Finding, verify
from tests.contract.facts import in_demo, on_platform, opened, registered
from tests.contract.store_contract import AccountsContract, CommitContract, ReadContract


@pytest.fixture
def announced():
    return []


@pytest.fixture
async def store(tmp_path, announced):
    ticks = itertools.count(1_000)
    store = await SqliteStore.open(StoreSettings(data_dir=tmp_path), lambda: Millis(next(ticks)))
    await store.commit(on_platform(registered("Ann")))
    await store.commit(on_platform(registered("Ben")))
    await store.commit(in_demo(opened()))
    store.subscribe(announced.extend)
    yield store
    await store.close()
    assert [end for end in verify(tmp_path) if isinstance(end, Finding)] == []


class TestCommitsToSqlite(CommitContract):
    pass


class TestReadsFromSqlite(ReadContract):
    pass


class TestAccountsInSqlite(AccountsContract):
    pass
