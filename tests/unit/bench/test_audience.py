import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from http import HTTPStatus
from itertools import pairwise

import pytest
from websockets.asyncio.server import broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from bench.audience import Knock, Reading, Strain
from bench.audience_native import NativeAudience, audience
from bench.audience_python import PythonAudience
from bench.frames import FIN, TEXT, client_frame, upgrade_request
from tests.patience import PATIENCE_S

CLOSE_CODE = 1001
ORPHAN = """
import asyncio, os, signal
from bench.audience_native import NativeAudience

async def run():
    await NativeAudience.start(None)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(run())
"""


class Hall:
    """A server that welcomes whoever says a name; who knocks at /closed is refused."""

    def __init__(self):
        self.guests = {}

    async def __aenter__(self):
        self._server = await serve(
            self._host,
            "127.0.0.1",
            0,
            process_request=lambda link, request: (
                link.respond(HTTPStatus.FORBIDDEN, "no") if request.path == "/closed" else None
            ),
            compression=None,
            ping_interval=None,
            close_timeout=1,
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error):
        self._server.close()
        await self._server.wait_closed()

    def knocks(self, *names, path="/"):
        return [
            Knock(
                "127.0.0.1",
                self.port,
                upgrade_request(path, host="hall", key=os.urandom(16)),
                client_frame(TEXT, name.encode()) if name else b"",
            )
            for name in names
        ]

    def tell_all(self, *messages):
        for message in messages:
            broadcast(self.guests.values(), message)

    async def _host(self, link):
        with suppress(ConnectionClosed):
            async for name in link:
                self.guests[name] = link
                await link.send(f"welcome {name}")


@pytest.fixture
async def hall():
    async with Hall() as hall:
        yield hall


@pytest.fixture(params=["native", "python"])
async def crowd(request):
    crowd = await NativeAudience.start(None) if request.param == "native" else PythonAudience()
    yield crowd
    await crowd.close()


async def log_when(crowd, holds):
    async with asyncio.timeout(PATIENCE_S):
        while not holds(log := await crowd.log()):  # noqa: ASYNC110 -- it has to be asked
            await asyncio.sleep(0)
    return log


async def log_of(crowd, frames_count):
    return await log_when(crowd, lambda log: len(log.viewers) >= frames_count)


def received(log, viewer):
    rows = zip(log.viewers, log.payloads, strict=True)
    return [log.contents[payload].data for who, payload in rows if who == viewer]


async def test_everybody_has_every_frame_in_its_order_and_each_is_kept_once(crowd, hall):
    names = [str(n) for n in range(50)]
    big = os.urandom(70 * 1024)

    await crowd.connect(0, hall.knocks(*names), at_once=7)
    hall.tell_all("a", big, "", "b")
    log = await log_of(crowd, 50 * 5)

    for n, name in enumerate(names):
        assert received(log, n) == [f"welcome {name}".encode(), b"a", big, b"", b"b"]
    assert len(log.contents) == 50 + 4
    assert len(log.at_ns) == 50 * 5
    assert all(a <= b for a, b in pairwise(log.at_ns))
    assert log.losses == []


async def test_a_frame_in_pieces_is_taken_whole_with_its_first_byte(crowd, hall):
    await crowd.connect(3, hall.knocks("anna"))
    compressed = bytes([FIN | 0x40 | TEXT, 2]) + b"zz"
    fragment = bytes([TEXT, 1]) + b"f"
    long = Frame(Opcode.BINARY, b"y" * 300).serialize(mask=False)

    for at in range(len(stream := compressed + fragment + long)):
        hall.guests["anna"].transport.write(stream[at : at + 1])
        await asyncio.sleep(0)
    log = await log_of(crowd, 4)

    heads = [log.contents[payload].head for payload in log.payloads]
    assert heads == [0x81, 0xC1, 0x01, 0x82]
    assert received(log, 3)[1:] == [b"zz", b"f", b"y" * 300]


async def test_pings_are_answered(crowd, hall):
    await crowd.connect(0, hall.knocks("anna"))

    async with asyncio.timeout(PATIENCE_S):
        await (await hall.guests["anna"].ping(b"are you there"))


async def test_one_without_a_greeting_is_in_when_the_upgrade_is_answered(crowd, hall):
    await crowd.connect(0, hall.knocks(""))

    assert len((await crowd.log()).viewers) == 0


async def test_a_viewer_that_vanished_comes_again_under_its_number(crowd, hall):
    await crowd.connect(0, hall.knocks("anna", "ben"))
    await crowd.drop(0, 1)
    async with asyncio.timeout(PATIENCE_S):
        await hall.guests.pop("anna").wait_closed()

    await crowd.connect(0, hall.knocks("anna again"))
    hall.tell_all("a")
    log = await log_of(crowd, 5)

    assert received(log, 0) == [b"welcome anna", b"welcome anna again", b"a"]
    assert received(log, 1) == [b"welcome ben", b"a"]
    assert log.losses == []


async def test_who_is_paused_takes_nothing_and_misses_nothing(crowd, hall):
    await crowd.connect(0, hall.knocks("anna", "ben"))
    await crowd.pause(0, 1)
    messages = [f"{n:01000}" for n in range(2000)]

    hall.tell_all(*messages)
    meanwhile = await log_of(crowd, 2 + 2000)
    await crowd.resume(0, 1)
    log = await log_of(crowd, 2 + 2 * 2000)

    assert received(meanwhile, 0) == [b"welcome anna"]
    assert received(log, 0)[1:] == [message.encode() for message in messages]


