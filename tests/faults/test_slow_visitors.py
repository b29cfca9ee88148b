"""Who keeps the server waiting is let go in time, and who comes when it is full is told so."""

import asyncio
import contextlib
import itertools
import statistics
import sys
import time

import httpx
import orjson
import pytest

from bench.client import Door, Viewer
from bench.probes import cpu_ns, files_count
from bench.server import Server
from tests.faults.slow import ROOM, SLOW, lived_s, opened
from tests.faults.visitors import SETTINGS
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.faults

LIMIT_S = 1.5
GRACE_S = 1.0  # after the limit
BUSY_S = 3.0  # what a busy machine may add
EACH = 5
MANY, MANY_LIMIT_S = 300, 5.0  # few of them come at a time: who comes costs more than who is slow
SPAN_S = 8.0
P99_SHARE_MAX, P99_MS_MAX = 1.1, 5.0  # of the calm, or on top of it: whichever is more


def patient_for(limit_s):
    """Settings; a heartbeat would take longer: each is ended by its own limit."""
    names = (
        "SERVER__HEAD_MS_MAX",
        "SERVER__BODY_MS_MAX",
        "SERVER__ANSWER_MS_MAX",
        "GATEWAY__HELLO_MS_MAX",
        "GATEWAY__FRAGMENT_MS_MAX",
    )
    return SETTINGS | dict.fromkeys(names, str(int(limit_s * 1000)))


@contextlib.contextmanager
def served(folder, limit_s):
    with Server(folder, patient_for(limit_s)) as server:
        server.open_room(ROOM)
        server.token = server.account("ann")
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("slow"), LIMIT_S) as server:
        yield server


@pytest.fixture(scope="module")
def patient_server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("patient"), MANY_LIMIT_S) as server:
        yield server


async def talk(server, over):
    """Somebody decent, who is served all the while."""
    viewer, count = await Viewer.join(Door(server.address, ROOM, token=server.token)), 0
    while not over.is_set():
        count += 1
        answer = await viewer.send(f"I am here {count}")
        assert answer["op"] == "published", answer
        await viewer.reach(answer["seq"])
        await asyncio.sleep(0.01)
    assert not viewer.closed
    await viewer.leave()
    return count


async def test_who_is_slow_is_let_go_and_nobody_else(server):
    before, over = files_count(server.pid), asyncio.Event()
    talking = asyncio.create_task(talk(server, over))

    async with asyncio.TaskGroup() as group:
        lives = {
            kind.__name__: [group.create_task(lived_s(server, kind)) for _ in range(EACH)]
            for kind in SLOW
        }
    over.set()

    assert await talking > 10
    longest = {name: max(one.result() for one in all_) for name, all_ in lives.items()}
    assert max(longest.values()) < LIMIT_S + GRACE_S + BUSY_S, longest
    await held_files(server, lambda count: count <= before)
    assert "Traceback" not in server.log.read_text()


@pytest.mark.soak
@pytest.mark.parametrize("kind", SLOW, ids=lambda kind: kind.__name__)
async def test_hundreds_who_are_slow_delay_nobody(patient_server, kind):
    """The calm goes before and after the crowd, so that what else the machine does is in both."""
    before = files_count(patient_server.pid)
    viewer = await Viewer.join(Door(patient_server.address, ROOM, token=patient_server.token))
    calm, crowded, lives = [], [], []
    for _ in range(3):
        await chat(viewer, calm, asyncio.create_task(asyncio.sleep(SPAN_S)))
        crowd = await crowd_of(patient_server, kind)
        await chat(viewer, crowded, asyncio.create_task(asyncio.sleep(SPAN_S)))
        lives += orjson.loads((await crowd.communicate())[0])

    assert max(lives) < MANY_LIMIT_S + GRACE_S + BUSY_S
    calm_ms, crowded_ms = (statistics.quantiles(times, n=100)[-1] for times in (calm, crowded))
    print(  # noqa: T201 -- for docs/reliability.md
        f"{kind.__name__}: p99 {calm_ms:.1f} ms, with {MANY} of them {crowded_ms:.1f} ms; the last "
        f"of {len(lives)} let go after {max(lives):.2f} s; {len(crowded)} comments"
    )
    assert crowded_ms <= max(calm_ms * P99_SHARE_MAX, calm_ms + P99_MS_MAX)
    await viewer.leave()
    await held_files(patient_server, lambda count: count <= before)


