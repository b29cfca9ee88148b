import json
import shutil

import pytest

from danmaku.store.backups import NEWEST_FILE
from danmaku.store.vault import VAULT_FILE


@pytest.fixture
def spoken(lounge, tmp_path):
    """A room in which something was said, and a server that has ended."""
    file = tmp_path / "said.jsonl"
    file.write_text('{"t": 1, "x": "first"}\n{"t": 2, "x": "second"}\n', "utf-8")
    lounge.say("import", str(file), "--room", "lounge", "--as", "mia")
    return lounge


@pytest.fixture
def key(shell, tmp_path):
    shell.say("backup", "key", str(tmp_path / "backup.key"))
    return str(tmp_path / "backup.key")


def exported(shell):
    return [json.loads(line) for line in shell.say("export", "lounge").splitlines()]


def test_a_record_is_backed_up_checked_and_brought_back(spoken, key, tmp_path):
    before, file, new = exported(spoken), str(tmp_path / "backup"), tmp_path / "new"

    made = spoken.ask("backup", file, "--key", key)
    found = spoken.ask("backup", "check", file, "--key", key)
    back = spoken.ask("restore", file, "--into", str(new), "--key", key)

    assert found["sha256"] == made["sha256"]
    assert sum(back["chains"].values()) == found["entries"]
    assert back["epoch"] != back["former_epoch"]
    assert back["lost"] == []
    shutil.copy(spoken.data_dir / VAULT_FILE, new)
    spoken.data_dir = new
    assert exported(spoken) == before
    assert {row["state"] for row in spoken.ask("verify")} == {"sound"}


def test_people_are_told_what_to_do_next(spoken, key, tmp_path):
    file = str(tmp_path / "backup")

    said = spoken.say("backup", "make", file, "--key", key)
    back = spoken.say("restore", file, "--into", str(tmp_path / "new"), "--key", key)

    assert "SHA-256" in said
    assert VAULT_FILE in back
    assert "given up since is back" in back


def test_nothing_is_overwritten_and_no_key_is_guessed(spoken, key, tmp_path):
    file = str(tmp_path / "backup")
    spoken.say("backup", file, "--key", key)

    assert "there already" in spoken.refused("backup", file, "--key", key)
    assert "there already" in spoken.refused("backup", "key", key)
    assert "no key" in spoken.refused("backup", "check", file, "--key", str(tmp_path / "typo"))
    nowhere = str(spoken.data_dir)
    assert "not empty" in spoken.refused("restore", file, "--into", nowhere, "--key", key)
    assert spoken.run("backup", file).exit_code == 2  # without a key


def test_a_record_that_was_copied_back_by_other_tools_begins_anew(spoken):
    begun = spoken.ask("begin-anew")

    assert begun["chains"] == 2
    assert {row["heads"] for row in spoken.ask("verify")} == {0}
    assert "2 chains are sound" in spoken.say("begin-anew")


def backup_line(shell, *options):
    return next(
        check["text"]
        for check in json.loads(shell.run(*options, "doctor", "--json").stdout)
        if check["check"] == "backup"
    )


def test_doctor_tells_how_old_the_newest_is_and_a_house_for_the_public_what_to_do(
    spoken, key, tmp_path, monkeypatch
):
    config = tmp_path / "settings.toml"
    config.write_text('[server]\nport = 0\naudience = "public"\n')
    public = ("--config", str(config))

    assert backup_line(spoken) == "None yet."
    assert "danmaku backup FILE" in backup_line(spoken, *public)
    spoken.say("backup", str(tmp_path / "backup"), "--key", key)
    assert backup_line(spoken, *public) == "The newest is 0 hours old."
    note = spoken.data_dir / NEWEST_FILE
    note.write_text(note.read_text().replace('"made_ms":1', '"made_ms":'))
    assert "days old: danmaku backup" in backup_line(spoken, *public)
    monkeypatch.setenv("DANMAKU_STORE__URL", "memory")
    assert "no embedded record" in backup_line(spoken)
