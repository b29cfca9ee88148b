import json

import pytest


@pytest.fixture
def flooded(lounge, tmp_path):
    """A reviewer, and somebody who said two things in the lounge."""
    for login in ("rey", "ann"):
        lounge.say("account", "create", login, "--no-password")
    lounge.say("account", "grant", "rey", "reviewer")
    file = tmp_path / "said.jsonl"
    file.write_text('{"t":0,"x":"one"}\n{"t":1,"x":"two"}\n', "utf-8")
    lounge.say("account", "grant", "ann", "streamer", "--room", "lounge")
    lounge.say("import", str(file), "--room", "lounge", "--as", "ann")
    return lounge


def test_a_bulk_recall_is_previewed_executed_and_undone_by_somebody(flooded):
    why = ("--category", "flood", "--why", "a flood", "--as")
    assert "(bad_message)" in flooded.refused("bulk", "preview", *why, "rey")
    assert "(not_found)" in flooded.refused("bulk", "preview", "--login", "ann", *why, "nobody")

    told = json.loads(flooded.say("bulk", "preview", "--login", "ann", *why, "rey"))
    number = str(told["scan"])
    assert told["comments"] == 2
    flooded.say("bulk", "execute", number, "--as", "rey")

    [row] = flooded.ask("bulk", "list")
    assert (row["phase"], row["expected"]) == ("running", 2)
    assert "(duplicate)" in flooded.refused("bulk", "execute", number, "--as", "rey")
    flooded.say("bulk", "stop", number, "--as", "rey")
    flooded.say("bulk", "undo", number, "--as", "rey")
    assert flooded.ask("bulk", "list")[0]["phase"] == "undoing"
