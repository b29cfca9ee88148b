import json

import pytest

from danmaku.store.database import DATABASE_FILE
from danmaku.store.keys import KEY_FILE


@pytest.fixture
def spoken(lounge, tmp_path):
    """A room in which something was said, and a server that has ended."""
    file = tmp_path / "said.jsonl"
    file.write_text('{"t": 1, "x": "first"}\n{"t": 2, "x": "second"}\n', "utf-8")
    lounge.say("import", str(file), "--room", "lounge", "--as", "mia")
    return lounge


def exported(shell):
    return [json.loads(line) for line in shell.say("export", "lounge").splitlines()]


def test_the_record_moves_to_a_database_server_and_back(spoken, postgres_url, tmp_path, shell):
    before = exported(spoken)

    there = spoken.ask("migrate", "--to", postgres_url)
    back = spoken.ask("migrate", "--from", postgres_url, "--to", str(tmp_path / "back"))

    assert there["chains"] == back["chains"] == 2
    assert back["rows"] == there["rows"] + 1  # which key signs: the nodes of one record share it
    shell.data_dir = tmp_path / "back"
    assert exported(shell) == before
    assert {row["state"] for row in shell.ask("verify")} == {"sound"}


def test_a_record_on_a_database_server_is_verified(spoken, postgres_url, monkeypatch):
    said = spoken.say("migrate", "--to", postgres_url)
    monkeypatch.setenv("DANMAKU_STORE__URL", postgres_url)

    assert "2 chains have moved" in said
    assert [row["state"] for row in spoken.ask("verify")] == ["sound", "sound"]


def test_nothing_moves_on_top_of_a_record(spoken, postgres_url):
    spoken.say("migrate", "--to", postgres_url)

    assert "holds a record already" in spoken.refused("migrate", "--to", postgres_url)


def test_a_database_that_is_not_there_is_said_in_a_line(spoken, postgres_url, tmp_path):
    nobody = postgres_url.rpartition("/")[0] + "/nothing"

    said = spoken.refused("migrate", "--to", nobody)

    assert "nothing" in said
    assert len(said.strip().splitlines()) == 1
    assert spoken.refused("migrate", "--from", str(tmp_path / "typo"), "--to", postgres_url)
    assert not (tmp_path / "typo").exists()
    assert (spoken.data_dir / KEY_FILE).exists()


@pytest.mark.parametrize("place", ["", f"/{DATABASE_FILE}"])
def test_an_address_of_sqlite_is_the_directory_or_the_file_in_it(spoken, place, tmp_path):
    origin, target = f"sqlite:///{spoken.data_dir}{place}", tmp_path / "there"

    moved = spoken.ask("migrate", "--from", origin, "--to", f"sqlite:///{target}")

    assert moved["chains"] > 1
    assert (target / DATABASE_FILE).exists()
    assert (target / KEY_FILE).exists()


@pytest.mark.parametrize(
    "place", ["", "postgresql:secret@db/name", "sqlite:///", "sqlite:record", "postgres://a"]
)
def test_a_mistyped_address_is_no_directory(spoken, place, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    result = spoken.run("migrate", "--to", place)

    assert result.exit_code == 2
    assert "no place" in result.stderr
    assert "secret" not in result.stderr
    assert not list(tmp_path.glob("*:*")) + list(tmp_path.glob("record*"))


def test_an_address_that_cannot_be_read_is_not_repeated(spoken):
    said = spoken.refused("migrate", "--to", "postgresql://a:secret@db:port/name")

    assert "cannot be read" in said
    assert "secret" not in said
