"""What every test may ask for: the servers beside the house; and the settings of hypothesis."""

import pytest
from hypothesis import settings

from bench import backing

# A shared machine may stall any example: how long one takes says nothing. A failure prints the
# words that bring it back.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres():
    with backing.postgres() as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres):
    """A fresh database: empty, and gone with the test."""
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="session")
def redis():
    with backing.redis() as server:
        yield server


@pytest.fixture
def redis_url(redis):
    return redis.url


@pytest.fixture(scope="session")
def redis_cluster():
    with backing.redis_cluster() as nodes:
        yield nodes
