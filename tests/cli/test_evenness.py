import json
import sqlite3

import pytest

from danmaku.store.database import DATABASE_FILE

TEXTS = ("hello", "a fizzlebug", "hello", "a fizzlebug", "once")


@pytest.fixture
def spoken(lounge, tmp_path):
    """One text from several people, in two rooms."""
    lounge.say("room", "create", "attic", "--title", "Attic", "--owner", "mia")
    lines = "".join(json.dumps({"t": at, "x": text}) + "\n" for at, text in enumerate(TEXTS))
    file = tmp_path / "comments.jsonl"
    file.write_text(lines, "utf-8")
    for room in ("lounge", "attic"):
        lounge.ask("feed", str(file), "--room", room, "--speed", "100", "--accounts", "5")
    return lounge


def test_what_was_judged_alike_is_said_to_be(spoken):
    told = spoken.ask("filter", "evenness")

    assert (told["comments"], told["texts"], told["left_out"]) == (10, 3, 0)
    assert (told["differences"], told["found"]) == (0, [])
    assert "One text, one verdict." in spoken.say("filter", "evenness")


def test_a_comment_that_was_judged_otherwise_is_named(spoken):
    before, after = b'"action":"mask"', b'"action":"hold"'
    with sqlite3.connect(spoken.data_dir / DATABASE_FILE) as connection:
        [origin, content] = connection.execute(
            "SELECT seq, content FROM body WHERE chain = 'lounge' AND part = 'sealed'"
            " AND instr(content, ?) ORDER BY seq DESC LIMIT 1",
            [before],
        ).fetchone()
        connection.execute(
            "UPDATE body SET content = ? WHERE chain = 'lounge' AND part = 'sealed' AND seq = ?",
            [content.replace(before, after), origin],
        )
    connection.close()

    asked = spoken.run("filter", "evenness", "--json")

    told = json.loads(asked.stdout)
    assert (asked.exit_code, told["differences"]) == (1, 1)
    [found] = told["found"]
    assert (found["room"], found["entry"]) == ("lounge", origin)
    assert found["first_said"].startswith("mask")
    assert found["said"].startswith("hold")
    assert "fizzlebug" not in asked.stdout


def test_a_stretch_is_one_room(spoken):
    assert spoken.ask("filter", "evenness", "--room", "attic")["comments"] == 5
