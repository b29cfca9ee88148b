import asyncio
import json
import shutil
import sqlite3
from random import Random

import pytest

from danmaku import verifier
from danmaku.config import StoreSettings
from danmaku.domain.ids import PLATFORM, RoomId
from danmaku.errors import NotFound
from danmaku.store.copies import Copies, Signer, copy_lines
from danmaku.store.database import DATABASE_FILE
from danmaku.store.heads import public_hex
from danmaku.store.keys import existing_head_key
from danmaku.store.opening import look
from tests.contract.facts import DEMO
from tests.unit.store.test_verify import (
    SIGNED,
    TOP,
    opened_store,
    rewrite_history,
    swap_entries,
    write_sample,
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    asyncio.run(write_sample(folder))
    return folder


def copied(folder, chain=DEMO, to="copy.jsonl"):
    """The copy of a chain, as anybody would have it, in a file."""
    settings = StoreSettings(data_dir=folder)
    with sqlite3.connect(folder / DATABASE_FILE) as connection:
        [epoch] = connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
    connection.close()
    signer = Signer(epoch, public_hex(existing_head_key(folder)))

    def read(engine):
        with engine.connect() as connection:
            return b"".join(copy_lines(connection, signer, chain))

    path = folder / to
    path.write_bytes(look(settings, read))
    return path


def verdict_on(path, *, against=None):
    [said] = verifier.check(path, None, against)
    return said


def lines_of(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("chain", [DEMO, PLATFORM])
def test_the_copy_of_a_sound_chain_is_whole(sample, chain):
    said = verdict_on(copied(sample, chain, f"{chain}.jsonl"))

    assert said.startswith(f"{chain}: whole up to entry ")


def test_a_copy_has_every_leaf_and_opens_only_what_all_may_see(sample):
    entries = [line for line in lines_of(copied(sample)) if "seq" in line]
    opened = {line["seq"]: json.loads(line["header"]) for line in entries if "header" in line}

    assert [line["seq"] for line in entries] == [*range(1, TOP + 1)]
    assert {header["about"]["kind"] for header in opened.values()} == {
        "room_opened",
        "room_changed",
        "comment_published",
        "comment_recalled",
        "comment_restored",
    }
    assert all("sealed" not in line for line in entries)
    # 11 is recalled by 12: its header stays, its words do not
    assert "header" in entries[10]
    assert "open" not in entries[10]
    assert "open" in entries[1]
    assert set(entries[2]) == {"seq", "leaf", "link"}  # held


def test_nothing_of_a_person_is_in_the_copy_of_the_platform(sample):
    entries = [line for line in lines_of(copied(sample, PLATFORM, "p.jsonl")) if "seq" in line]
    opened = [json.loads(line["header"])["about"]["kind"] for line in entries if "header" in line]

    assert set(opened) <= {"document_issued", "rules_activated", "case_timed"}


def test_no_copy_of_what_is_not_there(sample):
    with pytest.raises(NotFound):
        copied(sample, RoomId("nowhere"), "none.jsonl")


async def test_copies_stream_beside_a_running_record(tmp_path, monkeypatch):
    await write_sample(tmp_path)
    monkeypatch.setattr("danmaku.store.copies.PAGE_ENTRIES", 7)
    store = await opened_store(tmp_path)
    assert isinstance(store.copies, Copies)
    chain = b"".join([chunk async for chunk in await store.copies.chain(DEMO)])
    heads = b"".join([chunk async for chunk in store.copies.heads()])
    await store.close()

    (tmp_path / "c").write_bytes(chain)
    (tmp_path / "h").write_bytes(heads)
    assert verdict_on(tmp_path / "c", against=tmp_path / "h").startswith("demo: whole up to")
    assert verdict_on(tmp_path / "h").startswith("heads: 2 signed by key")


# --- rows changed by hand


def tampered(sample, tmp_path, act):
    """A copy of the record after somebody was at its tables."""
    folder = tmp_path / "record"
    shutil.copytree(sample, folder)
    connection = sqlite3.connect(folder / DATABASE_FILE)
    with connection:
        act(connection)
    connection.close()
    return copied(folder)


def flipped(table, column, seq, part=""):
    where = f"chain = 'demo' AND seq = {seq}{part}"

    def act(connection):
        [(old,)] = connection.execute(f"SELECT {column} FROM {table} WHERE {where}")  # noqa: S608
        new = bytes([old[0] ^ 1]) + old[1:]
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (new,))  # noqa: S608

    return act


OPEN = " AND part = 'open'"


@pytest.mark.parametrize("seq", [1, 2, 14, TOP])
@pytest.mark.parametrize(
    ("table", "column"),
    [("entry", "leaf"), ("entry", "link"), ("entry", "header"), ("entry", "leaf_salt")],
)
def test_a_changed_row_is_named(sample, tmp_path, table, column, seq):
    path = tampered(sample, tmp_path, flipped(table, column, seq))

    assert verdict_on(path).startswith(f"!entry {seq} was changed")


@pytest.mark.parametrize("column", ["leaf", "link"])
def test_a_changed_row_is_named_even_if_it_stays_closed(sample, tmp_path, column):
    path = tampered(sample, tmp_path, flipped("entry", column, 13))

    assert verdict_on(path).startswith("!entry 13 was changed")


@pytest.mark.parametrize("column", ["salt", "content"])
def test_a_changed_body_is_named(sample, tmp_path, column):
    path = tampered(sample, tmp_path, flipped("body", column, 14, OPEN))

    assert verdict_on(path) == "!entry 14 was changed: its open body is not what was bound"


@pytest.mark.parametrize("seq", [1, 3, 14, TOP])
def test_a_removed_row_is_named_even_if_it_was_closed(sample, tmp_path, seq):
    def act(connection):
        connection.execute("DELETE FROM entry WHERE chain = 'demo' AND seq = ?", (seq,))

    assert verdict_on(tampered(sample, tmp_path, act)).startswith(f"!entry {seq} was removed")


@pytest.mark.parametrize("seq", [3, 15])
def test_an_inserted_row_is_named(sample, tmp_path, seq):
    """The rows behind it make room; its leaf is some other entry's, its link fits."""

    def act(connection):
        connection.execute(
            "UPDATE entry SET seq = seq + 1000 WHERE chain = 'demo' AND seq >= ?", (seq,)
        )
        connection.execute("UPDATE entry SET seq = seq - 999 WHERE chain = 'demo' AND seq > 1000")
        link = connection.execute(
            "SELECT link FROM entry WHERE chain = 'demo' AND seq = ?", (seq - 1,)
        ).fetchone()[0]
        leaf = bytes(32)
        connection.execute(
            "INSERT INTO entry (chain, seq, at_ms, kind, header, leaf_salt, leaf, link)"
            " VALUES ('demo', ?, 1, 'comment_held', x'', x'', ?, ?)",
            (seq, leaf, bytes.fromhex(verifier.digest(link, leaf))),
        )

    said = verdict_on(tampered(sample, tmp_path, act))
    # The next one opened says that it has another's place; a closed one that it skips one.
    assert said.startswith((f"!entry {seq} was inserted", f"!entry {seq + 1} was moved"))


def test_a_row_added_at_the_end_is_named(sample, tmp_path):
    def act(connection):
        connection.execute(
            "INSERT INTO entry SELECT chain, seq + 1, at_ms, kind, NULL, NULL, header, leaf_salt,"
            " leaf, link FROM entry WHERE chain = 'demo' AND seq = ?",
            (TOP,),
        )

    assert f"!entry {TOP + 1} was " in verdict_on(tampered(sample, tmp_path, act))


@pytest.mark.parametrize("seed", range(5))
def test_swapped_rows_are_named(sample, tmp_path, seed):
    named = []

    def act(connection):
        named.append(swap_entries(connection, Random(seed))[1])  # noqa: S311

    said = verdict_on(tampered(sample, tmp_path, act))
    assert said.startswith(f"!entry {named[0]} was moved")


def test_a_history_rewritten_without_the_key_is_found_and_an_old_copy_names_the_entry(
    sample, tmp_path
):
    seqs = []

    def act(connection):
        connection.execute("DELETE FROM head WHERE chain = 'demo' AND seq > 12")
        before = link_of_all(connection)
        rewrite_history(connection, Random(1))  # noqa: S311
        after = link_of_all(connection)
        seqs.append(next(seq for seq in before if before[seq] != after[seq]))

    old = copied(sample)
    path = tampered(sample, tmp_path, act)
    assert f"signed up to entry {SIGNED}" in verdict_on(path)
    assert verdict_on(path, against=old).startswith(f"!entry {seqs[0]} was changed")


def test_a_history_rewritten_below_a_head_does_not_fit_its_signature(sample, tmp_path):
    path = tampered(sample, tmp_path, lambda connection: rewrite_history(connection, Random(1)))  # noqa: S311

    assert verdict_on(path).startswith(f"!an entry of {SIGNED + 1} to {TOP} was changed")


def link_of_all(connection):
    return dict(connection.execute("SELECT seq, link FROM entry WHERE chain = 'demo'").fetchall())
