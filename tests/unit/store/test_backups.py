import contextlib
import shutil
import sqlite3
import stat
from math import isnan
from random import Random

import pytest

from danmaku.config import StoreSettings
from danmaku.errors import BadMessage, Broken, Coded
from danmaku.store.backups import NEWEST_FILE, Stage, check, made_s_of_newest, make, newest_of
from danmaku.store.database import DATABASE_FILE
from danmaku.store.envelope import MasterKey
from danmaku.store.opening import open_store
from danmaku.store.verify import Sound
from tests.contract.facts import in_demo, published
from tests.contract.store_contract import ticking
from tests.unit.store.full_record import fill

KEY = MasterKey.fresh()
MADE_MS = 1_790_000_000_000


@pytest.fixture
async def settings(tmp_path):
    settings = StoreSettings(data_dir=tmp_path / "data")
    store = await open_store(settings, ticking())
    await fill(store)
    await store.close()
    return settings


def made(settings, name="backup", on_step=lambda _step: None, key=KEY):
    target = settings.data_dir.parent / name
    return target, make(settings, key, target, MADE_MS, on_step)


def checked(path, on_step=lambda _step: None):
    with path.open("rb") as file:
        return check(file, [KEY], on_step)


def test_a_backup_is_sealed_for_its_owner_alone_and_tells_the_digest_of_its_file(settings):
    steps, proved = [], []

    path, newest = made(settings, on_step=steps.append)
    found = checked(path, proved.append)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert newest.file_bytes == path.stat().st_size
    assert (found.sha256, found.made_ms) == (newest.sha256, MADE_MS)
    assert (found.chains_count, newest_of(settings.data_dir)) == (2, newest)
    assert {step.verb for step in steps if isinstance(step, Stage)} == {"copying", "sealing"}
    assert [step.bytes_count for step in steps][-1] == steps[-1].bytes_total
    raw = path.read_bytes()
    assert b"SQLite" not in raw
    assert "二号弹幕".encode() not in raw


def test_what_is_written_meanwhile_is_not_in_it_and_harms_nothing(settings):
    """Each step of the copy meets a commit; the copy is of the moment at which it began."""
    steps, proved = [], []
    place = settings.data_dir / DATABASE_FILE
    with contextlib.closing(sqlite3.connect(place, isolation_level=None)) as rival:
        rival.execute("CREATE TABLE ballast (one BLOB)")  # so that there are several steps
        rival.execute("INSERT INTO ballast VALUES (zeroblob(3000000))")

        def write(step):
            steps.append(step)
            rival.execute("DELETE FROM body" if len(steps) == 1 else "DELETE FROM comment")

        path, _ = made(settings, on_step=write)
        assert rival.execute("SELECT count(*) FROM body").fetchone() == (0,)
    checked(path, proved.append)

    assert len([step for step in steps if step.verb == "copying"]) > 3
    ends = [step for step in proved if isinstance(step, Sound)]
    assert [(end.chain, end.erased_count < end.entries_count) for end in ends] == [
        ("@platform", True),
        ("demo", True),
    ]


def entries_in(place):
    with contextlib.closing(sqlite3.connect(place)) as database:
        return database.execute("SELECT count(*) FROM entry").fetchone()[0]


async def test_beside_a_running_store(settings, tmp_path):
    store = await open_store(settings, ticking())
    await store.commit(in_demo(published("late")))

    path, _ = made(settings)
    await store.close()

    assert checked(path).entries_count == entries_in(settings.data_dir / DATABASE_FILE)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["backup", "data"]


def test_one_byte_anywhere_and_each_length_but_its_own_is_refused(settings, tmp_path):
    path, _ = made(settings)
    raw, harmed, chance = path.read_bytes(), tmp_path / "harmed", Random(7)  # noqa: S311

    for at in [0, 20, 52, 53, len(raw) - 1, *(chance.randrange(len(raw)) for _ in range(20))]:
        flipped = bytearray(raw)
        flipped[at] ^= 1 << chance.randrange(8)
        for content in (bytes(flipped), raw[:at]):
            harmed.write_bytes(content)
            with pytest.raises(BadMessage):
                checked(harmed)
    with path.open("rb") as file, pytest.raises(BadMessage, match="another key"):
        check(file, [MasterKey.fresh()], print)


def test_a_record_that_is_not_sound_is_found_out(settings):
    with contextlib.closing(sqlite3.connect(settings.data_dir / DATABASE_FILE)) as rival:
        rival.execute("UPDATE comment SET status = 'held' WHERE number = 1")
        rival.commit()

    path, _ = made(settings)

    with pytest.raises(Broken, match="demo, entry"):
        checked(path)


def test_where_there_is_no_embedded_record_there_is_nothing_to_back_up(settings, tmp_path):
    shared = StoreSettings(url="postgresql://host/name", data_dir=settings.data_dir)

    for nothing in (StoreSettings(data_dir=tmp_path / "typo"), shared):
        with pytest.raises(Coded, match="PostgreSQL"):
            made(nothing)
    assert not (tmp_path / "typo").exists()
    assert newest_of(tmp_path / "typo") is None
    assert made_s_of_newest(StoreSettings(data_dir=tmp_path / "typo")) == 0
    assert isnan(made_s_of_newest(shared))


def test_a_backup_that_fails_is_not_noted(settings, tmp_path):
    path, newest = made(settings)

    with pytest.raises(Coded, match="there already"):
        made(settings)
    (settings.data_dir / "head.key").unlink()
    with pytest.raises(Broken):
        made(settings, "another")

    assert newest_of(settings.data_dir) == newest
    assert made_s_of_newest(settings) == MADE_MS / 1000
    assert not (tmp_path / "another").exists()
    (settings.data_dir / NEWEST_FILE).write_bytes(b"{")
    assert newest_of(settings.data_dir) is None
    shutil.rmtree(settings.data_dir)
    assert checked(path).chains_count == 2
