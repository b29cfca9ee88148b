import asyncio
import itertools
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest

from danmaku.config import StoreSettings
from danmaku.domain.account import Bundle
from danmaku.domain.facts import PowersRevoked, RoomChanged
from danmaku.domain.ids import PLATFORM, Millis, Seq
from danmaku.domain.people_facts import ControlSet, IdentityBarred, LevelSet
from danmaku.domain.room import RoomState
from danmaku.errors import Coded
from danmaku.formats.shown import Marker
from danmaku.store.chain import GENESIS, digest_of, link_of
from danmaku.store.database import DATABASE_FILE
from danmaku.store.sqlite import SqliteStore
from danmaku.store.verify import Finding, Progress, Sound
from tests.contract.facts import (
    ANN,
    BEN,
    DEMO,
    PEOPLE_FACTS,
    SECRET,
    granted,
    held,
    in_demo,
    issued,
    on_platform,
    opened,
    published,
    recalled,
    refused,
    registered,
    reported,
    restored,
    words_set,
)
from tests.contract.soundness import findings_in, steps_of

TOP = 30  # entries of the room in the sample
PLATFORM_TOP = 7 + len(PEOPLE_FACTS)
SIGNED = 12  # where its first head stands; the second one stands at the top


async def opened_store(folder):
    ticks = itertools.count(1_000)
    return await SqliteStore.open(StoreSettings(data_dir=folder), lambda: Millis(next(ticks)))


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A closed record in which everything happens once."""
    folder = tmp_path_factory.mktemp("sample")
    asyncio.run(write_sample(folder))
    return folder


async def write_sample(folder):
    store = await opened_store(folder)
    for login in ("Ann", "Ben"):
        await store.commit(on_platform(registered(login)))
    await store.commit(
        on_platform(granted()), on_platform(granted("g2", bundle=Bundle.REVIEWER, holder=BEN))
    )
    await store.commit(on_platform(PowersRevoked(BEN, "g2", actor=None)))
    await store.commit(on_platform(issued()), on_platform(reported()))
    await store.commit(*map(on_platform, PEOPLE_FACTS))
    room = [
        opened(),
        published("a"),
        held("b"),
        refused("c"),
        recalled(1),
        restored(1),
        published("b", origin=Seq(3)),
        held("d"),
        refused("d", origin=Seq(8)),
        RoomChanged(actor=ANN, state=RoomState(title="later")),
        published("e", author=BEN),
        recalled(3, actor=ANN, category="spoiler"),
    ]
    for fact in room:
        await store.commit(in_demo(fact))
    await store.close()
    store = await opened_store(folder)
    await store.commit(in_demo(words_set("a", "b")))
    for index in range(len(room) + 1, TOP):
        await store.commit(in_demo(published(f"more{index}", author=(ANN, BEN)[index % 2])))
    await store.close()


def findings(folder):
    return findings_in(folder)


def test_an_untouched_record_is_sound(sample):
    ends = [end for end in steps_of(sample) if not isinstance(end, Progress)]

    assert ends == [Sound(PLATFORM, PLATFORM_TOP, 0, 1), Sound(DEMO, TOP, 0, 2)]


# --- tampering


@dataclass(frozen=True)
class Tampering:
    name: str
    act: Callable[[sqlite3.Connection, Random], tuple[str, int]]

    def __str__(self):
        return self.name


def flip(table, column, random, seq):
    def act(connection, where=f"chain = 'demo' AND seq = {seq}"):
        rows = connection.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchall()  # noqa: S608
        value = bytearray(rows[0][0])
        value[random.randrange(len(value))] ^= 1 << random.randrange(8)
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (bytes(value),))  # noqa: S608

    return act


def flipping(table, column, seqs):
    def act(connection, random):
        seq = random.choice(seqs)
        flip(table, column, random, seq)(connection)
        return DEMO, seq

    return Tampering(f"a bit of {table}.{column}", act)


def places_of(kind):
    """Where the platform's chain has facts of a kind, in order."""
    return [at for at, fact in enumerate(PEOPLE_FACTS, start=8) if type(fact) is kind]


