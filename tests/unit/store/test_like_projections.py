import asyncio
import contextlib
import itertools
import shutil
import sqlite3

import pytest

from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis
from danmaku.store.sqlite import DATABASE_FILE, SqliteStore
from tests.contract.facts import (
    ANN,
    BEN,
    PEOPLE_BEFORE,
    PEOPLE_FACTS,
    in_demo,
    liked,
    on_platform,
    opened,
    published,
)
from tests.contract.soundness import findings_after


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Two likes that stand, one of them twice; one that was taken back; a feature that is on."""
    folder = tmp_path_factory.mktemp("sample")
    asyncio.run(write_sample(folder))
    return folder


async def write_sample(folder):
    ticks = itertools.count(1_000)
    store = await SqliteStore.open(StoreSettings(data_dir=folder), lambda: Millis(next(ticks)))
    for fact in (*PEOPLE_BEFORE, *PEOPLE_FACTS):
        await store.commit(on_platform(fact))
    likes = (liked(1, actor=ANN), liked(1), liked(2), liked(2, stands=False), liked(1))
    for fact in (opened(), published("a"), published("b"), *likes):
        await store.commit(in_demo(fact))
    await store.close()


@pytest.fixture
def record(sample, tmp_path):
    return shutil.copytree(sample, tmp_path / "record")


def test_likes_as_they_were_recorded_are_sound(record):
    assert findings_after(record, "SELECT 1") == []


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE like_count SET likes = 9 WHERE number = 1", 5),
        ("UPDATE like_count SET likes = 1 WHERE number = 2", 7),
        ("DELETE FROM like_count WHERE number = 1", 4),
        ("UPDATE comment_like SET stands = 0 WHERE number = 1 AND account = 1", 4),
        ("UPDATE comment_like SET stands = 1 WHERE number = 2", 7),
        ("DELETE FROM comment_like WHERE number = 1 AND account = 1", 4),
        ("INSERT INTO comment_like VALUES ('demo', 2, 1, 0, 9)", 7),
        ("UPDATE comment_like SET account = 1 WHERE number = 2", 6),
        ("INSERT INTO like_count VALUES ('demo', 9, 4, 9)", 7),
    ],
)
def test_likes_that_no_entry_made_are_found(record, statement, seq):
    [finding] = findings_after(record, statement)

    assert (finding.chain, finding.seq) == ("demo", seq)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE feature SET stands = 0 WHERE word = 'approved'",
        "UPDATE feature SET stands = 0 WHERE word = 'on'",
        "UPDATE feature SET reference = 'no. 3' WHERE word = 'approved'",
        "DELETE FROM feature",
        "INSERT INTO feature VALUES ('other', 'on', 1, '', 99)",
    ],
)
def test_feature_that_no_entry_switched_is_found(record, statement):
    [finding] = findings_after(record, statement)

    assert finding.chain == "@platform"


def test_whose_likes_they_are_is_told_by_the_accounts(record):
    assert (ANN, BEN) == (1, 2)
    with contextlib.closing(sqlite3.connect(record / DATABASE_FILE)) as connection:
        rows = connection.execute("SELECT number, account, stands FROM comment_like").fetchall()

    assert sorted(rows) == [(1, 1, 1), (1, 2, 1), (2, 2, 0)]
