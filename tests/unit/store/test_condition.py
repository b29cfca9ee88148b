import pytest

from danmaku.config import StoreSettings
from danmaku.domain.account import Bundle, PowerGrant
from danmaku.domain.documents import DocumentKind
from danmaku.domain.facts import PowersGranted
from danmaku.domain.ids import Millis
from danmaku.store.sqlite import SqliteStore
from danmaku.store.vault import VAULT_FILE
from tests.contract.facts import ANN, document_issued, on_platform, registered

NOW = Millis(1_700_000_000_000)


@pytest.fixture
async def store(tmp_path):
    store = await SqliteStore.open(StoreSettings(data_dir=tmp_path), lambda: NOW)
    yield store
    await store.close()


def chief(until_ms=None):
    grant = PowerGrant("chief", Bundle.CHIEF_EDITOR, room=None, until_ms=until_ms)
    return on_platform(PowersGranted(grant, ANN, actor=None))


async def test_a_record_tells_of_its_texts_in_force_its_editor_and_its_key(store):
    assert (await store.house()).documents == ()

    await store.commit(on_platform(registered("Ann")))
    await store.commit(chief())
    later = Millis(9_000_000_000_000)
    for fact in (
        document_issued(),
        document_issued(version=2),
        document_issued(DocumentKind.ABOUT, effective_ms=later),
    ):
        await store.commit(on_platform(fact))

    house = await store.house()
    assert [one.edition.version for one in house.documents] == [2]
    assert (house.has_chief_editor, house.has_vault_key) == (True, True)


async def test_an_office_that_is_over_is_none(store):
    await store.commit(on_platform(registered("Ann")))
    await store.commit(chief(until_ms=NOW))

    assert not (await store.house()).has_chief_editor


async def test_a_node_without_the_key_says_so(store, tmp_path):
    assert (tmp_path / VAULT_FILE).exists()
    (tmp_path / VAULT_FILE).unlink()

    assert not (await store.house()).has_vault_key
