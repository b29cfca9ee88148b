import pytest

from danmaku.config import StoreSettings
from danmaku.store.sqlite import SqliteStore
from tests.contract.people_contract import PeopleContract
from tests.contract.soundness import findings_in
from tests.contract.store_contract import (
    AccountsContract,
    CommitContract,
    ReadContract,
    furnished,
    ticking,
)


@pytest.fixture
def remembered_max():
    return StoreSettings().remembered_max


@pytest.fixture
async def store(tmp_path, announced, remembered_max):
    settings = StoreSettings(data_dir=tmp_path, remembered_max=remembered_max)
    store = await SqliteStore.open(settings, ticking())
    yield await furnished(store, announced)
    await store.close()
    assert findings_in(tmp_path) == []


class TestCommitsToSqlite(CommitContract):
    pass


class TestCommitsWithLittleMemory(CommitContract):
    @pytest.fixture(params=[0, 1])
    def remembered_max(self, request):
        return request.param


class TestReadsFromSqlite(ReadContract):
    pass


class TestAccountsInSqlite(AccountsContract):
    pass


class TestPeopleInSqlite(PeopleContract):
    pass
