import pytest

from danmaku.config import StoreSettings
from danmaku.store.sqlite import SqliteStore
from tests.contract.bulk_contract import BulkContract
from tests.contract.case_contract import CaseContract
from tests.contract.copies_contract import CopiesContract
from tests.contract.endpoint_contract import EndpointContract
from tests.contract.filing_contract import FilingContract
from tests.contract.people_contract import PeopleContract
from tests.contract.soundness import findings_in
from tests.contract.store_contract import (
    AccountsContract,
    CommitContract,
    ReadContract,
    furnished,
    ticking,
)
from tests.contract.team_contract import TeamContract


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


class TestCasesInSqlite(CaseContract):
    pass


class TestFilingsInSqlite(FilingContract):
    pass


class TestTeamInSqlite(TeamContract):
    pass


class TestCopiesFromSqlite(CopiesContract):
    pass


class TestBulkInSqlite(BulkContract):
    pass


class TestEndpointsInSqlite(EndpointContract):
    pass
