"""An hour under load, with something going wrong every few seconds: no law broken, memory flat.

The server stays the same one all the time. What is said is judged by the chapter, each in a room of
its own, so that what the judge has to remember does not grow either.
"""

import asyncio
import contextlib
import errno
import math
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from bench.checker import Run, check
from bench.client import Door, Viewer
from bench.messages import KINDS
from bench.probes import cpu_ns, files_count, memory_bytes
from bench.record import read_record
from bench.server import Server
from tests.contract.soundness import findings_in
from tests.faults.disk import Disk
from tests.faults.raw import Raw, upgraded
from tests.faults.visitors import GONE, SETTINGS, Sender, Watcher, until_reached
from tests.live.hoarder import order

pytestmark = pytest.mark.faults

SENDERS = 6
CALM_S = 3.0  # at the most, between two troubles
MANY = 30
SLOPE_MB_MAX = 1.0  # an hour
PIECE_BYTES = 100  # of Python's, about
REST_S = 3.0  # until who has left is gone
FILES_MAX = 20  # more than after the first chapter
SETTLED_S = 60.0


@dataclass
class House:
    """The server, its disk, and who is there."""

    folder: Path
    server: Server
    disk: Disk
    tokens: list[str]
    watchers: list[Watcher]
    senders: list[Sender]
    room: str

    @property
    def door(self) -> Door:
        return Door(self.server.address, self.room)


@pytest.fixture
def house(tmp_path):
    data_dir = tmp_path / "record"
    data_dir.mkdir()
    disk = Disk(tmp_path, data_dir)
    place = {"STORE__DATA_DIR": str(data_dir), "SERVER__HEAD_MS_MAX": "1000"}
    surroundings = disk.environment(remembers=False)
    program = ("tests.live.hoarder", str(tmp_path), "serve")
    with Server(tmp_path, SETTINGS | place, environment=surroundings, program=program) as server:
        server.data_dir = data_dir
        tokens = [server.account(f"sender{n}") for n in range(SENDERS)]
        yield House(tmp_path, server, disk, tokens, [], [], "")


# --- what goes wrong


async def failing_syncs(house, chance):
    house.disk.order(f"syncs_fail {errno.EIO} 2")
    await asyncio.sleep(chance.uniform(0.1, 0.5))
    house.disk.order()


async def failing_writes(house, chance):
    house.disk.order(f"writes_fail {errno.EIO} 20")
    await asyncio.sleep(chance.uniform(0.1, 0.5))
    house.disk.order()


async def a_tunnel(house, chance):
    """Somebody vanishes, and comes back."""
    if (visits := chance.choice(house.watchers).visits) and not visits[-1].closed:
        visits[-1].drop()


async def a_nap(house, chance):
    """Somebody takes nothing for a while."""
    if not (visits := chance.choice(house.watchers).visits) or visits[-1].closed:
        return
    visits[-1].pause()
    await asyncio.sleep(chance.uniform(0.5, 5))
    with contextlib.suppress(*GONE):
        visits[-1].resume()


async def noise(house, chance):
    """Bytes that mean nothing."""
    for _ in range(MANY):
        raw = await upgraded(house.server.address, house.room)
        raw.writer.write(chance.randbytes(chance.randrange(1, 4000)))
        await raw.end()


async def a_crowd(house, chance):
    """Many come, and most go without a word."""
    crowd = await asyncio.gather(*(Viewer.join(house.door, since=0) for _ in range(MANY)))
    await asyncio.sleep(chance.uniform(0, 1))
    for viewer in crowd:
        if chance.random() < 0.5:
            viewer.drop()
    await asyncio.gather(*(viewer.leave() for viewer in crowd))


async def idlers(house, _chance):
    """Who ask for something and never end it, until they are let go."""
    host, _, port = house.server.address.rpartition(":")
    idle = [Raw(*await asyncio.open_connection(host, int(port))) for _ in range(MANY)]
    for raw in idle:
        raw.writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
    await asyncio.gather(*(raw.silence() for raw in idle))


async def recalls(house, chance):
    """A sender takes some of what it said back."""
    sender = chance.randrange(SENDERS)
    viewer = await Viewer.join(Door(house.server.address, house.room, token=house.tokens[sender]))
    said = [send.published for send in house.senders[sender].sends.values() if send.published]
    for answer in chance.sample(said, min(10, len(said))):
        await viewer.recall(answer.number)
    await viewer.leave()


TROUBLES = (failing_syncs, failing_writes, a_tunnel, a_nap, noise, a_crowd, idlers, recalls)


