import asyncio
import shutil
from random import Random

import pytest

from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis, Seq
from danmaku.errors import Broken
from danmaku.store.closed import begin_anew
from danmaku.store.database import DATABASE_FILE
from danmaku.store.newest_commit import NOTE_FILE, LostCommitError, noted_in
from danmaku.store.sqlite import SqliteStore
from danmaku.store.verify import Finding
from tests.contract.facts import ANN, DEMO, in_demo, on_platform, opened, published, registered
from tests.contract.soundness import findings_in

LOG_FILE = f"{DATABASE_FILE}-wal"
TOP = 6


async def open_record(folder):
    return await SqliteStore.open(StoreSettings(data_dir=folder), lambda: Millis(1))


@pytest.fixture
async def killed(tmp_path):
    """What is left of a record whose process was killed: its end lies in the log alone."""
    store = await open_record(tmp_path / "data")
    await store.commit(on_platform(registered("Ann")))
    await store.commit(in_demo(opened()))
    for number in range(TOP - 1):
        await store.commit(in_demo(published(f"c{number}", author=ANN)))
    left = shutil.copytree(tmp_path / "data", tmp_path / "left", ignore=lambda *_: ["store.lock"])
    await store.close()
    return left


async def test_what_a_killed_process_left_is_whole(killed):
    assert noted_in(killed).seq == TOP
    assert findings_in(killed) == []

    await (await open_record(killed)).close()


def rot(log, chance):
    """One bit of the log's last two thirds, which hold all that was said."""
    content = bytearray(log.read_bytes())
    content[chance.randrange(len(content) // 3, len(content))] ^= 1 << chance.randrange(8)
    log.write_bytes(content)


def cut(log, _chance):
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])


def remove(log, _chance):
    log.unlink()


@pytest.mark.parametrize("harm", [rot, cut, remove])
async def test_a_lost_end_is_missed_at_the_next_start_and_by_verify(killed, harm):
    harm(killed / LOG_FILE, Random(3))  # noqa: S311

    with pytest.raises(Broken):
        await open_record(killed)


async def test_who_accepts_the_loss_begins_anew(killed):
    content = (killed / LOG_FILE).read_bytes()
    (killed / LOG_FILE).write_bytes(content[: len(content) * 9 // 10])
    with pytest.raises(LostCommitError, match=f"demo, entry {TOP}"):
        await open_record(killed)
    assert findings_in(killed) == [Finding(DEMO, Seq(TOP), "it was committed, and is gone")]

    await asyncio.to_thread(begin_anew, StoreSettings(data_dir=killed), lambda _step: None)

    store = await open_record(killed)
    await store.commit(in_demo(published("again", author=ANN)))
    await store.close()
    assert findings_in(killed) == []


@pytest.mark.parametrize("content", [b"", b"x" * 512, None])
async def test_a_note_that_is_illegible_vouches_for_nothing(killed, content):
    note = killed / NOTE_FILE
    said = bytearray(note.read_bytes())
    said[40] ^= 1
    note.write_bytes(said if content is None else content)

    assert noted_in(killed) is None
    await (await open_record(killed)).close()
