"""One node of several, put together: its end of the bus, its record, its neighbours."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from danmaku.config import NodesSettings
from danmaku.nodes.bus import Bus, LocalBus
from danmaku.nodes.circle import Circle
from danmaku.nodes.neighbours import Neighbours
from danmaku.nodes.redis_bus import RedisBus
from danmaku.nodes.shared import SharedRecord, Store
from danmaku.telemetry import Telemetry

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Node:
    """What the house has of the other nodes.

    Attributes:
        record: Where the house writes; it announces what all nodes write.
        neighbours: Who else is there.
    """

    record: SharedRecord
    neighbours: Neighbours


def clock_s() -> float:
    """Seconds, those included in which the machine slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@contextlib.asynccontextmanager
async def joined(
    store: Store, settings: NodesSettings, telemetry: Telemetry, *, bus: Bus | None = None
) -> AsyncIterator[Node]:
    """Make this process a node on a shared store, in step from the first moment on.

    Args:
        store: What all nodes share; closed by whoever opened it.
        settings: Of nodes.
        telemetry: Where to count.
        bus: In place of the one that the settings name; closed by whoever opened it.

    Raises:
        StoreDown: The record cannot be read.
    """
    async with contextlib.AsyncExitStack() as stack:
        if bus is None and settings.bus:
            bus = await stack.enter_async_context(
                RedisBus.joined(settings.bus, prefix=settings.prefix, telemetry=telemetry)
            )
        elif bus is None:
            bus = LocalBus()
        circle = Circle(bus, store.epoch, clock_s=clock_s, telemetry=telemetry)
        record = SharedRecord(store, bus, circle, settings=settings, telemetry=telemetry)
        neighbours = Neighbours(circle, record, telemetry)
        store.subscribe(neighbours.announce)
        stack.push_async_callback(record.close)
        await record.open()
        _log.info("node_joined", node=circle.name)
        failed: Exception | None = None
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(each.run()) for each in (record, neighbours)]
            try:
                yield Node(record, neighbours)
            except Exception as error:  # noqa: BLE001 -- raised below, alone and not as a group
                failed = error
            finally:
                for task in running:
                    task.cancel()
        if failed is not None:
            raise failed