# --- a chapter


async def chapter(house: House, chance: Random, seconds: float) -> int:
    """All of it for so long; judged. How many comments were said."""
    address = house.server.address
    house.senders = [
        Sender([Door(address, house.room, token=token)], f"s{n}", retries=True)
        for n, token in enumerate(house.tokens)
    ]
    house.watchers = [Watcher([Door(address, house.room, kind)]) for kind in KINDS.values()]
    over, left = asyncio.Event(), asyncio.Event()
    watching = [asyncio.create_task(watcher.watch(left)) for watcher in house.watchers]
    sending = [
        asyncio.create_task(sender.comment(Random(chance.random()), over))  # noqa: S311
        for sender in house.senders
    ]
    await trouble(house, chance, seconds)
    over.set()
    await asyncio.gather(*sending)
    record = await read_record(address, house.room)
    await until_reached(house.watchers, max(record.entries), SETTLED_S)
    left.set()
    await asyncio.gather(*watching)
    await asyncio.gather(*(one.visits[-1].leave() for one in house.watchers))
    sends = [send for sender in house.senders for send in sender.sends.values()]
    events = {f"w{n}": watcher.events for n, watcher in enumerate(house.watchers)}
    assert check(Run(record, events, sends)) == []
    return len(sends)


async def trouble(house: House, chance: Random, seconds: float) -> None:
    """Something goes wrong, and again, each kind once before any comes twice."""
    until_s = time.monotonic() + seconds
    kinds = []
    while time.monotonic() < until_s:
        kinds = kinds or chance.sample(TROUBLES, len(TROUBLES))
        await kinds.pop()(house, chance)
        await asyncio.sleep(chance.uniform(0, min(CALM_S, seconds / len(TROUBLES))))


def slope_mb(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Growth an hour of what was measured at these seconds, megabytes; and its standard error."""
    hours, found_mb = zip(*((at_s / 3600, mb) for at_s, mb in points), strict=True)
    slope, level = statistics.linear_regression(hours, found_mb)
    off = sum((mb - level - slope * at) ** 2 for at, mb in zip(hours, found_mb, strict=True))
    spread = statistics.variance(hours) * (len(points) - 1)
    return slope, math.sqrt(off / (len(points) - 2) / spread)


async def kept_mb(house: House) -> float:
    """What the server has in use, without the holes between, which come and go by chance."""
    await asyncio.sleep(REST_S)
    await order(house.folder, "weigh")
    pieces, others = map(int, (house.folder / "weight").read_text().split())
    return (pieces * PIECE_BYTES + others) / 1e6


async def lived(house: House, chance: Random, chapters: int, seconds: float) -> list:
    """Chapter after chapter; when each ended, and how much memory was in use then, megabytes."""
    points, files = [], 0
    for number in range(chapters):
        house.room = f"room{number}"
        await asyncio.to_thread(house.server.open_room, house.room)
        begun_s, spent_ns = time.monotonic(), cpu_ns(house.server.pid)
        count = await chapter(house, chance, seconds)
        took_s = time.monotonic() - begun_s
        points.append((time.monotonic(), await kept_mb(house)))
        files = files or files_count(house.server.pid)
        print(  # noqa: T201 -- for docs/reliability.md
            f"{number}: {count} comments, {points[-1][1]:.1f} MB in use, "
            f"{memory_bytes(house.server.pid) / 1e6:.1f} MB resident, "
            f"{files_count(house.server.pid)} files, "
            f"{(cpu_ns(house.server.pid) - spent_ns) / 1e9 / took_s:.2f} of a core",
            flush=True,
        )
    assert files_count(house.server.pid) <= files + FILES_MAX
    assert "Traceback" not in house.server.log.read_text()
    return points


async def test_trouble_upon_trouble_breaks_no_law(house, chance):
    await lived(house, chance, chapters=2, seconds=8)

    house.server.stop()
    assert findings_in(house.server.data_dir) == []


@pytest.mark.soak
async def test_an_hour_of_it_leaves_memory_as_it_was(house, chance):
    points = await lived(house, chance, chapters=60, seconds=60)

    slope, error = slope_mb(points[len(points) // 4 :])  # until then what is kept fills up
    print(f"{slope:+.2f} MB an hour, give or take {error:.2f}")  # noqa: T201 -- the figure
    # How full its rooms are when it is weighed is chance: some megabytes up or down.
    assert slope - 2 * error < SLOPE_MB_MAX
    house.server.stop()
    assert findings_in(house.server.data_dir) == []