async def crowd_of(server, kind):
    """Elsewhere: what it costs to be so many must not delay who measures."""
    crowd = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.slow"),
        *(kind.__name__, server.address, server.token, str(MANY), str(MANY_LIMIT_S), str(SPAN_S)),
        stdout=asyncio.subprocess.PIPE,
    )
    await crowd.stdout.readline()
    return crowd


async def chat(viewer, times_ms, meanwhile):
    """Comment until the other thing is over; how long each took to be answered and seen."""
    while not meanwhile.done():
        begun = time.monotonic()
        answer = await viewer.send(f"still here {time.monotonic_ns()}")
        assert answer["op"] == "published", answer
        await viewer.reach(answer["seq"])
        times_ms.append((time.monotonic() - begun) * 1000)
        await asyncio.sleep(0.01)


async def test_who_takes_no_answer_is_let_go(server):
    before = files_count(server.pid)
    raw = await opened(server, limit=1024)
    get = f"GET /openapi.json HTTP/1.1\r\nHost: {server.address}\r\n\r\n".encode()
    raw.writer.transport.pause_reading()
    try:
        await held_files(server, lambda count: count > before)
        raw.writer.write(get * 400)  # more than the kernel holds
        await held_files(server, lambda count: count <= before)
    finally:
        raw.drop()
    assert "Traceback" not in server.log.read_text()


async def held_files(server, is_so):
    """Wait until the server has that many open."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so(files_count(server.pid)):  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.1)


COUNT = 128


@pytest.fixture
def starved(tmp_path):
    program = ("tests.faults.starved", str(COUNT), "serve")
    with Server(tmp_path, SETTINGS, program=program) as server:
        server.open_room(ROOM)
        server.token = server.account("ann")
        yield server


async def test_a_server_out_of_descriptors_says_so_and_lives(starved):
    viewer = await Viewer.join(Door(starved.address, ROOM, token=starved.token))
    lines = len(starved.log.read_text().splitlines())
    begun = time.monotonic()

    crowd = [await opened(starved) for _ in range(COUNT * 2)]
    told = await first_words(crowd, enough=COUNT + 1)
    refused = sum(b" 503 " in one for one in told)
    spent_ns = cpu_ns(starved.pid)
    sent = await viewer.send("nobody else gets in")  # a commit needs no new file
    await asyncio.sleep(1)
    idle_ns = cpu_ns(starved.pid) - spent_ns
    written = len(starved.log.read_text().splitlines()) - lines
    seconds = time.monotonic() - begun
    for raw in crowd:
        raw.drop()

    assert sent["op"] == "published"
    assert refused > COUNT  # each was told, none was cut off without a word
    assert all(b"Retry-After" in one for one in told)
    assert written <= 10 * max(1, seconds)
    assert idle_ns < 0.5e9  # it does not turn in circles
    await settled(starved)
    late = await Viewer.join(Door(starved.address, ROOM))
    await late.leave()
    await viewer.leave()


async def first_words(crowd, enough):
    """What so many of a crowd that asks nothing are told; the others are in, or wait to be told."""
    reading = [asyncio.create_task(raw.reader.read(4096)) for raw in crowd]
    for told in itertools.islice(asyncio.as_completed(reading, timeout=PATIENCE_S), enough):
        await told
    for task in reading:
        task.cancel()
    said = await asyncio.gather(*reading, return_exceptions=True)
    return [one for one in said if isinstance(one, bytes)]


async def settled(server):
    async with asyncio.timeout(PATIENCE_S):
        while httpx_status(server) != 200:  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.1)


def httpx_status(server):
    return httpx.get(f"http://{server.address}/healthz", timeout=5, trust_env=False).status_code
