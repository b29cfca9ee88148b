"""Nodes in one process, on one record in memory and one bus, each with a desk of its own."""

import asyncio
import contextlib
import itertools
from collections import defaultdict
from dataclasses import dataclass, field

from danmaku.config import NodesSettings, StoreSettings
from danmaku.domain.ids import Millis
from danmaku.errors import StoreDown
from danmaku.nodes.bus import Exchange, LocalBus
from danmaku.nodes.circle import Circle
from danmaku.nodes.neighbours import Neighbours
from danmaku.nodes.shared import SharedRecord
from danmaku.store.sqlite import SqliteStore
from danmaku.telemetry import Telemetry
from tests.contract.facts import in_demo, on_platform, opened, registered
from tests.patience import PATIENCE_S

WAIT_S = PATIENCE_S


async def holds(is_so):
    async with asyncio.timeout(WAIT_S):
        while not is_so():  # noqa: ASYNC110 -- what is waited for sets no events
            await asyncio.sleep(0.005)


class Clock:
    """A clock that the test moves."""

    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


class LossyBus(LocalBus):
    """Brings only what `brings` lets through."""

    def __init__(self, exchange):
        super().__init__(exchange)
        self.brings = lambda _message: True
        self.is_cut = False

    @property
    def is_up(self):
        return super().is_up and not self.is_cut

    def deliver(self, channel, message):
        if self.brings(message) and not self.is_cut:
            super().deliver(channel, message)


class Desk:
    """What one node has of the record that all share: it announces its own commits alone."""

    def __init__(self, store, log):
        self._store, self._log = store, log
        self._announces = []
        self.is_down = False
        self.reads = 0

    @property
    def epoch(self):
        return self._store.epoch

    def subscribe(self, announce):
        self._announces.append(announce)

    async def commit(self, *appends):
        self._check()
        entries = await self._store.commit(*appends)
        for announce in self._announces:
            announce([entry for entry in entries if not entry.repeated])
        return entries

    async def tops(self, chains):
        self._check()
        await asyncio.sleep(0)
        return {chain: self._log[chain][-1].seq for chain in chains if self._log[chain]}

    async def recorded(self, chain, after, *, limit):
        self._check()
        self.reads += 1
        await asyncio.sleep(0)
        return self._log[chain][after : after + limit]

    def _check(self):
        if self.is_down:
            raise StoreDown


@dataclass
class Node:
    desk: Desk
    bus: LossyBus
    circle: Circle
    record: SharedRecord
    neighbours: Neighbours
    clock: Clock
    telemetry: Telemetry
    announced: list = field(default_factory=list)
    foreign: list = field(default_factory=list)

    def seqs(self, chain):
        return [entry.seq for entry in self.announced if entry.chain == chain]

    @contextlib.asynccontextmanager
    async def running(self):
        tasks = [asyncio.create_task(each.run()) for each in (self.record, self.neighbours)]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class World:
    """The record, and how another node on it is made."""

    store: SqliteStore
    log: dict
    exchange: Exchange

    def node(self, **settings):
        clock, telemetry, bus = Clock(), Telemetry(), LossyBus(self.exchange)
        desk = Desk(self.store, self.log)
        circle = Circle(bus, desk.epoch, clock_s=clock, telemetry=telemetry)
        record = SharedRecord(
            desk, bus, circle, settings=NodesSettings(**settings), telemetry=telemetry
        )
        neighbours = Neighbours(circle, record, telemetry)
        node = Node(desk, bus, circle, record, neighbours, clock, telemetry)
        record.subscribe(node.announced.extend)
        record.when_others_write(node.foreign.extend)
        desk.subscribe(neighbours.announce)
        return node


@contextlib.asynccontextmanager
async def world(data_dir):
    ticks, log = itertools.count(1_000), defaultdict(list)
    store = await SqliteStore.open(
        StoreSettings(url="memory", data_dir=data_dir), lambda: Millis(next(ticks))
    )

    def keep(entries):
        for entry in entries:
            log[entry.chain].append(entry)

    store.subscribe(keep)
    await store.commit(on_platform(registered("Ann")))
    await store.commit(on_platform(registered("Ben")))
    await store.commit(in_demo(opened()))
    try:
        yield World(store, log, Exchange())
    finally:
        await store.close()
