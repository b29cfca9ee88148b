import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time

import pytest
import structlog

from danmaku.cli.workers import Workers
from danmaku.doors import AddressTakenError, Ports, berth_of
from tests.patience import PATIENCE_S

# A worker as the server is one: it is told its sockets, says when it listens, leaves on SIGTERM and
# when its keeper is gone. To each visitor it tells its number and its process.
WORKER = """
import os, select, signal, socket, sys
from danmaku.doors import berth_of

berth = berth_of(sys.argv[-1])
if os.path.exists(sys.argv[1] + f"/broken-{berth.number}"):
    sys.exit(3)
told, tell = socket.socketpair()  # it ends between two visits: whoever is let in gets an answer
tell.setblocking(False)
signal.signal(signal.SIGTERM, lambda *_: None)
signal.set_wakeup_fd(tell.fileno())
berth.public.listen()
berth.line.send(b"!")
while True:
    ready, _, _ = select.select([berth.public, berth.line, told], [], [])
    if berth.line in ready or told in ready:
        sys.exit(0)
    try:
        visitor, _ = berth.public.accept()
    except BlockingIOError:
        continue
    with visitor:
        visitor.send(f"{berth.number} {os.getpid()}".encode())
"""


class Running:
    """Workers that are kept in this process, and visits to them."""

    def __init__(self, folder, count, program=sys.executable):
        self.ports = Ports("127.0.0.1", 0, 0)
        self.folder = folder
        self._port = int(self.ports.address.rpartition(":")[2])
        self._workers = Workers([str(program), "-c", WORKER, str(folder)], count, self.ports)
        self._opened = asyncio.Event()

    async def __aenter__(self):
        self.task = asyncio.create_task(self._workers.run(self._opened.set))
        opened = asyncio.create_task(self._opened.wait())
        await asyncio.wait(
            {self.task, opened}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_S
        )
        opened.cancel()
        return self

    async def __aexit__(self, *_):
        if not self.task.done():
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(self.task, PATIENCE_S)

    async def visit(self):
        """The number and the process of who lets one in; None if nobody does."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except ConnectionError:
            return None
        try:
            number, pid = (await reader.read()).split() or (None, None)
        except ConnectionError:
            return None
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
        return None if number is None else (int(number), int(pid))

    async def seen(self, enough, within_s=PATIENCE_S):
        """Visit until `enough` says so of everything that was seen; it is what was seen."""
        seen, ends_at = [], time.monotonic() + within_s
        while not enough(seen):
            assert time.monotonic() < ends_at, seen
            seen.append(await self.visit())
        return seen

    async def crew(self, count):
        """Who works, by number, once so many have let somebody in."""
        return dict(await self.seen(lambda seen: len(dict(filter(None, seen))) == count))


async def test_workers_share_the_port(tmp_path):
    async with Running(tmp_path, 2) as it:
        crew = await it.crew(2)
        visits = [await it.visit() for _ in range(200)]

    assert set(visits) == set(crew.items())
    assert 50 <= sum(number for number, _ in visits) <= 150
    assert it.task.result() == 0
    assert not any(os.path.exists(f"/proc/{pid}") for pid in crew.values())  # noqa: ASYNC240, PTH110


async def test_one_that_crashes_is_started_again_and_its_visitors_go_to_the_others(tmp_path):
    async with Running(tmp_path, 2) as it:
        before = await it.crew(2)
        os.kill(before[1], signal.SIGKILL)
        seen = await it.seen(
            lambda seen: any(one and one[0] == 1 and one != (1, before[1]) for one in seen)
        )

    assert {one for one in seen if one and one[0] == 0} == {(0, before[0])}
    assert len([one for one in seen if one is None]) <= 3  # who stood in its queue


async def test_one_that_cannot_start_again_leaves_the_port_to_the_others(tmp_path):
    async with Running(tmp_path, 2) as it:
        before = await it.crew(2)
        (tmp_path / "broken-1").touch()
        os.kill(before[1], signal.SIGKILL)
        await it.seen(lambda seen: len([one for one in seen if one]) > 100)
        (tmp_path / "broken-1").unlink()
        after = await it.crew(2)

    assert after[0] == before[0]
    assert after[1] != before[1]


async def test_where_no_process_can_be_started_those_who_work_stay(tmp_path):
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program.chmod(0o700)
    async with Running(tmp_path, 2, program) as it:
        before = await it.crew(2)
        program.rename(tmp_path / "away")  # as while it is upgraded
        with structlog.testing.capture_logs() as logs:
            os.kill(os.getpid(), signal.SIGHUP)
            await logged(logs, "replacing_stopped")
            os.kill(before[1], signal.SIGKILL)
            await logged(logs, "worker_failed")
        seen = await it.seen(lambda seen: len([one for one in seen if one]) > 10)
        (tmp_path / "away").rename(program)
        after = await it.crew(2)

    assert set(filter(None, seen)) == {(0, before[0])}
    assert after[0] == before[0]
    assert after[1] != before[1]


async def logged(logs, event):
    async with asyncio.timeout(PATIENCE_S):
        while not any(one["event"] == event for one in logs):  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.01)


async def test_a_hang_up_replaces_all_and_nobody_is_turned_away(tmp_path):
    async with Running(tmp_path, 2) as it:
        before = await it.crew(2)
        os.kill(os.getpid(), signal.SIGHUP)
        seen = await it.seen(
            lambda seen: not set(seen[-50:]) & set(before.items()) and len(seen) > 50
        )

    assert None not in seen
    assert set(dict(seen[-50:])) == {0, 1}


async def test_a_hang_up_that_brings_nothing_better_changes_nothing(tmp_path):
    async with Running(tmp_path, 2) as it:
        before = await it.crew(2)
        (tmp_path / "broken-0").touch()
        os.kill(os.getpid(), signal.SIGHUP)
        seen = await it.seen(lambda seen: len(seen) > 300)

    assert set(seen) == set(before.items())


async def test_what_keeps_the_first_from_opening_ends_all_with_its_status(tmp_path):
    (tmp_path / "broken-0").touch()
    async with Running(tmp_path, 3) as it:
        assert await it.task == 3
        assert await it.visit() is None


def test_a_port_that_somebody_has_is_not_shared_with_them():
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AddressTakenError, match="Cannot listen on 127"):
            Ports("127.0.0.1", taken.getsockname()[1], 0)


@pytest.mark.parametrize("words", ["", "0", "0,x,y", "0,900,901"])
def test_a_berth_of_nothing_is_refused(words):
    with pytest.raises(ValueError):  # noqa: PT011 -- each kind has its own words
        berth_of(words)


def test_each_worker_has_its_own_port_for_keepers():
    ports = Ports("127.0.0.1", 0, 0)
    assert ports.ops(3) is None

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    with Ports("127.0.0.1", 0, free).ops(0) as first:
        assert first.getsockname() == ("127.0.0.1", free)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--workers", "2"], "serves one process"),
        (["--bus", "redis://127.0.0.1"], "serves one process"),
        (["--store", "postgresql://u@h/d", "--workers", "2"], "over a bus"),
        (["--demo", "--workers", "2"], "demo runs in one process"),
    ],
)
def test_what_several_processes_cannot_serve_is_said(shell, options, reason):
    result = shell.run("serve", *options)

    assert result.exit_code == 2
    assert reason in result.stderr


def test_an_address_of_no_known_kind_is_refused_without_its_password(shell):
    said = shell.refused("serve", "--bus", "nats://:hunter2@bus.example")

    assert "bus" in said
    assert "hunter2" not in said


def test_settings_are_shown_without_passwords(shell, tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text(
        '[store]\nurl = "postgresql://danmaku:hunter2@db/danmaku"\n'
        '[nodes]\nbus = "redis://:hunt/er2@bus"\n'
    )

    shown = shell.say("--config", str(file), "config")
    fields = json.loads(shell.say("--config", str(file), "config", "--json"))

    assert "hunt" not in shown
    assert fields["store"]["url"] == "postgresql://danmaku:***@db/danmaku"
    assert fields["nodes"]["bus"] == "redis://:***@bus"
