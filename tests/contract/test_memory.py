import pytest

from danmaku.config import StoreSettings
from danmaku.store.sqlite import SqliteStore
from tests.contract.store_contract import (
    AccountsContract,
    CommitContract,
    ReadContract,
    furnished,
    ticking,
)


@pytest.fixture
async def store(tmp_path, announced):
    store = await SqliteStore.open(StoreSettings(data_dir=tmp_path, url="memory"), ticking())
    yield await furnished(store, announced)
    await store.close()


class TestCommitsToMemory(CommitContract):
    pass


class TestReadsFromMemory(ReadContract):
    pass


class TestAccountsInMemory(AccountsContract):
    pass
