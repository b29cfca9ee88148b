"""A record that cannot be read is told so, with a code and in words, by whatever reads it."""

import json
import sqlite3

import pytest

from danmaku.store.database import DATABASE_FILE


@pytest.fixture
def spoken(lounge, tmp_path):
    file = tmp_path / "comments.jsonl"
    file.write_text('{"t": 1, "x": "hello"}\n', "utf-8")
    lounge.say("feed", str(file), "--room", "lounge")
    return lounge


def changed(shell, statement):
    with sqlite3.connect(shell.data_dir / DATABASE_FILE) as record:
        record.execute(statement)
    record.close()


def in_plain_words(said):
    return not any(
        word in said for word in ("Traceback", "sqlalche", "sqlite3", "SELECT", "PRAGMA")
    )


def test_a_file_that_is_no_record_is_named_by_all_that_read_it(spoken):
    for file in spoken.data_dir.glob(f"{DATABASE_FILE}-*"):
        file.unlink()
    (spoken.data_dir / DATABASE_FILE).write_bytes(b"not what it was" * 1000)

    scanned = spoken.refused("filter", "backscan")
    verified = spoken.run("verify", "--json")
    looked = spoken.run("doctor", "--json")

    assert "damaged: file is not a database. Bring back a backup. (internal)" in scanned
    [end] = json.loads(verified.stdout)
    assert end["state"] == "entry 0: the file is damaged: file is not a database"
    assert (verified.exit_code, looked.exit_code) == (1, 1)
    texts = {check["check"]: check["text"] for check in json.loads(looked.stdout)}
    assert texts["record"].startswith("The record's file is damaged: file is not a database.")
    assert all(map(in_plain_words, (scanned, verified.output, looked.output)))


def test_a_record_of_another_version_is_said_to_be_one(spoken):
    changed(spoken, "ALTER TABLE body RENAME TO remains")

    said = spoken.refused("filter", "backscan")

    assert "of another version" in said
    assert "no such table" in said
    assert in_plain_words(said)


def test_a_row_that_cannot_be_read_is_no_defect_of_the_command(spoken):
    changed(spoken, "UPDATE body SET content = x'ff00' WHERE chain = 'lounge'")

    said = spoken.refused("filter", "backscan")

    assert "damaged" in said
    assert in_plain_words(said)
