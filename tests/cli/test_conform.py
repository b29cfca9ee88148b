"""The kit as somebody runs it who has a server or a client to try."""

import asyncio
import contextlib
import json
import socket
from xml.etree import ElementTree as ET

import pytest

from bench.follower import Follower
from bench.server import free_port
from tests.conformance.driver import drive
from tests.conformance.small_house import TOKEN, ForgetsIds, SmallHouse


async def tried(shell, house, *words):
    """In a thread: the house stands in the test's own loop."""
    async with house().open() as url:
        told = ["server", url, "--token", TOKEN, "--here", "--dialect", "danmaku.v1.json", *words]
        return await asyncio.to_thread(shell.run, "conform", *told)


async def test_a_server_that_keeps_the_protocol_ends_it_with_0(shell, tmp_path):
    report = tmp_path / "report.xml"

    words = ["--dialect", "danmaku.v1.msgpack", "--json", "--junit-file", str(report)]
    ran = await tried(shell, SmallHouse, *words)

    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert (told["failed"], told["skipped"], told["passed"]) == (0, 0, len(told["checks"]))
    suite = ET.parse(report).getroot()  # noqa: S314 -- our own
    assert suite.get("tests") == str(told["passed"])


async def test_a_report_that_cannot_be_written_loses_no_results(shell, tmp_path):
    only = ("--only", "hello.welcome", "--json")

    ran = await tried(shell, SmallHouse, *only, "--junit-file", str(tmp_path))

    assert ran.exit_code == 1
    assert "directory" in ran.stderr
    assert json.loads(ran.stdout)["passed"] == 1


async def test_a_fault_ends_it_with_1_and_is_told_with_the_words_it_breaks(shell):
    ran = await tried(shell, ForgetsIds, "--only", "send.again", "--only", "hello.welcome")

    assert ran.exit_code == 1
    assert "failed   send.again" in ran.stdout
    assert "sending twice with one id records once" in ran.stdout
    assert ran.stderr.strip() == "error: 1 passed, 1 failed, 0 skipped"


async def test_a_client_that_comes_is_judged(shell):
    address = f"127.0.0.1:{free_port()}"
    words = ["client", "--listen", address, "--only", "hello", "--only", "pong", "--json"]
    playing = asyncio.create_task(asyncio.to_thread(shell.run, "conform", *words))
    while not playing.done():
        with contextlib.suppress(ConnectionRefusedError):  # it does not listen yet
            await drive(f"ws://{address}/orders", Follower)

    ran = await playing

    assert ran.exit_code == 0, ran.output
    assert [check["check"] for check in json.loads(ran.stdout)["checks"]] == ["hello", "pong"]


def test_a_client_that_does_not_come_is_said_once(shell):
    told = shell.refused("conform", "client", "--listen", "127.0.0.1:0", "--wait", "0.2")

    assert "Nobody came" in told


def test_a_server_that_is_not_there_is_said_once(shell):
    with socket.socket() as door:  # it is ours and nobody listens: free ones are taken by others
        door.bind(("127.0.0.1", 0))
        host, port = door.getsockname()

        told = shell.refused("conform", "server", f"ws://{host}:{port}/rooms/demo/live")

    assert "Connect call failed" in told


@pytest.mark.parametrize(
    "words",
    [
        ("client", "--listen", "9100"),
        ("client", "--listen", "127.0.0.1:99999"),
        ("client", "--junit-file", "/nowhere/report.xml"),
        ("client", "--only", "no.such"),
        ("server", "https://danmaku.example/rooms/demo"),
        ("server", "wss://danmaku.example/rooms/demo/live", "--here"),
    ],
)
def test_what_cannot_be_meant_ends_it_with_2(shell, words):
    assert shell.run("conform", *words).exit_code == 2
