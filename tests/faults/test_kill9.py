"""kill -9 at random moments under load: whatever anybody saw or was told is still true."""

import asyncio
from random import Random

import pytest

from bench.checker import Run, check
from bench.client import Door
from bench.messages import KINDS
from bench.record import read_record
from bench.server import Server
from tests.contract.soundness import findings_in
from tests.faults.visitors import SETTINGS, Sender, Watcher, until_reached

pytestmark = pytest.mark.faults

ROOM = "room"
SENDERS = 4


async def kill_again_and_again(server: Server, chance: Random, rounds: int) -> None:
    for _ in range(rounds):
        await asyncio.sleep(chance.uniform(0.1, 0.6))
        server.kill()
        assert findings_in(server.data_dir) == []
        await asyncio.to_thread(server.start)


async def play(folder, chance: Random, rounds: int) -> None:
    with Server(folder, SETTINGS) as server:
        server.open_room(ROOM)
        tokens = [server.account(f"sender{n}") for n in range(SENDERS)]
        watchers = [Watcher([Door(server.address, ROOM, kind)]) for kind in KINDS.values()]
        senders = [
            Sender([Door(server.address, ROOM, token=token)], f"s{n}", retries=n % 2 == 0)
            for n, token in enumerate(tokens)
        ]
        over, left = asyncio.Event(), asyncio.Event()
        watching = [asyncio.create_task(watcher.watch(left)) for watcher in watchers]
        sending = [
            asyncio.create_task(sender.comment(Random(chance.random()), over))  # noqa: S311
            for sender in senders
        ]
        await kill_again_and_again(server, chance, rounds)
        over.set()
        await asyncio.gather(*sending)
        record = await read_record(server.address, ROOM)
        await until_reached(watchers, max(record.entries))
        left.set()
        await asyncio.gather(*watching)
    sends = [send for sender in senders for send in sender.sends.values()]
    run = Run(record, {f"w{n}": w.events for n, w in enumerate(watchers)}, sends)
    assert check(run) == []
    assert sum(send.published is not None for send in sends) > rounds
    assert sum(send.published is None for send in sends) > 0  # or nothing was open at any kill


@pytest.mark.timeout(600)
async def test_nothing_seen_or_acknowledged_is_lost_in_20_kills(tmp_path, chance):
    await play(tmp_path, chance, rounds=20)


@pytest.mark.soak
async def test_nothing_seen_or_acknowledged_is_lost_in_200_kills(tmp_path, chance):
    await play(tmp_path, chance, rounds=200)
