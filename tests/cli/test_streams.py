"""What the command's standard streams may be: of other encodings, full, gone, or a program's."""

import json
import os
import signal
import subprocess
import sys
import termios
import time
from functools import partial
from threading import Timer

import pytest

from danmaku.cli.desk import is_open
from danmaku.config import Settings, StoreSettings
from tests.patience import PATIENCE_S


def started(shell, *words, encoding="utf-8", **streams):
    where = ("/usr/bin/env", "-u", "PYTHONUNBUFFERED", f"PYTHONIOENCODING={encoding}", "TERM=xterm")
    return subprocess.Popen(
        [*where, sys.executable, "-m", "danmaku", "--data-dir", str(shell.data_dir), *words],
        **{"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE, **streams},
    )


def said(shell, *words, encoding):
    with started(shell, *words, encoding=encoding, stdout=subprocess.PIPE) as process:
        told, wrong = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, wrong) == (0, b"")
    return told


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_no_command_fails_for_want_of_a_letter(shell, encoding):
    opened = said(shell, "room", "create", "film", "--title", "弹幕 🎬", encoding=encoding)
    listed = said(shell, "room", "list", encoding=encoding)
    told = said(shell, "room", "list", "--json", encoding=encoding)
    sample = said(shell, "document", "sample", "agreement", encoding=encoding)

    assert opened == b"ok: Room film is open at /rooms/film.\n"
    assert ("弹幕 ?" if encoding == "gbk" else "?? ?") in listed.decode(encoding)
    assert json.loads(told)[0]["title"] == "弹幕 🎬"
    assert sample.decode("utf-8")  # `document issue` reads it so


def test_each_case_is_judged_when_it_comes(shell):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with started(shell, "filter", "judge", **pipes) as process:
        guard = Timer(PATIENCE_S, process.kill)  # who waits for the end of its input never answers
        guard.start()
        for number in (1, 2):
            process.stdin.write(json.dumps({"id": number, "text": "x"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number  # and then the next
        process.communicate(timeout=PATIENCE_S)
        guard.cancel()
    assert process.returncode == 0


def with_nobody_to_read(shell, *words):
    reader, writer = os.pipe()
    os.close(reader)
    with started(shell, *words, stdout=writer) as process:
        os.close(writer)
        _, wrong = process.communicate(timeout=PATIENCE_S)
    return process.returncode, wrong


@pytest.mark.parametrize(
    "words",
    [
        ("config", "--explain"),
        ("config", "--json"),
        ("rules", "export"),
        ("document", "sample", "agreement"),
        ("verifier",),
    ],
)
def test_who_reads_no_further_is_no_fault(shell, words):
    assert with_nobody_to_read(shell, *words) == (128 + signal.SIGPIPE, b"")


def test_a_full_disk_is_told_once(shell):
    with open("/dev/full", "wb") as full, started(shell, "config", "--json", stdout=full) as told:  # noqa: PTH123
        _, wrong = told.communicate(timeout=PATIENCE_S)

    assert told.returncode == 1
    assert wrong == b"error: [Errno 28] No space left on device\n"


def test_a_server_outlives_whoever_read_its_address(shell):
    reader, writer = os.pipe()
    os.close(reader)
    with started(shell, "serve", "--port", "0", stdout=writer) as process:
        os.close(writer)
        while process.poll() is None and not is_open(settings_of(shell)):
            time.sleep(0.05)
        assert shell.ask("room", "list") == []  # it has come so far as to answer
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0


def on_a_phone(shell, *words):
    """What a terminal of 60 columns is sent, and the status."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 60))
    with started(shell, *words, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        told = b"".join(iter(partial(_read, ours), b""))
        process.wait(PATIENCE_S)
    os.close(ours)
    return told.decode(), process.returncode


def _read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # nobody has it open any more
        return b""


def test_all_chains_share_one_bar(lounge):
    told, status = on_a_phone(lounge, "verify")

    assert status == 0
    assert sum("━" in line for line in told.split("\n")) == 1


def test_no_bars_are_drawn_where_nobody_looks(lounge):
    assert b"sound" in said(lounge, "verify", encoding="utf-8")


def settings_of(shell):
    return Settings(store=StoreSettings(data_dir=shell.data_dir))
