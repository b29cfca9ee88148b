import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile

import pytest

from bench.backing import free_port
from tests.patience import PATIENCE_S


@pytest.fixture
def server(shell):
    """The real server, in a process of its own."""
    with running(shell, "--port", "0") as (process, address):
        yield process, address


class running:  # noqa: N801 -- reads as the statement it is
    """A server process until the end of the block."""

    def __init__(self, shell, *options, config=None):
        chosen = [] if config is None else ["--config", str(config)]
        words = [*chosen, "--data-dir", str(shell.data_dir), "serve", *options]
        # A pipe that nobody reads would fill, and stop the server.
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 -- closed with the block
        self.process = subprocess.Popen(
            [sys.executable, "-m", "danmaku", *words],
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def __enter__(self):
        found = re.search(r"http://\S+", self.process.stdout.readline())
        assert found, self._said()
        return self.process, found[0]

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=PATIENCE_S)
        self.log.close()

    def _said(self):
        self.process.wait(30)
        self.log.seek(0)
        return self.log.read()


def test_verbs_go_through_the_running_server(server, lounge):
    _, address = server
    token = lounge.ask("token", "create", "mia")

    assert address.startswith("http://127.0.0.1:")
    assert lounge.ask("room", "list")[0]["room"] == "lounge"
    assert token["secret"]


@pytest.mark.usefixtures("server")
def test_the_desk_is_open_to_the_owner_of_the_data_alone(shell):
    assert (shell.data_dir / "admin.sock").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("server")