def saying(name, sql, seq, chain=DEMO):
    def act(connection, _random):
        assert connection.execute(sql).rowcount > 0
        return chain, seq

    return Tampering(name, act)


def delete_entry(connection, random):
    seq = random.randrange(1, TOP)
    connection.execute("DELETE FROM entry WHERE chain = 'demo' AND seq = ?", (seq,))
    return DEMO, seq


def cut_below_a_head(connection, random):
    """Cut the end away and make the chain's row fit, as somebody would who knows the tables."""
    top = random.randrange(SIGNED, TOP)
    link = link_at(connection, top)
    numbers = count(connection, "kind = 'comment_published' AND seq <= ?", top)
    for table in ("entry", "body"):
        connection.execute(f"DELETE FROM {table} WHERE chain = 'demo' AND seq > ?", (top,))  # noqa: S608
    connection.execute("DELETE FROM comment WHERE room = 'demo' AND origin > ?", (top,))
    connection.execute(
        "UPDATE chain SET top = ?, number_top = ?, link = ? WHERE id = 'demo'", (top, numbers, link)
    )
    return DEMO, top + 1


def swap_entries(connection, random):
    one, other = sorted(random.sample(range(13, TOP), 2))
    for source, target in ((one, 1000), (other, one), (1000, other)):
        for table in ("entry", "body"):
            connection.execute(
                f"UPDATE {table} SET seq = ? WHERE chain = 'demo' AND seq = ?",  # noqa: S608
                (target, source),
            )
    return DEMO, one


def rewrite_history(connection, random):
    """Put other words into a comment and make every digest and link fit again, without the key."""
    seq = random.randrange(13, TOP)
    rows = connection.execute(
        "SELECT seq, header, leaf_salt FROM entry WHERE chain = 'demo' ORDER BY seq"
    ).fetchall()
    link = link_at(connection, seq - 1)
    for each, raw, salt in rows[seq - 1 :]:
        header = raw
        if each == seq:
            header = with_other_words(connection, seq, raw)
        leaf = digest_of(salt, header)
        link = link_of(link, leaf)
        connection.execute(
            "UPDATE entry SET header = ?, leaf = ?, link = ? WHERE chain = 'demo' AND seq = ?",
            (header, leaf, link, each),
        )
    connection.execute("UPDATE chain SET link = ? WHERE id = 'demo'", (link,))
    return DEMO, TOP


def with_other_words(connection, seq, header):
    where = f"chain = 'demo' AND seq = {seq} AND part = 'open'"
    [(salt, old)] = connection.execute(f"SELECT salt, content FROM body WHERE {where}")  # noqa: S608
    new = old.replace(b"hello", b"howdy")
    connection.execute(f"UPDATE body SET content = ? WHERE {where}", (new,))  # noqa: S608
    digests = [digest_of(salt, content).hex().encode() for content in (old, new)]
    return header.replace(*digests)


def link_at(connection, seq):
    if seq == 0:
        return GENESIS
    return connection.execute(
        "SELECT link FROM entry WHERE chain = 'demo' AND seq = ?", (seq,)
    ).fetchone()[0]


def count(connection, where, *values):
    sql = f"SELECT count(*) FROM entry WHERE chain = 'demo' AND {where}"  # noqa: S608
    return connection.execute(sql, values).fetchone()[0]


