import contextlib
import io
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis, Seq
from danmaku.errors import BadMessage, Broken, Coded
from danmaku.store.backups import check, make
from danmaku.store.beginnings import begun
from danmaku.store.database import DATABASE_FILE, write_engine
from danmaku.store.envelope import MasterKey
from danmaku.store.keys import head_key
from danmaku.store.newest_commit import NOTE_FILE
from danmaku.store.opening import open_store
from danmaku.store.restoring import Lost, restore
from danmaku.store.sqlite import StoreLocked, locked
from danmaku.store.vault import VAULT_FILE
from tests.contract.facts import ANN, BEN, DEMO, in_demo, opened, published, recalled
from tests.contract.soundness import findings_in
from tests.contract.store_contract import ticking
from tests.unit.store.full_record import LATER_MS, SESSION, fill

KEY = MasterKey.fresh()


def silent(_step):
    pass


async def heads_of(store):
    return b"".join([chunk async for chunk in store.copies.heads()])


async def views_in(store):
    return await store.entries(DEMO, Seq(0), Seq(99), limit=99)


@pytest.fixture
async def house(tmp_path):
    """A record with a backup, and what its open store said when that was made."""
    settings = StoreSettings(data_dir=tmp_path / "data")
    store = await open_store(settings, ticking())
    await fill(store)
    make(settings, KEY, tmp_path / "backup", 1_790_000_000_000, silent)
    yield store, await views_in(store)
    await store.close()


def brought_back(tmp_path, name="new", heads=None, keys=(KEY,), on_step=silent, **given):
    with (tmp_path / "backup").open("rb") as file:
        vouched = None if heads is None else io.BytesIO(heads)
        return restore(file, keys, tmp_path / name, on_step, heads=vouched, **given)


async def test_it_comes_back_whole_in_another_life_and_goes_on(house, tmp_path):
    former, views = house
    former_top = (await former.tops([DEMO]))[DEMO]
    await former.commit(in_demo(published("lost")))

    restored = brought_back(tmp_path)
    again = brought_back(tmp_path, "again")
    shutil.copy(tmp_path / "data" / VAULT_FILE, tmp_path / "new")
    store = await open_store(StoreSettings(data_dir=tmp_path / "new"), ticking())

    assert restored.former_epoch == former.epoch
    assert len({former.epoch, restored.epoch, again.epoch}) == 3
    assert restored.entries_of[DEMO] == former_top
    assert store.epoch == restored.epoch
    assert await views_in(store) == views
    assert await store.vault.persons(BEN) == await former.vault.persons(BEN)
    await store.commit(in_demo(published("after")))
    await store.close()
    assert findings_in(tmp_path / "new") == []


async def test_nobody_is_signed_in_by_it_and_nothing_that_runs_out_comes_back(house, tmp_path):
    former, _ = house

    brought_back(tmp_path)

    assert await former.session(SESSION, Millis(1)) is not None
    with contextlib.closing(sqlite3.connect(tmp_path / "new" / DATABASE_FILE)) as database:
        for table in ("session", "reset", "disclosure", "phone_code", "head"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608
        assert database.execute("SELECT count(*) FROM token").fetchone() > (0,)


async def test_identities_are_gone_from_backups_once_the_vault_has_another_key(house, tmp_path):
    """And the rest of such a backup is served all the same."""
    former, views = house
    await former.vault.rotate()
    new = StoreSettings(data_dir=tmp_path / "new")

    kept = brought_back(tmp_path)
    shutil.copy(tmp_path / "data" / VAULT_FILE, new.data_dir)
    with pytest.raises(Broken, match=f"key {kept.vault_key_id}"):
        await open_store(new, ticking())
    shutil.rmtree(new.data_dir)
    emptied = brought_back(tmp_path, forgets_identities=True)
    store = await open_store(new, ticking())

    assert emptied.vault_key_id is None
    assert await views_in(store) == views
    assert await store.vault.persons(BEN) == []
    await store.close()


async def bodies_left(store, data_dir, now_ms):
    """What there is once all that is due by then is destroyed."""
    while (await store.retention.destroy_due(now_ms)).has_more:
        pass
    with contextlib.closing(sqlite3.connect(data_dir / DATABASE_FILE)) as database:
        return database.execute("SELECT chain, seq, part FROM body ORDER BY 1, 2, 3").fetchall()


async def test_what_a_term_destroyed_since_is_destroyed_again(house, tmp_path):
    former, _ = house
    data, new = tmp_path / "data", tmp_path / "new"
    before = await bodies_left(former, data, Millis(1))

    brought_back(tmp_path, forgets_identities=True)
    store = await open_store(StoreSettings(data_dir=new), ticking())
    back = await bodies_left(store, new, Millis(1))
    after = await bodies_left(former, data, LATER_MS)

    assert back == before
    assert len(after) < len(before)
    assert await bodies_left(store, new, LATER_MS) == after
    await store.close()


async def test_heads_that_were_kept_tell_what_is_lost(house, tmp_path):
    store, _ = house
    top = (await store.tops([DEMO]))[DEMO]
    later = [published("x"), published("y"), recalled()]
    for fact in later:
        await store.commit(in_demo(fact))
    await store.close()  # its heads are signed then
    store = await open_store(StoreSettings(data_dir=tmp_path / "data"), ticking())
    heads = await heads_of(store)
    await store.close()

    restored = brought_back(tmp_path, heads=heads)

    assert restored.lost == (Lost(DEMO, Seq(top + 1), Seq(top + len(later))),)


async def test_heads_of_another_course_life_or_hand_are_refused(house, tmp_path):
    store, _ = house
    await store.close()
    store = await open_store(StoreSettings(data_dir=tmp_path / "data"), ticking())
    heads = await heads_of(store)
    other = await open_store(StoreSettings(data_dir=tmp_path / "other"), ticking())
    await other.commit(in_demo(opened()))
    await other.close()
    other = await open_store(StoreSettings(data_dir=tmp_path / "other"), ticking())
    foreign = await heads_of(other)
    await other.close()
    begin, first, *rest = heads.splitlines(keepends=True)
    at = first.index(b'"link":"') + len(b'"link":"')
    forged = first[:at] + (b"1" if first[at : at + 1] == b"0" else b"0") + first[at + 1 :]

    for bad in (foreign, b"", b"[]\n", begin + forged + b"".join(rest), begin + b"{}\n"):
        with pytest.raises(BadMessage):
            brought_back(tmp_path, heads=bad)
    await rewritten(store, tmp_path)
    with pytest.raises(Broken, match="vouch for another"):
        brought_back(tmp_path, heads=heads)
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / ".new.part").exists()


