import json
import sqlite3

import pytest

from danmaku.config import StoreSettings
from danmaku.domain.ids import RoomId
from danmaku.store.database import DATABASE_FILE
from danmaku.store.verdicts import scan_judged

LINES = [
    {"t": 0.5, "x": "hello"},
    {"t": 1.0, "x": "buy a boat"},
    {"t": 1.5, "x": "a fizzlebug"},  # masked by the samples
    {"t": 2.0, "x": "a grumblewock passes"},  # refused
    {"t": 2.5, "x": "a wobblesnark waits"},  # held
]
RULES = """
[[rule]]
id = "trade"
category = "spam"
class = "house"
action = "hold"
words = ["boat", "wobblesnark"]
"""


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "other.toml"
    path.write_text(RULES, "utf-8")
    return str(path)


@pytest.fixture
def spoken(lounge, tmp_path):
    file = tmp_path / "comments.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES), "utf-8")
    lounge.ask("feed", str(file), "--room", "lounge", "--speed", "100", "--accounts", "5")
    return lounge


def number_of(shell, text):
    lines = map(json.loads, shell.say("export", "lounge").splitlines())
    return next(line["number"] for line in lines if line["text"] == text)


def test_the_report_says_how_many_would_change_and_how(spoken, rules):
    told = spoken.ask("filter", "backscan", "--rules", rules, "--show", "9")

    assert (told["comments"], told["erased"]) == (5, 0)
    assert [told[one] for one in ("same", "stricter", "milder", "category")] == [1, 1, 2, 1]
    assert sorted(one["change"] for one in told["sample"]) == [
        *("category", "milder", "milder", "stricter")
    ]
    numbers = {one["number"] for one in told["sample"] if one["change"] == "stricter"}
    assert numbers == {number_of(spoken, "buy a boat")}
    assert sum(move["comments"] for move in told["moves"]) == 4
    assert "boat" not in json.dumps(told)


def test_the_rules_that_decided_would_change_nothing(spoken):
    told = spoken.ask("filter", "backscan")

    assert (told["comments"], told["same"], told["sample"]) == (5, 5, [])


def test_a_stretch_is_a_room_from_a_time_on(spoken, rules):
    spoken.say("room", "create", "attic", "--title", "Attic", "--owner", "mia")

    for narrowed in (["--room", "attic"], ["--since", "2100-01-01"]):
        assert spoken.ask("filter", "backscan", "--rules", rules, *narrowed)["comments"] == 0
    whole = ["--room", "lounge", "--since", "2020-01-01T00:00:00"]
    said = spoken.say("filter", "backscan", "--rules", rules, *whole, "--show", "1")
    assert "5 comments judged" in said
    assert "stricter" in said


def test_what_was_erased_is_counted_and_not_judged(spoken, rules):
    with sqlite3.connect(spoken.data_dir / DATABASE_FILE) as connection:
        connection.execute("DELETE FROM body WHERE seq = 3 AND chain = 'lounge'")
    connection.close()

    told = spoken.ask("filter", "backscan", "--rules", rules)

    assert (told["comments"], told["erased"]) == (4, 1)


def test_comments_come_as_they_were_written_and_first_judged(spoken):
    found = []
    store = StoreSettings(data_dir=spoken.data_dir)
    scan_judged(store, lambda s: found.append((s.count, list(s.comments))), room=RoomId("lounge"))

    [(count, comments)] = found
    assert count == len(comments)
    assert {comment.text: comment.verdict.action for comment in comments} == dict(
        zip(
            (line["x"] for line in LINES),
            ("pass", "pass", "mask", "refuse", "hold"),
            strict=True,
        )
    )


def test_without_a_record_there_is_nothing_to_scan(shell, rules):
    assert "no record" in shell.refused("filter", "backscan", "--rules", rules)
