"""Bits that rot in the files of a record: each is found, or provably changes nothing.

Each trial harms one copy: a single bit of the database or of its log, or the end of either.
`verify` must find it, or the house refuse to open it; where neither does, the tables are read and
compared.
"""

import asyncio
import contextlib
import itertools
import re
import shutil
import sqlite3
from collections import Counter

import pytest

from danmaku.config import StoreSettings
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.errors import Broken, StoreDown
from danmaku.ports import Append
from danmaku.store.database import DATABASE_FILE
from danmaku.store.sqlite import SqliteStore
from tests.contract.facts import ANN, BEN, in_demo, opened, published
from tests.contract.soundness import findings_in
from tests.unit.store.full_record import fill

pytestmark = pytest.mark.faults

LOG_FILE = f"{DATABASE_FILE}-wal"
COMMENTS = 120  # in the database
LOGGED = 50  # comments in its log, which begins anew after some more
TORN_EVERY = 10  # one trial in so many cuts the end away instead
SIDE = RoomId("side")  # hardly anybody speaks there

UNPROVED = {
    "account": {"password_hash"},
    "case_file": {"desk", "queue_ms", "reports_count", "ending", "ended_chain"},
    "endpoint_secret": {"endpoint", "sealed"},
    "filing": {"state", "revision"},
    "head": {"at_ms"},
    "legal_hold": {"is_told"},
    "like_count": {"seq"},
    "meta": {"name", "value"},
    "naming": {"over_seq"},
    "room": {"number"},
    "vault_key": {"master", "wrapped"},
    **dict.fromkeys(
        ("alembic_version", "barred_person", "disclosure", "endpoint_place", "endpoint_try"), "all"
    ),
    **dict.fromkeys(("endpoint_turn", "phone_code", "reset", "rule_set"), "all"),
    **dict.fromkeys(("sealed_person", "session", "signed_out", "sqlite_stat1", "swept"), "all"),
}
"""What no chain says: docs/record.md names it."""


async def opened_record(folder):
    ticks = itertools.count(1_000)
    return await SqliteStore.open(StoreSettings(data_dir=folder), lambda: Millis(next(ticks)))


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """What a killed process left: half of what was said lies in the log alone."""
    folder = tmp_path_factory.mktemp("flips")
    asyncio.run(speak(folder))
    return folder / "left"


async def speak(folder):
    store = await opened_record(folder / "data")
    await fill(store)
    await store.commit(Append(SIDE, opened("Aside")))
    await store.commit(Append(SIDE, published("s")))
    for number in range(COMMENTS):
        await store.commit(in_demo(published(f"a{number}", author=(ANN, BEN)[number % 2])))
    await store.close()
    store = await opened_record(folder / "data")
    for number in range(LOGGED):
        await store.commit(in_demo(published(f"b{number}", author=(ANN, BEN)[number % 2])))
    passing = shutil.ignore_patterns("*.lock", "*-shm")
    shutil.copytree(folder / "data", folder / "left", ignore=passing)
    await store.close()


def harm(file, chance, trial):
    content = bytearray(file.read_bytes())
    at = chance.randrange(len(content))
    while not content[at]:  # zeros are mostly unused
        at = chance.randrange(len(content))
    if trial % TORN_EVERY == 0:
        del content[at:]
    else:
        content[at] ^= 1 << chance.randrange(8)
    file.write_bytes(content)


def tables_of(folder):
    """Every row of every table, column by column; and the words that made them."""
    with contextlib.closing(sqlite3.connect(folder / DATABASE_FILE)) as database:
        named = database.execute(
            "SELECT type, name, CAST(sql AS BLOB), tbl_name FROM sqlite_master ORDER BY 1, 2"
        ).fetchall()
        tables = {"sqlite_master": {"sql": [named]}}
        for kind, name, *_ in named:
            if kind == "table":
                cursor = database.execute(f'SELECT * FROM "{name}"')  # noqa: S608
                columns = [column for column, *_ in cursor.description]
                values = zip(*cursor.fetchall(), strict=True)
                tables[name] = dict(zip(columns, map(list, values), strict=False))
        return tables