EVERY = range(1, TOP + 1)
WITH_BODY = [2, 3, 4, 7, 8, 9, 11, *range(13, TOP + 1)]
COMMENT = "UPDATE comment SET {} WHERE room = 'demo' AND origin = 2"
TAMPERINGS = [
    *(flipping("entry", column, EVERY) for column in ("header", "leaf", "link", "leaf_salt")),
    *(flipping("body", column, WITH_BODY) for column in ("salt", "content")),
    flipping("head", "signature", (SIGNED, TOP)),
    flipping("head", "link", (SIGNED, TOP)),
    Tampering("an entry deleted", delete_entry),
    Tampering("the end cut away", cut_below_a_head),
    Tampering("two entries swapped", swap_entries),
    Tampering("history rewritten without the key", rewrite_history),
    saying("an entry's time", "UPDATE entry SET at_ms = 1 WHERE chain = 'demo' AND seq = 9", 9),
    saying("an entry's kind", "UPDATE entry SET kind = 'x' WHERE chain = 'demo' AND seq = 9", 9),
    saying("an entry's comment", "UPDATE entry SET origin = 2 WHERE seq = 9 AND chain = 'demo'", 9),
    saying("a comment's status", COMMENT.format("status = 'recalled'"), 6),
    saying("a comment's number", COMMENT.format("number = 900"), 2),
    saying("a comment's place", COMMENT.format("position_ms = 900"), 2),
    saying("a comment's author", COMMENT.format("author = 'nobody'"), 2),
    saying("a comment's account", COMMENT.format("account = 2"), 2),
    saying("a comment's client id", COMMENT.format("client_key = 'demo/1/x'"), 2),
    saying("a comment's mark", COMMENT.format("late = 1"), 2),
    saying("a comment's text", COMMENT.format("body_seq = 13"), 2),
    saying("a comment's recall undone", COMMENT.format("changed_seq = 2"), 5),
    saying("a comment's change to come", COMMENT.format("changed_seq = 900"), TOP),
    saying("a recall's category", "UPDATE comment SET category = NULL WHERE number = 3", 12),
    saying("a comment taken away", "DELETE FROM comment WHERE origin = 20", 20),
    saying(
        "a comment that nobody wrote",
        "INSERT INTO comment SELECT room, 900, 900, status, account, 'x', author, at_ms,"
        " position_ms, late, imported, by, category, body_seq, published_seq, changed_seq"
        " FROM comment WHERE origin = 2",
        TOP,
    ),
    saying("a room's state", "UPDATE room SET state = replace(state, 'later', 'never')", TOP),
    saying("a room's own words", "UPDATE room SET words_seq = 11", TOP),
    saying("a room taken away", "DELETE FROM room", TOP),
    saying("a chain's top", "UPDATE chain SET top = 31 WHERE id = 'demo'", TOP + 1),
    saying("a chain's numbers", "UPDATE chain SET number_top = 3 WHERE id = 'demo'", TOP),
    saying("a chain's link", "UPDATE chain SET link = x'00' WHERE id = 'demo'", TOP),
    saying("a chain taken away", "DELETE FROM chain WHERE id = 'demo'", TOP),
    saying(
        "a grant's powers",
        "UPDATE power_grant SET bundle = 'operator' WHERE id = 'g1'",
        3,
        PLATFORM,
    ),
    saying("a grant's holder", "UPDATE power_grant SET account = 2 WHERE id = 'g1'", 3, PLATFORM),
    saying(
        "a grant that nobody gave",
        "INSERT INTO power_grant SELECT 'g9', account, bundle, room,"
        " until_ms, granted_seq, NULL, powers FROM power_grant WHERE id = 'g1'",
        PLATFORM_TOP,
        PLATFORM,
    ),
    saying("a grant in force again", "UPDATE power_grant SET revoked_seq = NULL", 5, PLATFORM),
    saying(
        "a grant ended by nobody",
        "UPDATE power_grant SET revoked_seq = 9 WHERE id = 'g1'",
        PLATFORM_TOP,
        PLATFORM,
    ),
    saying("a token's reach", "UPDATE token SET room = 'demo'", 6, PLATFORM),
    saying("an account's name", "UPDATE account SET name = 'Root' WHERE id = 1", 1, PLATFORM),
    saying("an account's version", "UPDATE account SET version = 1 WHERE id = 1", 3, PLATFORM),
    saying("an account taken away", "DELETE FROM account WHERE id = 2", 2, PLATFORM),
    saying("a report taken away", "DELETE FROM report", 7, PLATFORM),
    saying("a measure's term", "UPDATE measure SET until_ms = 5 WHERE id = 'm1'", 8, PLATFORM),
    saying("a measure in force again", "UPDATE measure SET reversed_seq = NULL", 9, PLATFORM),
    saying("a warning unread", "UPDATE measure SET read_seq = NULL", 11, PLATFORM),
    saying(
        "a measure undone by nobody",
        "UPDATE measure SET reversed_seq = 9 WHERE id = 'm2'",
        PLATFORM_TOP,
        PLATFORM,
    ),
    saying("a document's date", "UPDATE document SET effective_ms = 9", 13, PLATFORM),
    saying("a document taken away", "DELETE FROM document", 13, PLATFORM),
    saying("a consent given back", "UPDATE acceptance SET version = 9", 14, PLATFORM),
    saying("an identity's strength", "UPDATE identity SET strength = 'document'", 17, PLATFORM),
    saying("a level", "UPDATE credit SET level = 5", places_of(LevelSet)[-1], PLATFORM),
    saying("a bar taken away", "DELETE FROM identity_bar", places_of(IdentityBarred)[0], PLATFORM),
    saying(
        "a control lifted by nobody",
        "UPDATE control SET control = NULL",
        places_of(ControlSet)[0],
        PLATFORM,
    ),
    saying(
        "an account that nobody gave up",
        "INSERT INTO closure SELECT 2, seq FROM closure",
        PLATFORM_TOP,
        PLATFORM,
    ),
]


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_tampering_is_found(sample, tmp_path, tampering):
    folder = tmp_path / "record"
    shutil.copytree(sample, folder)
    connection = sqlite3.connect(folder / DATABASE_FILE)
    chain, seq = tampering.act(connection, Random(tampering.name))  # noqa: S311
    connection.commit()
    connection.close()

    found = findings(folder)

    assert [(one.chain, one.seq) for one in found] == [(chain, seq)]


