"""What every test may ask for: the servers beside the house; and the settings of hypothesis."""

import gc
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from bench import backing
from danmaku.config import StoreSettings
from danmaku.store.patience import Patience
from danmaku.web.pages import Pages
from tests import once
from tests.turns import Turns

# A shared machine may stall any example: how long one takes says nothing. A failure prints the
# words that bring it back.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")

# A full round of the collector looks at everything that thousands of tests are made of: seconds in
# which a test, its clients, clocks and connections stand still. So there is none within a test, and
# after each file one over what that file has left.
gc.set_threshold(700, 10, 1_000_000_000)


@pytest.fixture(autouse=True, scope="module")
def _swept():
    yield
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)  # in one process nobody asks
def pytest_xdist_make_scheduler(config, log):
    return Turns(config, log)


@pytest.fixture(autouse=True, scope="session")
def _made_once(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        tables = once.tables_from(tmp_path_factory.mktemp("once") / "record.db")
        patched.setattr("danmaku.store.sqlite.migrate", tables)
        patched.setattr("danmaku.web.app.Pages", cache(Pages))
        patched.setattr("danmaku.app.create_app", once.created)
        patched.setattr("danmaku.core.trust_of", once.trusted)
        yield


@pytest.fixture(autouse=True, scope="session")
def _calm():
    """A busy machine, or a full one, is no load of the house: tests that want a level say so.

    Nor is it a record that stands still: who comments, or is looked at again, waits as long as
    everybody else, unless a test sets how long. Nor is a look at a text a fault of the filter that
    the collector makes a round in: in this process it takes longer than any look may.
    """
    all_ms, soon_ms = StoreSettings().commit_wait_ms_max, StoreSettings().comment_wait_ms_max

    def unhurried(wait_s):
        return Patience(all_ms / 1000 if wait_s == soon_ms / 1000 else wait_s)

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DANMAKU_BROWNOUT__MEMORY_PCT", "[100, 100, 100, 100]")
        patched.setenv("DANMAKU_BROWNOUT__FORCED_LEVEL", "0")
        patched.setenv("DANMAKU_STORE__COMMENT_WAIT_MS_MAX", str(all_ms))
        patched.setenv("DANMAKU_FILTER__MICROS_MAX", "10000000")
        patched.setattr("danmaku.store.store.Patience", unhurried)
        patched.setattr("danmaku.gateway.identity.LOOK_S", all_ms / 1000)
        yield


@pytest.fixture
def cheap_passwords(monkeypatch):
    """The real hash at its least cost, which is high on purpose."""
    cheap = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("danmaku.actions.passwords.PasswordHasher", cheap)


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


@pytest.fixture
def quick_disk():
    """A folder for what syncs hundreds of times: in memory, where there is some."""
    memory = Path("/dev/shm")  # noqa: S108 -- a folder with a name of its own is made there
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)