def test_a_second_server_does_not_start_on_the_same_record(shell):
    second = subprocess.run(
        [sys.executable, "-m", "danmaku", "--data-dir", str(shell.data_dir), "serve", "--port=0"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert second.returncode == 1
    assert "store.lock" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_damaged_record_is_not_served_and_not_tried_again(shell):
    shell.say("account", "create", "mia", "--no-password")
    record = shell.data_dir / "record.sqlite"
    record.write_bytes(record.read_bytes()[: record.stat().st_size // 2])
    words = [sys.executable, "-m", "danmaku", "--data-dir", str(shell.data_dir), "serve"]

    ended = subprocess.run(
        [*words, "--port=0"], capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )

    assert ended.returncode == 3  # at which deploy/danmaku.service leaves it alone
    assert "damaged" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_record_in_memory_is_said_to_be_one_and_leaves_nothing(shell, monkeypatch):
    with running(shell, "--port", "0", "--store", "memory") as (process, _):
        assert "nothing is kept" in process.stdout.readline()
        shell.say("account", "create", "mia", "--no-password")
    monkeypatch.setenv("DANMAKU_STORE__URL", "memory")

    assert "No server runs" in shell.refused("room", "list")
    assert {path.name for path in shell.data_dir.iterdir()} == {"store.lock", "admin.sock"}


def test_sigterm_ends_it_well(server):
    process, _ = server
    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0


HANGING = """
import asyncio
from danmaku.cli import main, server
from danmaku.gateway.server import Gateway

server.STOP_S = server.HANG_S = 0.1
Gateway.drain = lambda *_, **__: asyncio.Event().wait()
main()
"""


def test_a_stop_that_hangs_is_ended_and_says_where(shell, monkeypatch):
    monkeypatch.setenv("DANMAKU_SERVER__DRAIN_MS", "0")
    words = ["--data-dir", str(shell.data_dir), "serve", "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-c", HANGING, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.readline()  # it is there
        process.send_signal(signal.SIGTERM)

        _, said = process.communicate(timeout=60)

    assert process.returncode == 1
    assert b"Timeout (" in said


def test_after_a_kill_the_next_verb_finds_the_record_itself(server, lounge):
    process, _ = server
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)

    assert lounge.ask("room", "list")[0]["room"] == "lounge"
    assert {chain["state"] for chain in lounge.ask("verify")} == {"sound"}


def test_a_taken_address_is_said_plainly(shell):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = subprocess.run(
            [
                *(sys.executable, "-m", "danmaku", "--data-dir", str(shell.data_dir)),
                *("serve", "--port", str(taken.getsockname()[1])),
            ],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    assert result.returncode == 1
    assert "error: Cannot listen on 127.0.0.1:" in result.stderr
    assert "Traceback" not in result.stderr


def test_changed_rules_decide_without_a_restart_and_a_bad_file_changes_nothing(lounge, tmp_path):
    rules, feed = tmp_path / "rules.toml", tmp_path / "feed.jsonl"
    rule = '[[rule]]\nid = "r"\ncategory = "c"\nclass = "house"\naction = "{}"\nwords = ["quux"]\n'
    rules.write_text(rule.format("hold"))
    settings = tmp_path / "settings.toml"
    settings.write_text(f'[filter]\nrules_file = "{rules}"\nreload_ms = 100\n')

    def outcome(place):
        feed.write_text(f'{{"t": {place}, "x": "quux {place}"}}\n')
        told = lounge.run("feed", str(feed), "--room", "lounge", "--json")
        return next(iter(json.loads(told.stdout)))  # one that is too soon brings nothing: status 1

    with running(lounge, "--port", "0", config=settings):
        first = outcome(1)
        rules.write_text("no rules at all")
        broken = outcome(2)
        rules.write_text(rule.format("refuse"))
        found = (outcome(place) for place in range(3, 1000))

        assert (first, broken) == ("held", "held")
        assert "refused" in found
        before = lounge.ask("filter", "status")
        after = lounge.ask("filter", "back")

        assert after == {"version": before["former"][0], "former": before["former"][1:]}
        assert "held" in (outcome(place) for place in range(1000, 2000))


def test_without_a_server_there_are_no_earlier_rules(shell):
    assert shell.ask("filter", "status")["former"] == []
    assert "No earlier rules" in shell.refused("filter", "back")


def test_the_demo_does_not_listen_on_a_public_address(shell):
    result = shell.run("serve", "--demo", "--host", "0.0.0.0")  # noqa: S104 -- must be refused

    assert result.exit_code == 2
    assert "published passwords" in result.stderr


def test_settings_are_explained_with_their_sentences(shell):
    said = shell.say("config", "--explain")
    settings = shell.ask("config")

    assert "gateway.hello_ms_max" in said
    assert settings["store"]["data_dir"] == str(shell.data_dir)


def test_an_unknown_setting_refuses_to_start(shell, tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text("[gateway]\nhelo_ms_max = 3\n")
    result = shell.run("--config", str(file), "config")

    assert result.exit_code == 2
    assert "helo_ms_max" in result.stderr


def test_doctor_is_content_with_a_fresh_directory(shell, tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text("[server]\nport = 0\n[gateway]\nconnections_max = 100\n")
    checks = json.loads(shell.say("--config", str(file), "doctor", "--json"))

    house = ("verifier", "texts", "chief editor", "vault key", "training", "terms", "duty")
    parts = ("descriptors", "address", "fan-out", "demo", "public address", "backup", *house)
    names = (
        "data directory",
        "record",
        "bus",
        "rule file",
        "urgent rules",
        "learned model",
        "audience",
        *parts,
    )
    assert {check["check"]: check["ok"] for check in checks} == dict.fromkeys(names, True)


def test_doctor_knows_the_server_of_its_own_directory(shell, monkeypatch):
    with running(shell, "--port", "0") as (_, address):
        monkeypatch.setenv("DANMAKU_SERVER__PORT", address.rpartition(":")[2])
        own = shell.run("doctor", "--json")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("DANMAKU_SERVER__PORT", str(taken.getsockname()[1]))
        others = shell.run("doctor", "--json")

    assert "address" not in bad_of(own)
    assert "the server of this data directory runs" in own.stdout
    assert "in use" in bad_of(others)["address"]


def bad_of(result):
    return {check["check"]: check["text"] for check in json.loads(result.stdout) if not check["ok"]}


def test_doctor_asks_the_record_and_the_bus_of_nodes(shell, postgres_url, redis_url, monkeypatch):
    monkeypatch.setenv("DANMAKU_SERVER__PORT", "0")
    monkeypatch.setenv("DANMAKU_STORE__URL", postgres_url)
    monkeypatch.setenv("DANMAKU_NODES__BUS", redis_url)
    assert not {"record", "bus"} & bad_of(shell.run("doctor", "--json")).keys()

    monkeypatch.setenv("DANMAKU_STORE__URL", postgres_url.rpartition("/")[0] + "/nothing")
    monkeypatch.setenv("DANMAKU_NODES__BUS", f"redis://:secret@127.0.0.1:{free_port()}/0")
    bad = bad_of(shell.run("doctor", "--json"))
    assert "nothing" in bad["record"]
    assert bad["bus"] == "Redis gives no answer: ConnectionError."

    monkeypatch.setenv("DANMAKU_STORE__URL", "")
    assert "one process" in bad_of(shell.run("doctor", "--json"))["record"]


def test_doctor_lets_no_house_be_public_that_lacks_what_the_public_needs(shell, tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('[server]\nport = 0\npublic_url = "https://danmaku.example"\n')
    settings = ("--config", str(file))

    before = bad_of(shell.run(*settings, "doctor", "--json"))
    shell.run(*settings, "account", "create", "eve", "--no-password")
    shell.run(*settings, "account", "grant", "eve", "chief_editor")
    (shell.data_dir / "vault.key").unlink()
    after = bad_of(shell.run(*settings, "doctor", "--json"))

    assert {"verifier", "texts", "chief editor"} <= before.keys()
    assert "about" in before["texts"]
    assert "vault key" not in before
    assert "chief editor" not in after
    assert "copy that of another node" in after["vault key"]


@pytest.mark.parametrize("settings", ['audience = "public"', 'public_url = "https://a.example"'])
def test_a_house_for_the_public_does_not_start_without_what_the_public_needs(
    shell, tmp_path, settings
):
    file = tmp_path / "settings.toml"
    file.write_text(f"[server]\nport = 0\n{settings}\n")

    result = shell.run("--config", str(file), "serve")

    assert result.exit_code == 2
    assert "verifier, chief_editor, texts" in result.stderr
    assert "danmaku doctor" in result.stderr


def test_a_private_house_only_says_what_it_lacks(shell, tmp_path):
    file = tmp_path / "settings.toml"
    server = 'port = 0\nhost = "0.0.0.0"\naudience = "private"\npublic_url = "https://a.example"'
    file.write_text(f"[server]\n{server}\n")

    checks = json.loads(shell.say("--config", str(file), "doctor", "--json"))

    texts = {check["check"]: check["text"] for check in checks}
    assert texts["chief editor"].startswith("None")
    assert texts["audience"].startswith("Those who make it")


def test_the_demo_is_not_for_the_public(shell, monkeypatch):
    monkeypatch.setenv("DANMAKU_SERVER__AUDIENCE", "public")

    result = shell.run("serve", "--demo")

    assert result.exit_code == 2
    assert "not for the public" in result.stderr


def test_doctor_names_what_is_to_be_mended(shell, tmp_path):
    file = tmp_path / "settings.toml"
    rules = tmp_path / "rules.toml"
    rules.write_text("[[rule]]\n")
    file.write_text(
        f'demo = true\n[server]\nhost = "0.0.0.0"\nport = 0\n[filter]\nrules_file = "{rules}"\n'
    )
    result = shell.run("--config", str(file), "doctor", "--json")

    assert result.exit_code == 1
    bad = {check["check"] for check in json.loads(result.stdout) if not check["ok"]}
    assert {"rule file", "demo"} <= bad
