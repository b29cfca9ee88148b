"""Visitors who live through anything: they come back, and keep all that they saw and were told.

Half of the senders give up what was open when their server went: a retry with the same id would
heal the very evidence of a loss. The others retry until they know.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from websockets.exceptions import WebSocketException

from bench.checker import UNDECIDED, Answer, Event, Send
from bench.client import Door, Viewer
from tests.patience import PATIENCE_S

IN_FLIGHT = 8
SETTINGS = {
    "GATEWAY__MESSAGES_PER_S": "1000",
    "GATEWAY__MESSAGES_BURST": "1000",
    "FILTER__MICROS_MAX": "5000000",  # a busy machine is no fault of a text
    "ADMISSION__SENDS_PER_S": "1000",
    "ADMISSION__SENDS_BURST": "1000",
}
GONE = (OSError, WebSocketException, TimeoutError)
AWAY_S = 0.02


@dataclass
class Watcher:
    """A viewer who always comes back with the position it has, each time at the next door."""

    doors: Sequence[Door]
    visits: list[Viewer] = field(default_factory=list)
    knocks: int = 0

    @property
    def events(self) -> list[Event]:
        return [event for viewer in self.visits for event in viewer.events]

    @property
    def position(self) -> int:
        return next((v.position for v in reversed(self.visits) if v.events), 0)

    @property
    def epochs(self) -> set[object]:
        """Which lives of the record it was told of."""
        return {viewer.welcome["epoch"] for viewer in self.visits if viewer.welcome}

    async def watch(self, over: asyncio.Event) -> None:
        while not over.is_set():
            door = self.doors[self.knocks % len(self.doors)]
            self.knocks += 1
            with contextlib.suppress(*GONE):
                self.visits.append(await Viewer.join(door, since=self.position))
                await until_gone(self.visits[-1], over)
            await asyncio.sleep(AWAY_S)


@dataclass
class Sender:
    """An account that comments as fast as it is answered, if need be at the next door."""

    doors: Sequence[Door]
    name: str
    retries: bool
    sends: dict[str, Send] = field(default_factory=dict)
    knocks: int = 0

    @property
    def open_sends(self) -> list[Send]:
        return [send for send in self.sends.values() if self._is_open(send)]

    def _is_open(self, send: Send) -> bool:
        """Whether it does not know what became of it, and wants to."""
        if not send.answers:
            return True
        return self.retries and send.answers[-1].code in UNDECIDED

    async def comment(self, random: Random, over: asyncio.Event) -> None:
        while not (over.is_set() and not self.open_sends):
            door = self.doors[self.knocks % len(self.doors)]
            self.knocks += 1
            with contextlib.suppress(*GONE):
                viewer = await Viewer.join(door)
                viewer.sends = self.sends
                await self._settle_open(viewer)
                await self._talk(viewer, random, over)
                await viewer.leave()
            await asyncio.sleep(AWAY_S)

    async def _settle_open(self, viewer: Viewer) -> None:
        for send in self.open_sends:
            if self.retries:
                await viewer.begin(send.text, client_id=send.client_id)
            else:
                send.answers.append(Answer("refused", 0, code="unknown"))  # it never asks again

    async def _talk(self, viewer: Viewer, random: Random, over: asyncio.Event) -> None:
        while not over.is_set() and not viewer.closed and not self._is_in_doubt():
            if len(self.open_sends) < IN_FLIGHT:
                name = f"{self.name}-{len(self.sends)}"
                await viewer.begin(f"comment {name}", client_id=name)
            await asyncio.sleep(random.uniform(0.001, 0.008))
        with contextlib.suppress(TimeoutError):
            await viewer.until(lambda: viewer.closed or not self.open_sends, within_s=5)

    def _is_in_doubt(self) -> bool:
        return any(send.answers for send in self.open_sends)


async def until_gone(viewer: Viewer, over: asyncio.Event) -> None:
    ends = [asyncio.create_task(viewer.gone(None)), asyncio.create_task(over.wait())]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for end in ends:
        end.cancel()


def published_by(senders: Sequence[Sender]) -> int:
    """How many comments they know to be published."""
    return sum(send.published is not None for one in senders for send in one.sends.values())


async def until_published(senders: Sequence[Sender], count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while published_by(senders) < count:  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.05)


async def until_reached(
    watchers: Sequence[Watcher], seq: int, within_s: float = PATIENCE_S
) -> None:
    async with asyncio.timeout(within_s):
        while not all(watcher.position >= seq for watcher in watchers):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