def test_another_life_of_the_record_has_other_heads(sample, tmp_path):
    shutil.copytree(sample, tmp_path / "record")
    change(tmp_path / "record", "UPDATE meta SET value = 'other' WHERE name = 'epoch'")

    assert [one.seq for one in findings(tmp_path / "record")] == [PLATFORM_TOP, SIGNED]


def test_an_erased_body_is_gone_and_the_chain_still_verifies(sample, tmp_path):
    folder = tmp_path / "record"
    shutil.copytree(sample, folder)
    change(folder, "DELETE FROM body WHERE chain = 'demo' AND seq IN (3, 7)")

    ends = [end for end in steps_of(folder) if isinstance(end, Sound | Finding)]

    assert ends == [Sound(PLATFORM, PLATFORM_TOP, 0, 1), Sound(DEMO, TOP, 3, 2)]


async def test_what_was_erased_is_shown_to_nobody(sample, tmp_path):
    folder = tmp_path / "record"
    shutil.copytree(sample, folder)
    change(folder, "DELETE FROM body WHERE chain = 'demo' AND seq IN (3, 7)")

    store = await opened_store(folder)
    rows = [row async for page in store.exports.by_number(DEMO) for row in page]
    _, comment = await store.comment(DEMO, 2)
    await store.close()

    assert [isinstance(row, Marker) for row in rows[:3]] == [False, True, True]
    assert comment.content is None
    assert SECRET not in repr(rows)


async def test_a_running_record_verifies(sample, tmp_path):
    folder = tmp_path / "record"
    shutil.copytree(sample, folder)
    store = await opened_store(folder)
    await store.commit(in_demo(published("while it runs")))

    ends = [end for end in steps_of(folder) if isinstance(end, Sound | Finding)]
    await store.close()

    assert ends == [Sound(PLATFORM, PLATFORM_TOP, 0, 1), Sound(DEMO, TOP + 1, 0, 2)]


def test_a_folder_without_a_record_is_named(tmp_path):
    with pytest.raises(Coded, match=str(tmp_path)):
        steps_of(tmp_path)

    assert list(tmp_path.iterdir()) == []


def change(folder, sql):
    connection = sqlite3.connect(folder / DATABASE_FILE)
    connection.execute(sql)
    connection.commit()
    connection.close()
