import pytest
from typer.testing import CliRunner

from danmaku.cli import app


def test_a_room_is_created_listed_paused_and_opened(lounge):
    [room] = lounge.ask("room", "list")
    lounge.say("room", "pause", "lounge")
    paused = lounge.ask("room", "list")[0]["status"]
    lounge.say("room", "open", "lounge")

    assert (room["room"], room["title"], room["comments_count"]) == ("lounge", "Lounge", 0)
    assert paused == "paused"
    assert lounge.ask("room", "list")[0]["status"] == "open"


def test_a_room_closed_for_good_stays_closed(lounge):
    lounge.say("room", "close", "lounge", "--yes")

    assert "room_closed" in lounge.refused("room", "open", "lounge")


def test_a_room_is_said_to_be_of_a_kind(lounge):
    lounge.say("room", "mark", "lounge", "--news", "--minor-safe")
    marked = lounge.ask("room", "list")[0]
    lounge.say("room", "mark", "lounge", "--no-news")
    unmarked = lounge.ask("room", "list")[0]

    assert (marked["news"], marked["commerce"], marked["minor_safe"]) == (True, False, True)
    assert (marked["mode"], unmarked["mode"]) == ("every", "machine")
    assert unmarked["minor_safe"]
    assert "--news" in lounge.run("room", "mark", "lounge").stderr


def test_closing_asks_first(lounge):
    assert lounge.run("room", "close", "lounge", stdin="n\n").exit_code == 1
    assert lounge.ask("room", "list")[0]["status"] == "open"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("room", "create", "lounge"), "duplicate"),
        (("room", "create", "No Slug"), "bad_message"),
        (("room", "pause", "nowhere"), "not_found"),
        (("account", "create", "mia", "--no-password"), "duplicate"),
        (("account", "grant", "nobody", "reviewer"), "not_found"),
        (("account", "revoke", "mia", "nothing"), "not_found"),
        (("account", "reset", "nobody"), "not_found"),
        (("account", "sign-out", "nobody"), "not_found"),
        (("token", "create", "nobody"), "not_found"),
        (("export", "nowhere"), "not_found"),
    ],
)
def test_a_refusal_is_one_line_with_its_code(lounge, words, code):
    said = lounge.refused(*words)

    assert said.startswith("error: ")
    assert said.endswith(f"({code})\n")
    assert said.count("\n") == 1


def test_an_export_that_is_refused_leaves_the_file_as_it_was(lounge, tmp_path):
    kept = tmp_path / "kept.xml"
    kept.write_text("<i/>")

    lounge.refused("export", "nowhere", "--format", "xml", "--to", str(kept))

    assert kept.read_text() == "<i/>"


def test_a_grant_is_given_shown_and_ended(lounge):
    lounge.say("account", "create", "rey", "--no-password")
    lounge.say("account", "grant", "rey", "reviewer")
    given = {grant["bundle"]: grant for grant in lounge.ask("account", "grants", "rey")}

    lounge.say("account", "revoke", "rey", given["reviewer"]["grant_id"])

    assert set(given) == {"viewer", "reviewer"}
    assert {grant["bundle"] for grant in lounge.ask("account", "grants", "rey")} == {"viewer"}


def test_a_token_is_shown_once_and_works_in_its_room(lounge):
    token = lounge.ask("token", "create", "mia", "--room", "lounge", "--days", "1")

    assert token["secret"].startswith("dm_")
    assert token["secret"].encode() not in b"".join(
        file.read_bytes() for file in lounge.data_dir.iterdir() if file.is_file()
    )


def test_a_reset_link_leads_to_the_reset_page(lounge):
    assert "/reset/" in lounge.ask("account", "reset", "mia")["url"]


def test_a_short_password_is_refused(shell):
    result = shell.run("account", "create", "ann", "--password-stdin", stdin="short\n")

    assert result.exit_code == 1
    assert "bad_message" in result.stderr


def test_words_of_a_room_are_set_from_a_file_and_edited(lounge, tmp_path):
    listed = tmp_path / "words.txt"
    listed.write_text("# mine\n剧透\nthe ending\n", encoding="utf-8")

    lounge.say("room", "words", "lounge", "--set", str(listed), "--action", "mask")
    shown = lounge.say("room", "words", "lounge")
    assert "Words of lounge (mask)\n" in shown
    lounge.say("room", "words", "lounge", "--add", "one", "--add", "two", "--remove", "the ending")
    now = lounge.ask("room", "words", "lounge")

    assert "剧透" in shown
    assert (now["words"], now["action"]) == (["剧透", "one", "two"], "mask")


def test_a_list_that_is_wrong_names_its_lines(lounge, tmp_path):
    listed = tmp_path / "words.txt"
    listed.write_text("fine\n…\n", encoding="utf-8")

    assert "line 2: " in lounge.refused("room", "words", "lounge", "--set", str(listed))
    missing = lounge.refused("room", "words", "lounge", "--remove", "fine")
    assert "Not in the list: fine. (not_found)" in missing
    passing = lounge.run("room", "words", "lounge", "--action", "pass")
    assert passing.exit_code == 2
    assert all(f"'{word}'" in passing.stderr for word in ("mask", "hold", "refuse"))
    both = lounge.run("room", "words", "lounge", "--set", str(listed), "--add", "one")
    assert both.exit_code == 2


def test_an_inspector_is_let_in_for_some_hours(shell):
    shell.say("account", "create", "ins", "--password-stdin", stdin="long enough\n")
    assert shell.run("account", "grant", "ins", "inspector").exit_code == 2

    shell.say("account", "grant", "ins", "inspector", "--hours", "8")

    *_, grant = shell.ask("account", "grants", "ins")
    assert grant["bundle"] == "inspector"
    assert grant["until_ms"] > 0


def test_what_is_there_already_is_named(lounge):
    room = lounge.refused("room", "create", "lounge")
    account = lounge.refused("account", "create", "mia", "--no-password")

    assert room == "error: There is such a room already. (duplicate)\n"
    assert account == "error: There is such an account already. (duplicate)\n"


def test_no_directory_is_not_the_one_that_somebody_stands_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    ran = CliRunner().invoke(app, ["--data-dir", "", "room", "list"])

    assert ran.exit_code == 2
    assert list(tmp_path.iterdir()) == []
