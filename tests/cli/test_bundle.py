import errno
import json
import subprocess
import sys
import zipfile

import pytest


def test_a_bundle_in_one_command_verifies_without_us_and_is_entered(lounge, tmp_path):
    out = tmp_path / "bundle"
    made = lounge.ask("bundle", "--from", "2020-01-01", "--to", "2120-01-01", "--out", str(out))

    outcome = subprocess.run(
        [sys.executable, "-I", "verify.py", "."],
        cwd=out,
        check=False,
        capture_output=True,
        text=True,
    )
    assert outcome.returncode == 0, outcome.stdout
    assert outcome.stdout.endswith("whole\n")
    assert json.loads((out / "manifest.json").read_bytes())["entries"] == made["entries"] > 2

    chain = tmp_path / "bundle.zip"
    lounge.say("bundle", "--from", "2020-01-01", "--to", "2120-01-01", "--out", str(chain))
    assert f'\\"digest\\":\\"{made["manifest"]}\\"'.encode() in unzipped(chain)
    assert all(row["state"] == "sound" for row in lounge.ask("verify"))


def unzipped(path):
    with zipfile.ZipFile(path) as opened:
        return opened.read("chains/@platform.chain.jsonl")


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_bundle_that_cannot_be_entered_is_not_left(lounge, tmp_path, monkeypatch, name):
    def full(*_):
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr("danmaku.cli.bundle.ask", full)
    out = tmp_path / name

    said = lounge.refused("bundle", "--from", "2020-01-01", "--to", "2120-01-01", "--out", str(out))

    assert "no room" in said
    assert [path for path in tmp_path.iterdir() if path != lounge.data_dir] == []


def test_a_bundle_of_a_room_that_is_not_there_leaves_nothing(lounge, tmp_path):
    out = tmp_path / "bundle"
    said = lounge.refused(
        "bundle", "--from", "2020-01-01", "--to", "2120-01-01", "--out", str(out), "--room", "no"
    )

    assert "not_found" in said
    assert not out.exists()
