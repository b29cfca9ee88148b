"""Disks that fail, and disks that are full: clear answers, nothing lost, and no restart to heal."""

import asyncio
import contextlib
import errno
import subprocess
from functools import partial
from pathlib import Path
from random import Random

import httpx
import pytest

from bench.checker import Run, check
from bench.client import Door, Viewer
from bench.record import read_record
from bench.server import Server
from tests.contract.soundness import findings_in
from tests.faults.disk import Disk
from tests.faults.visitors import SETTINGS, Sender, Watcher, until_reached
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.faults

ROOM = "room"
SENDERS = 4
ANSWERED_S = 2.0
HEALED_S = 5.0
SLOW_MACHINE_S = 5.0  # on top of both: what is tested is not how fast a busy machine is
FULL_BYTES = 12 << 20
BEYOND = 3  # commits in a row that did not come to the call that fails: it had no more of them
CODES = {"unknown", "store_unavailable"}
TROUBLES = {
    "syncs": (f"syncs_fail {errno.EIO} 2",),
    "writes": (f"writes_fail {errno.EIO} 20",),
    "half writes": ("writes_short 10",),  # which SQLite completes: nobody is told of them
}


@contextlib.contextmanager
def house(folder, data_dir, disk):
    surroundings = disk.environment(remembers=False)
    place = {"STORE__DATA_DIR": str(data_dir)}
    with Server(folder, SETTINGS | place, environment=surroundings) as server:
        server.data_dir = data_dir
        server.open_room(ROOM)
        yield server


async def retried(viewer, text, within_s):
    """Ask with one id until it is published; all codes on the way."""
    codes = []
    async with asyncio.timeout(within_s):
        while (answer := await viewer.send(text, client_id=text))["op"] != "published":
            codes.append(answer["code"])
            await asyncio.sleep(0.05)
    return codes


async def troubled(server, begin, end, chance: Random, *, is_told=True):
    """A load that lives through a trouble; what all saw and were told, and how soon.

    Args:
        is_told: Whether it lasts until somebody was refused for it.
    """
    tokens = [server.account(f"sender{n}") for n in range(SENDERS)]
    watcher, over, left = Watcher([Door(server.address, ROOM)]), asyncio.Event(), asyncio.Event()
    senders = [
        Sender([Door(server.address, ROOM, token=token)], f"s{n}", retries=n % 2 == 0)
        for n, token in enumerate(tokens)
    ]
    watching = asyncio.create_task(watcher.watch(left))
    sending = [
        asyncio.create_task(one.comment(Random(chance.random()), over))  # noqa: S311
        for one in senders
    ]
    await asyncio.sleep(0.5)
    begin()
    reads = [await is_read(server) for _ in range(4)]
    if is_told:
        await until_refused(senders)
    end()
    probe = await Viewer.join(Door(server.address, ROOM, token=tokens[0]))
    await retried(probe, "healed", HEALED_S + SLOW_MACHINE_S)
    over.set()
    await asyncio.gather(*sending)
    record = await read_record(server.address, ROOM)
    await until_reached([watcher], max(record.entries))
    left.set()
    await watching
    sends = [*sends_of(senders), *probe.sends.values()]
    return Run(record, {"watcher": watcher.events}, sends), reads


async def until_refused(senders):
    """Which call fails is left to chance: a slow machine makes few of them."""
    async with asyncio.timeout(PATIENCE_S):
        while not told_in(sends_of(senders)):  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.05)


def sends_of(senders):
    return [send for sender in senders for send in sender.sends.values()]


async def is_read(server):
    """Whether the list is read as if nothing were, once in a while."""
    await asyncio.sleep(0.4)
    async with httpx.AsyncClient(trust_env=False, timeout=SLOW_MACHINE_S) as api:
        got = await api.get(f"http://{server.address}/api/rooms/{ROOM}/comments")
    return got.status_code


def slowest_s(run):
    """How long the first refusal of any send took."""
    waits_s = [
        (send.answers[0].at_ns - send.sent_ns) / 1e9
        for send in run.sends
        if send.answers and send.answers[0].op == "refused" and send.answers[0].at_ns
    ]
    return max(waits_s, default=0.0)


def told_in(sends):
    """Codes of all refusals."""
    answers = [answer for send in sends for answer in send.answers]
    return {answer.code for answer in answers if answer.op == "refused"}


def hold_up(run, reads, server):
    """What must hold after any trouble."""
    assert check(run) == []
    assert reads == [200] * len(reads)
    assert told_in(run.sends) <= CODES
    server.stop()
    assert findings_in(server.data_dir) == []


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_disk_that_fails_by_chance_loses_nothing_and_heals(tmp_path, chance, trouble):
    data_dir = tmp_path / "data"
    disk = Disk(tmp_path, data_dir)
    with house(tmp_path, data_dir, disk) as server:
        is_told = trouble != "half writes"
        begin = partial(disk.order, *TROUBLES[trouble])
        run, reads = await troubled(server, begin, disk.order, chance, is_told=is_told)

        assert bool(told_in(run.sends)) == is_told
        assert slowest_s(run) < ANSWERED_S + SLOW_MACHINE_S
        hold_up(run, reads, server)


async def test_a_call_that_fails_costs_one_answer_wherever_it_is(tmp_path):
    data_dir, calls = tmp_path / "data", 0
    disk = Disk(tmp_path, data_dir)
    with house(tmp_path, data_dir, disk) as server:
        viewer = await Viewer.join(Door(server.address, ROOM, token=server.account("ann")))
        looking = await Viewer.join(Door(server.address, ROOM))
        unharmed = 0
        while unharmed < BEYOND:
            calls += 1
            disk.order(f"fail_at {calls} {errno.EIO}")
            codes = await retried(viewer, f"call {calls}", 2 * HEALED_S + SLOW_MACHINE_S)
            disk.order()
            assert set(codes) <= CODES
            unharmed = 0 if codes else unharmed + 1
        record = await read_record(server.address, ROOM)
        await looking.reach(max(record.entries))

        run = Run(record, {"looking": looking.events}, list(viewer.sends.values()))
        assert calls > BEYOND + 5
        hold_up(run, [], server)


@pytest.fixture
def small(tmp_path):
    """A file system of few bytes."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={FULL_BYTES}", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(path: Path):
    # Unbuffered: what a buffer still holds fails once more as the file is closed.
    with path.open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(65_536))


async def test_a_full_disk_is_told_in_time_read_from_and_heals(tmp_path, small, chance):
    data_dir, ballast = small / "data", small / "ballast"
    with house(tmp_path, data_dir, Disk(tmp_path, data_dir)) as server:
        run, reads = await troubled(server, lambda: fill(ballast), ballast.unlink, chance)
        assert told_in(run.sends)
        assert slowest_s(run) < ANSWERED_S + SLOW_MACHINE_S
        hold_up(run, reads, server)