async def rewritten(store, tmp_path):
    """Another course of events under the same key and epoch, in the place of the backup."""
    await store.close()
    data, epoch = tmp_path / "data", store.epoch
    (data / DATABASE_FILE).unlink()
    (data / NOTE_FILE).unlink()  # or the house would miss what it had committed
    other = await open_store(StoreSettings(data_dir=data), ticking())
    await fill(other)
    await other.close()
    with contextlib.closing(sqlite3.connect(data / DATABASE_FILE)) as database:
        database.execute("UPDATE meta SET value = ? WHERE name = 'epoch'", (epoch,))
        database.execute("DELETE FROM head")
        database.commit()
    (tmp_path / "backup").unlink()
    make(StoreSettings(data_dir=data), KEY, tmp_path / "backup", 1, silent)


@pytest.mark.usefixtures("house")
async def test_it_is_laid_over_nothing(tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "note").touch()
    (tmp_path / "empty").mkdir()

    with pytest.raises(Coded, match="not empty"):
        brought_back(tmp_path)
    with locked(tmp_path / ".third.part"), pytest.raises(StoreLocked):
        brought_back(tmp_path, "third")
    with pytest.raises(BadMessage, match="a file system of its own"):
        brought_back(tmp_path, Path("/"))
    brought_back(tmp_path, "empty")

    assert [file.name for file in (tmp_path / "new").iterdir()] == ["note"]
    assert (tmp_path / "empty" / DATABASE_FILE).exists()


@pytest.mark.usefixtures("house")
async def test_what_breaks_off_leaves_no_directory_and_is_no_hindrance(tmp_path):
    left = tmp_path / ".new.part"
    left.mkdir()
    (left / DATABASE_FILE).write_bytes(b"half of one, of a process that was killed")

    def break_off(_step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        brought_back(tmp_path, on_step=break_off)
    assert not left.exists()
    with pytest.raises(BadMessage, match="another key"):
        brought_back(tmp_path, keys=[MasterKey.fresh()])
    assert not (tmp_path / "new").exists()

    brought_back(tmp_path)

    assert findings_in(tmp_path / "new") == []
    assert ANN in (await accounts_in(tmp_path / "new"))


async def accounts_in(data_dir):
    with contextlib.closing(sqlite3.connect(data_dir / DATABASE_FILE)) as database:
        return [row[0] for row in database.execute("SELECT id FROM account")]


def tables_of(version, data_dir):
    """A record that has just begun, with the tables of a version; a backup of it is beside it."""
    config = Config()
    config.set_main_option("script_location", "danmaku.store:migrations")
    with write_engine(data_dir / DATABASE_FILE).connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        begun(connection)
        labelled = f"UPDATE alembic_version SET version_num = '{version}'"  # noqa: S608 -- ours
        connection.exec_driver_sql(labelled)
    make(StoreSettings(data_dir=data_dir), KEY, data_dir.parent / "backup", Millis(1), silent)


def test_a_backup_of_an_older_version_gets_its_tables_and_one_of_a_newer_is_refused(tmp_path):
    (tmp_path / "data").mkdir()
    head_key(tmp_path / "data")

    tables_of("0009", tmp_path / "data")
    with (tmp_path / "backup").open("rb") as file:
        assert check(file, [KEY], silent).chains_count == 1
    brought_back(tmp_path)
    assert findings_in(tmp_path / "new") == []

    for name in ("backup", f"data/{DATABASE_FILE}"):
        (tmp_path / name).unlink()
    tables_of("9999", tmp_path / "data")
    with pytest.raises(BadMessage, match="newer version"):
        brought_back(tmp_path, "newer")
    assert not (tmp_path / "newer").exists()