def is_found(folder):
    """Whether `verify` names it, or cannot even begin."""
    try:
        return findings_in(folder) != []
    except (Broken, StoreDown):
        return True


def changed(folder, sound):
    """Which columns read otherwise than they did, but for those that no chain says."""
    left = tables_of(folder)
    return [
        f"{table}.{column}"
        for table, columns in sound.items()
        for column, values in columns.items()
        if left[table].get(column) != values
        if UNPROVED.get(table) != "all" and column not in UNPROVED.get(table, ())
    ]


async def start(folder):
    """Open the record as a server does: it is open in the end, or says why it is not."""
    try:
        store = await opened_record(folder)
    except Broken as error:
        return str(error)
    try:
        await store.entries(SIDE, Seq(0), Seq(9), limit=9)
        await store.commit(Append(SIDE, published("after")))
    except (Broken, StoreDown) as error:
        return str(error)
    finally:
        await store.close()
    return "served"


async def harmed(left, folder, chance, file_name, trials):
    """What became of each trial: found, without effect, or a value that no chain says."""
    shutil.copytree(left, folder)
    sound, became = tables_of(folder), Counter()
    for trial in range(trials):
        shutil.rmtree(folder)
        shutil.copytree(left, folder)
        harm(folder / file_name, chance, trial)
        if await asyncio.to_thread(is_found, folder):
            became["found"] += 1
        elif tables_of(folder) == sound:
            became["without effect"] += 1
        else:
            assert changed(folder, sound) == [], trial
            became["of no chain"] += 1
    return became


async def test_no_bit_rots_unnoticed_in_what_describes_an_index_of_a_key(left, tmp_path, chance):
    """Nobody wrote those words: SQLite did, for each `UNIQUE` and each key of letters."""
    content, found = (left / DATABASE_FILE).read_bytes(), 0
    shutil.copytree(left, tmp_path / "sound")
    sound = tables_of(tmp_path / "sound")["sqlite_master"]
    places = [match.start() for match in re.finditer(rb"indexsqlite_autoindex_", content)]
    for trial, at in enumerate(chance.sample(places, 20)):
        folder = tmp_path / str(trial)
        shutil.copytree(left, folder)
        rotten = bytearray(content)
        rotten[at + chance.randrange(len("index"))] ^= 1 << chance.randrange(8)
        (folder / DATABASE_FILE).write_bytes(rotten)

        if await asyncio.to_thread(is_found, folder):
            found += 1
        else:  # of a page that was written anew only the former words are harmed
            assert tables_of(folder)["sqlite_master"] == sound, trial
    assert found


@pytest.mark.parametrize(("file_name", "trials"), [(DATABASE_FILE, 150), (LOG_FILE, 50)])
async def test_no_bit_that_rots_goes_unnoticed(left, tmp_path, chance, file_name, trials):
    became = await harmed(left, tmp_path / "record", chance, file_name, trials)

    print(file_name, dict(became))  # noqa: T201 -- the figure


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("file_name", [DATABASE_FILE, LOG_FILE])
async def test_no_bit_of_thousands_goes_unnoticed(left, tmp_path, chance, file_name):
    became = await harmed(left, tmp_path / "record", chance, file_name, 2_500)

    print(file_name, dict(became))  # noqa: T201 -- the figure


async def test_a_harmed_record_is_served_or_says_why_it_is_not(left, tmp_path, chance):
    folder = tmp_path / "record"
    answers = Counter()
    for trial in range(30):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(left, folder)
        harm(folder / (DATABASE_FILE, LOG_FILE)[trial % 2], chance, trial)
        answers[(await start(folder)).partition(":")[0]] += 1

    print(dict(answers))  # noqa: T201 -- the figure
    assert answers.total() == 30
