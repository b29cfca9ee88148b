"""kill -9 at random moments under load: whatever anybody saw or was told is still true.

Half of the senders give up what was open when the server died: a retry with the same id would heal
the very evidence of a loss. The others retry until they know.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field
from random import Random

import pytest
from websockets.exceptions import WebSocketException

from bench.checker import Answer, Event, Run, Send, check
from bench.client import Door, Viewer
from bench.messages import KINDS
from bench.record import read_record
from bench.server import Server
from tests.contract.soundness import findings_in

pytestmark = pytest.mark.faults

ROOM = "room"
SENDERS = 4
IN_FLIGHT = 8
SETTINGS = {
    "GATEWAY__MESSAGES_PER_S": "1000",
    "GATEWAY__MESSAGES_BURST": "1000",
    "FILTER__MICROS_MAX": "5000000",  # a busy machine is no fault of a text
    "ADMISSION__SENDS_PER_S": "1000",
    "ADMISSION__SENDS_BURST": "1000",
}
GONE = (OSError, WebSocketException, TimeoutError)


@dataclass
class Watcher:
    """A viewer who always comes back with the position it has."""

    door: Door
    visits: list[Viewer] = field(default_factory=list)

    @property
    def events(self) -> list[Event]:
        return [event for viewer in self.visits for event in viewer.events]

    @property
    def position(self) -> int:
        return next((v.position for v in reversed(self.visits) if v.events), 0)

    async def watch(self, over: asyncio.Event) -> None:
        while not over.is_set():
            with contextlib.suppress(*GONE):
                self.visits.append(await Viewer.join(self.door, since=self.position))
                await until_gone(self.visits[-1], over)
            await asyncio.sleep(0.01)


@dataclass
class Sender:
    """An account that comments as fast as it is answered."""

    door: Door
    name: str
    retries: bool
    sends: dict[str, Send] = field(default_factory=dict)

    @property
    def open_sends(self) -> list[Send]:
        return [send for send in self.sends.values() if not send.answers]

    async def comment(self, random: Random, over: asyncio.Event) -> None:
        while not (over.is_set() and not self.open_sends):
            with contextlib.suppress(*GONE):
                viewer = await Viewer.join(self.door)
                viewer.sends = self.sends
                await self._settle_open(viewer)
                await self._talk(viewer, random, over)
                await viewer.leave()
            await asyncio.sleep(0.01)

    async def _settle_open(self, viewer: Viewer) -> None:
        for send in self.open_sends:
            if self.retries:
                await viewer.begin(send.text, client_id=send.client_id)
            else:
                send.answers.append(Answer("refused", 0, code="unknown"))  # it never asks again

    async def _talk(self, viewer: Viewer, random: Random, over: asyncio.Event) -> None:
        while not over.is_set() and not viewer.closed:
            if len(self.open_sends) < IN_FLIGHT:
                name = f"{self.name}-{len(self.sends)}"
                await viewer.begin(f"comment {name}", client_id=name)
            await asyncio.sleep(random.uniform(0.001, 0.008))
        with contextlib.suppress(TimeoutError):
            await viewer.until(lambda: viewer.closed or not self.open_sends, within_s=5)


async def until_gone(viewer: Viewer, over: asyncio.Event) -> None:
    ends = [asyncio.create_task(viewer.gone(None)), asyncio.create_task(over.wait())]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for end in ends:
        end.cancel()


async def until_reached(watchers: list[Watcher], seq: int) -> None:
    for _ in range(200):
        if all(watcher.position >= seq for watcher in watchers):
            return
        await asyncio.sleep(0.05)


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
        watchers = [Watcher(Door(server.address, ROOM, kind)) for kind in KINDS.values()]
        senders = [
            Sender(Door(server.address, ROOM, token=token), f"s{n}", retries=n % 2 == 0)
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
