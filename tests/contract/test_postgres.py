import asyncio
from functools import partial

import pytest

from danmaku.config import StoreSettings
from danmaku.store.migrations import migrate
from danmaku.store.postgres import PostgresStore
from danmaku.store.postgres_link import driven, engine_of
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


@pytest.fixture(scope="module", params=[0, 4], ids=["whole", "partitioned"])
def tables(postgres, request):
    """A database with nothing but the tables, to make others from."""
    with postgres.database() as url:
        driven(partial(_make_tables, url, request.param))
        yield url.rpartition("/")[2]


def _make_tables(url, partitions_count):
    with engine_of(url).connect() as connection, connection.begin():
        migrate(connection, partitions_count=partitions_count)


@pytest.fixture
async def store(tmp_path, announced, postgres, tables):
    with postgres.database(tables) as url:
        settings = StoreSettings(url=url, data_dir=tmp_path)
        store = await PostgresStore.open(settings, ticking())
        yield await furnished(store, announced)
        await store.close()
        assert await asyncio.to_thread(findings_in, tmp_path, url) == []


class TestCommitsToPostgres(CommitContract):
    pass


class TestReadsFromPostgres(ReadContract):
    pass


class TestAccountsInPostgres(AccountsContract):
    pass


class TestPeopleInPostgres(PeopleContract):
    pass


class TestCasesInPostgres(CaseContract):
    pass


class TestFilingsInPostgres(FilingContract):
    pass


class TestTeamInPostgres(TeamContract):
    pass


class TestCopiesFromPostgres(CopiesContract):
    pass


class TestBulkInPostgres(BulkContract):
    pass


class TestEndpointsInPostgres(EndpointContract):
    pass
