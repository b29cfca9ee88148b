"""The wall clock is set by an hour while people comment: nobody notices."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from bench.checker import Run, check
from bench.client import Door
from bench.messages import KINDS
from bench.record import read_record
from bench.server import Server
from tests.contract.soundness import findings_in
from tests.faults.visitors import (
    SETTINGS,
    Sender,
    Watcher,
    published_by,
    until_published,
    until_reached,
)

pytestmark = pytest.mark.faults

SOURCE = Path(__file__).with_name("wall_clock.c")
ROOM = "room"
SENDERS = 4
HOUR_S = 3600
STAY_S = 1.5  # between two jumps, and until so many are published, on a busy machine
JUMPS = (HOUR_S, 0, -HOUR_S, 0)
PUBLISHED_MIN = 20
BUCKETS = {"ADMISSION__SENDS_PER_S": "20", "ADMISSION__SENDS_BURST": "20"}


class WallClock:
    """The server's; it can be set."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "wall-clock"
        self._library = folder / "wall_clock.so"
        self._file.write_bytes(bytes(8))
        words = ["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", self._library]
        subprocess.run([*words, SOURCE, "-ldl"], check=True)

    def set(self, by_s: int) -> None:
        """Have it go wrong by so much from now on."""
        with self._file.open("r+b") as file:  # the server looks at this very file
            file.write(by_s.to_bytes(8, sys.byteorder, signed=True))

    @property
    def environment(self) -> dict[str, str]:
        """What the server's process must be told."""
        return {"LD_PRELOAD": str(self._library), "WALL_CLOCK": str(self._file)}


async def jump(wall: WallClock, rounds: int, senders: Sequence[Sender]) -> list[int]:
    """Set it again and again; how many comments were published between two jumps."""
    counts = [published_by(senders)]
    for by_s in JUMPS * rounds:
        wall.set(by_s)
        await asyncio.sleep(STAY_S)
        # Fails where they do not come in time, long before the clock itself would have gone on.
        await until_published(senders, counts[-1] + PUBLISHED_MIN)
        counts.append(published_by(senders))
    return [later - former for former, later in pairwise(counts)]


async def play(folder: Path, chance: Random, rounds: int) -> None:
    wall = WallClock(folder)
    with Server(folder, SETTINGS | BUCKETS, environment=wall.environment) as server:
        server.open_room(ROOM)
        tokens = [server.account(f"sender{n}") for n in range(SENDERS)]
        watchers = [Watcher([Door(server.address, ROOM, kind)]) for kind in KINDS.values()]
        senders = [
            Sender([Door(server.address, ROOM, token=token)], f"s{n}", retries=True)
            for n, token in enumerate(tokens)
        ]
        over, left = asyncio.Event(), asyncio.Event()
        watching = [asyncio.create_task(watcher.watch(left)) for watcher in watchers]
        sending = [
            asyncio.create_task(sender.comment(Random(chance.random()), over))  # noqa: S311
            for sender in senders
        ]
        await asyncio.sleep(STAY_S)
        await until_published(senders, 1)  # by the right time
        between = await jump(wall, rounds, senders)
        over.set()
        await asyncio.gather(*sending)
        record = await read_record(server.address, ROOM)
        await until_reached(watchers, max(record.entries))
        assert [len(watcher.visits) for watcher in watchers] == [1] * len(watchers)
        left.set()
        await asyncio.gather(*watching)
    judge(record, watchers, senders)
    print(f"published between jumps: {between}")  # noqa: T201 -- the figure
    assert findings_in(server.data_dir) == []


def judge(record, watchers, senders) -> None:
    sends = [send for sender in senders for send in sender.sends.values()]
    assert check(Run(record, {f"w{n}": w.events for n, w in enumerate(watchers)}, sends)) == []
    entries = [record.entries[seq] for seq in sorted(record.entries)]
    times = [entry["at_ms"] for entry in entries if entry["kind"] == "comment"]
    assert all(former <= later for former, later in pairwise(times))
    assert max(times) - min(times) > HOUR_S * 1000  # the clock was set, indeed


async def test_a_wall_clock_that_is_set_by_an_hour_disturbs_nobody(tmp_path, chance):
    await play(tmp_path, chance, rounds=1)


@pytest.mark.soak
async def test_a_wall_clock_that_is_set_again_and_again_disturbs_nobody(tmp_path, chance):
    await play(tmp_path, chance, rounds=40)
