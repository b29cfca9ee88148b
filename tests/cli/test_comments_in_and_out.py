import contextlib
import json
import os
import sqlite3

import pytest

from danmaku.cli.shell import sink
from danmaku.store.database import DATABASE_FILE

LINES = [
    {"t": 1.5, "x": "first", "m": 1, "fs": 25, "c": 16777215},
    {"t": 0.5, "x": "earlier", "m": 5, "fs": 18, "c": 255},
    {"t": 2.0, "x": "a grumblewock passes", "m": 4},
    {"t": 2.5, "x": "a wobblesnark waits", "m": 4},
]


@pytest.fixture
def comments(tmp_path):
    file = tmp_path / "comments.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES), "utf-8")
    return str(file)


def exported(shell, room):
    return [json.loads(line) for line in shell.say("export", room).splitlines()]


def test_feed_plays_a_file_through_admission_in_the_order_of_its_positions(lounge, comments):
    # Accounts do not wait for one another: a fifth of a second lies between their comments.
    outcome = lounge.ask("feed", comments, "--room", "lounge", "--speed", "5", "--accounts", "4")

    assert outcome == {"published": 2, "refused": 1, "held": 1}
    assert [(c["position_ms"], c["text"]) for c in exported(lounge, "lounge")] == [
        (500, "earlier"),
        (1500, "first"),
    ]


def test_feed_plays_one_video_of_several(lounge, tmp_path):
    file = tmp_path / "several.jsonl"
    file.write_text('{"v":3,"t":0,"x":"three"}\n{"v":4,"t":0,"x":"four"}\n', "utf-8")

    lounge.say("feed", str(file), "--room", "lounge", "--video", "4")

    assert [comment["text"] for comment in exported(lounge, "lounge")] == ["four"]


def test_a_feed_of_which_nothing_is_taken_has_failed(lounge, comments):
    lounge.say("room", "pause", "lounge")

    ran = lounge.run("feed", comments, "--room", "lounge", "--speed", "100", "--json")

    assert (ran.exit_code, json.loads(ran.stdout)) == (1, {"room_paused": 4})


def test_an_export_is_imported_once_however_often_it_is_brought(lounge, comments, tmp_path):
    lounge.say("feed", comments, "--room", "lounge", "--speed", "100")
    lounge.say("room", "create", "copy", "--owner", "mia")
    lounge.say("export", "lounge", "--to", str(tmp_path / "out.jsonl"))
    bring = ("import", str(tmp_path / "out.jsonl"), "--room", "copy", "--as", "mia")

    first, again = lounge.ask(*bring), lounge.ask(*bring)

    assert (first["published"], again["repeated"]) == (2, 2)
    texts = [comment["text"] for comment in exported(lounge, "lounge")]
    assert sorted(texts) == ["earlier", "first"]  # so fast, either may come before the other
    copied = [(comment["text"], comment["imported"]) for comment in exported(lounge, "copy")]
    assert copied == [(text, True) for text in texts]


def test_who_may_not_import_is_refused(lounge, comments):
    lounge.say("account", "create", "ann", "--no-password")

    assert "not_granted" in lounge.refused("import", comments, "--room", "lounge", "--as", "ann")


def test_a_held_comment_is_listed_and_approved(lounge, comments):
    lounge.say("account", "create", "rey", "--no-password")
    lounge.say("account", "grant", "rey", "reviewer")
    lounge.say("feed", comments, "--room", "lounge", "--speed", "100")
    [held] = lounge.ask("review", "list")

    lounge.say("review", "approve", "lounge", str(held["origin"]), "--as", "rey")

    assert held["text"] == "a wobblesnark waits"
    assert lounge.ask("review", "list") == []
    assert exported(lounge, "lounge")[-1]["text"] == "a wobblesnark waits"


def test_a_held_comment_is_rejected(lounge, comments):
    lounge.say("account", "create", "rey", "--no-password")
    lounge.say("account", "grant", "rey", "reviewer")
    lounge.say("feed", comments, "--room", "lounge", "--speed", "100")
    [held] = lounge.ask("review", "list", "--room", "lounge")

    lounge.say("review", "reject", "lounge", str(held["origin"]), "--as", "rey")

    assert lounge.ask("review", "list") == []
    assert len(exported(lounge, "lounge")) == 2


def test_verify_finds_every_chain_sound(lounge):
    chains = {chain["chain"]: chain["state"] for chain in lounge.ask("verify")}

    assert chains == {"@platform": "sound", "lounge": "sound"}


def test_verify_names_the_first_bad_entry(lounge, comments):
    lounge.say("feed", comments, "--room", "lounge", "--speed", "100")
    with sqlite3.connect(lounge.data_dir / DATABASE_FILE) as tampering:
        tampering.execute("UPDATE entry SET link = zeroblob(32) WHERE chain = 'lounge' AND seq = 3")
    tampering.close()

    result = lounge.run("verify", "--json")

    assert result.exit_code == 1
    states = {chain["chain"]: chain["state"] for chain in json.loads(result.stdout)}
    assert states["@platform"] == "sound"
    assert states["lounge"].startswith("entry 3: ")


def test_a_file_that_is_no_comments_is_refused_with_its_line(lounge, tmp_path):
    file = tmp_path / "bad.jsonl"
    file.write_text('{"x":"fine","t":0}\nnot json\n', "utf-8")

    assert "Line 2" in lounge.refused("feed", str(file), "--room", "lounge")


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("xml", '<?xml version="1.0" encoding="UTF-8"?><i>'),
        ("ass", "[Script Info]"),
        ("csv", '\ufeff"number"'),
        ("vtt", "WEBVTT"),
        ("dplayer", '{"code":0,"data":[['),
        ("artplayer", '[{"text":'),
        ("dandan", '{"count":2,"comments":['),
    ],
)
def test_an_export_may_have_any_format(lounge, comments, tmp_path, name, begins):
    lounge.say("feed", comments, "--room", "lounge", "--speed", "100")
    file = tmp_path / "out"

    said = lounge.say("export", "lounge", "--format", name, "--to", str(file))

    assert "2 comments" in said
    assert file.read_text("utf-8").startswith(begins)


def test_what_others_wrote_is_imported_through_the_filter(lounge, tmp_path):
    file = tmp_path / "record.xml"
    file.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><i>\n<d p="1,5,25,255,0,0,x,1">hello</d>\n'
        '<d p="2,1,25,255,0,0,x,2">a grumblewock passes</d></i>',
        "utf-8",
    )

    outcome = lounge.ask("import", str(file), "--room", "lounge", "--as", "mia")

    assert (outcome["published"], outcome["refused"]) == (1, 1)
    assert outcome["errors"] == ["line 3: prohibited"]
    [comment] = exported(lounge, "lounge")
    assert (comment["text"], comment["mode"], comment["color"]) == ("hello", "top", 255)


def test_an_export_that_breaks_off_leaves_what_was_there(tmp_path):
    file, link, pipe = (tmp_path / name for name in ("whole.jsonl", "link.jsonl", "pipe"))
    file.write_text("before")
    link.symlink_to(file)
    os.mkfifo(pipe)

    with contextlib.suppress(ConnectionError), sink(link) as growing:
        growing.write(b"half")
        raise ConnectionError
    assert file.read_text() == "before"

    with sink(link) as growing:
        growing.write(b"after")
    assert file.read_text() == "after"
    assert link.is_symlink()

    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with sink(pipe) as flowing:
        flowing.write(b"flows")
    assert os.read(reader, 9) == b"flows"
    os.close(reader)
    assert {path.name for path in tmp_path.iterdir()} == {"whole.jsonl", "link.jsonl", "pipe"}