async def test_who_is_closed_by_the_server_is_lost_with_its_code(crowd, hall):
    await crowd.connect(0, hall.knocks("anna", "ben"))

    await hall.guests["ben"].close(CLOSE_CODE)
    log = await log_when(crowd, lambda log: log.losses)

    assert [(loss.viewer, loss.why) for loss in log.losses] == [(1, f"closed with {CLOSE_CODE}")]


async def test_who_is_cut_off_is_lost_and_may_come_again(crowd, hall):
    await crowd.connect(0, hall.knocks("anna"))

    hall.guests.pop("anna").transport.abort()
    log = await log_when(crowd, lambda log: log.losses)
    await crowd.connect(0, hall.knocks("anna"))

    assert [loss.viewer for loss in log.losses] == [0]


async def test_what_is_no_frame_ends_the_connection(crowd, hall):
    await crowd.connect(0, hall.knocks("anna"))

    hall.guests["anna"].transport.write(b"\x83\x00")
    log = await log_when(crowd, lambda log: log.losses)

    assert [loss.why for loss in log.losses] == ["a frame that is none"]


async def test_a_refused_viewer_is_an_error_that_says_why(crowd, hall):
    with pytest.raises(ConnectionError, match=r"viewer 2: HTTP/1\.1 403"):
        await crowd.connect(2, hall.knocks("anna", path="/closed"))

    await crowd.connect(2, hall.knocks("anna"))
    assert (await crowd.log()).losses == []


async def test_nobody_at_the_port_is_an_error(crowd):
    async with Hall() as gone:
        knocks = gone.knocks("anna")

    with pytest.raises(ConnectionError, match="viewer 0"):
        await crowd.connect(0, knocks)


async def test_a_number_that_is_taken_is_an_error(crowd, hall):
    await crowd.connect(0, hall.knocks("anna"))

    with pytest.raises(ConnectionError, match="viewer 0 is here already"):
        await crowd.connect(0, hall.knocks("ben"))


async def test_parties_come_in_side_by_side(crowd, hall):
    async with asyncio.TaskGroup() as group:
        for n in range(20):
            group.create_task(crowd.connect(n, hall.knocks(str(n))))

    log = await log_of(crowd, 20)
    assert sorted(log.viewers) == list(range(20))


async def test_a_later_log_goes_on_where_the_earlier_ended(crowd, hall):
    await crowd.connect(0, hall.knocks("anna"))
    earlier = await log_of(crowd, 1)
    hall.tell_all("a", "welcome anna")
    later = await log_of(crowd, 3)

    assert list(earlier.payloads) == [0]
    assert list(later.payloads) == [0, 1, 0]
    assert crowd.frames_count() == 3
    assert later.cpu_ns > 0


async def test_two_thousand_sockets_miss_nothing(hall):
    crowd = await NativeAudience.start(None)
    await crowd.connect(0, hall.knocks(*map(str, range(2000))))
    for n in range(10):
        hall.tell_all(str(n))
        await asyncio.sleep(0)
    log = await log_of(crowd, 2000 * 11)
    for guest in hall.guests.values():
        guest.transport.abort()
    lost = await log_when(crowd, lambda log: len(log.losses) == 2000)
    await crowd.close()

    said = {n: [f"welcome {n}".encode(), *(b"%d" % m for m in range(10))] for n in range(2000)}
    heard = {n: [] for n in range(2000)}
    for viewer, payload in zip(log.viewers, log.payloads, strict=True):
        heard[viewer].append(log.contents[payload].data)
    assert heard == said
    assert {loss.viewer for loss in lost.losses} == set(range(2000))


async def test_the_program_does_not_outlive_who_started_it():
    # It inherits stderr: that pipe ends when both of them are gone.
    dead = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", ORPHAN], stderr=subprocess.PIPE, timeout=PATIENCE_S
    )

    assert dead.returncode == -signal.SIGKILL
    assert dead.stderr == b""


async def test_an_audience_whose_program_died_says_so(hall):
    crowd = await NativeAudience.start(None)
    await crowd.connect(0, hall.knocks("anna"))

    os.kill(crowd.pid, signal.SIGKILL)
    with pytest.raises(ConnectionError):
        await log_of(crowd, 2)
    await crowd.close()


async def test_without_a_compiler_the_audience_is_in_python(monkeypatch):
    monkeypatch.setenv("PATH", "")
    crowd = await audience(None)
    await crowd.close()

    assert isinstance(crowd, PythonAudience)


def test_an_audience_that_never_rests_while_frames_come_is_strained():
    strain = Strain()
    strain.begin(Reading())
    strain.judge(Reading(at_ns=1000, frames=10, cpu_ns=700, waited_ns=280))
    strain.judge(Reading(at_ns=2000, frames=20, cpu_ns=900, waited_ns=280))

    assert strain.words == (
        "the audience had no rest in 1 of 2 spans of 250 ms"
        " (at worst 70% at work, 28% waiting for its core)"
    )


def test_an_audience_that_is_busy_with_something_else_is_not_strained():
    strain = Strain()
    strain.begin(Reading())
    strain.judge(Reading(at_ns=1000, cpu_ns=1000))  # no frame came
    strain.begin(Reading(at_ns=2000, frames=5, cpu_ns=2000))  # wrote its log
    strain.judge(Reading(at_ns=3000, frames=10, cpu_ns=2500))

    assert strain.words == ""
