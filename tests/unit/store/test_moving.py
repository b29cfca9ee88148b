import pytest
from sqlalchemy import select

from danmaku.config import StoreSettings
from danmaku.domain.ids import Seq
from danmaku.errors import Broken, Coded
from danmaku.store import schema
from danmaku.store.database import DATABASE_FILE, write_engine
from danmaku.store.keys import existing_head_key
from danmaku.store.migrations import migrate
from danmaku.store.moving import Carried, carry
from danmaku.store.sqlite import SqliteStore
from danmaku.store.verify import Sound
from tests.contract.facts import DEMO, in_demo, published
from tests.contract.store_contract import ticking
from tests.unit.store.full_record import fill


@pytest.fixture
async def filled(tmp_path):
    """The directory of a closed record with a row in every table that facts fill."""
    store = await SqliteStore.open(StoreSettings(data_dir=tmp_path / "from"), ticking())
    await fill(store)
    await store.close()
    return tmp_path / "from"


@pytest.fixture
def source(filled):
    with write_engine(filled / DATABASE_FILE).connect() as connection, connection.begin():
        yield connection


@pytest.fixture
def target(tmp_path):
    (tmp_path / "to").mkdir()
    with write_engine(tmp_path / "to" / DATABASE_FILE).connect() as connection:
        with connection.begin():
            migrate(connection)
        yield connection


@pytest.fixture
def nothing(tmp_path):
    with write_engine(tmp_path / "nothing.sqlite").connect() as connection:
        yield connection


def key_of(filled):
    return existing_head_key(filled).public_key()


def rows_of(connection):
    return {
        table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
        for table in schema.metadata.sorted_tables
    }


def test_every_row_of_every_table_is_carried(filled, source, target):
    with target.begin():
        steps = list(carry(source, target, key_of(filled)))
        carried = rows_of(target)

    assert carried == rows_of(source)
    assert [name for name, rows in carried.items() if not rows] == []
    total = sum(map(len, carried.values()))
    assert [step for step in steps if isinstance(step, Carried)][-1] == Carried(total, total)
    assert [step.chain for step in steps if isinstance(step, Sound)] == ["@platform", DEMO]


def test_many_rows_are_carried_in_groups(monkeypatch, filled, source, target):
    monkeypatch.setattr("danmaku.store.moving.ROWS_AT_ONCE", 2)

    with target.begin():
        list(carry(source, target, key_of(filled)))
        assert rows_of(target) == rows_of(source)


async def test_the_record_goes_on_where_it_stood(filled, source, target, tmp_path):
    with target.begin():
        list(carry(source, target, key_of(filled)))
        top = source.scalar(select(schema.chain.c.top).where(schema.chain.c.id == DEMO))
        epoch = source.scalar(select(schema.meta.c.value).where(schema.meta.c.name == "epoch"))
    target.close()
    for key in ("head.key", "vault.key"):
        (tmp_path / "to" / key).write_bytes((filled / key).read_bytes())

    store = await SqliteStore.open(StoreSettings(data_dir=tmp_path / "to"), ticking())
    [entry] = await store.commit(in_demo(published("after the move")))

    assert (store.epoch, entry.seq) == (epoch, Seq(top + 1))
    await store.close()


def test_a_target_that_holds_anything_is_refused(filled, source, target):
    with target.begin():
        target.execute(schema.meta.insert(), {"name": "epoch", "value": "another"})

        with pytest.raises(Coded, match="holds a record already"):
            list(carry(source, target, key_of(filled)))


def test_a_source_without_a_record_is_refused(filled, target, nothing):
    with target.begin(), pytest.raises(Coded, match="no record"):
        list(carry(nothing, target, key_of(filled)))


def test_a_record_that_was_tampered_with_does_not_arrive(filled, source, target):
    source.execute(schema.body.update().where(schema.body.c.seq == 2).values(content=b"{}"))

    with target.begin(), pytest.raises(Broken, match=r"not sound: @platform, entry 2: .* body"):
        list(carry(source, target, key_of(filled)))
