"""The record of one node among others: it writes to the store, and announces what anybody wrote.

The store decides and numbers; the bus only says where to look. Whatever the bus loses is found by
asking the record, within every second, where the followed chains end; more often while the bus is
down. A node that can do neither goes behind the fence (`fence.py`).
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import structlog

from danmaku.config import NodesSettings
from danmaku.domain.facts import Entry
from danmaku.domain.ids import PLATFORM, RoomId
from danmaku.errors import DanmakuError, Stale, StoreDown, Unknown
from danmaku.nodes.bus import Bus, channel_of
from danmaku.nodes.circle import Circle
from danmaku.nodes.fence import Fence
from danmaku.nodes.followed import Followed, Recorded
from danmaku.nodes.messages import Committed, ForeignError, Recalled, committed, entries_of
from danmaku.ports import Announce, Append
from danmaku.telemetry import Telemetry

POLL_S: Final = 0.75  # between two looks at the tops: a recall is here in a second, bus or not
LOOKS: Final = 20  # at the clock while silence grows too long
DROP_S: Final = 10.0  # between two looks for rooms that nobody wants
ANNOUNCED_S: Final = 4.0  # what is recorded is announced by then, or its sender asks again
TOPS_S: Final = 10.0  # the record says by then where its chains end, or it is asked again
IN_STEP_S: Final = 2.0  # a sender waits so long for a node that has just woken

_log = structlog.get_logger(__name__)


class Store(Recorded, Protocol):
    """What is asked of the store that all nodes share."""

    @property
    def epoch(self) -> str:
        """As `ports.Record.epoch`."""

    def require_place(self, coming: int = 0) -> None:
        """As `ports.Record.require_place`."""

    async def commit(self, *appends: Append) -> list[Entry]:
        """As `ports.Record.commit`; announces to its own subscribers only."""

    def subscribe(self, announce: Announce) -> None:
        """Have what this node commits announced, in order for each chain."""


class SharedRecord:
    """`ports.Record` over a store that other nodes write to as well.

    Lives on the event loop's thread; `run` keeps it in step.

    Args:
        store: Owns every number and every decision.
        bus: Brings hints.
        circle: The other nodes, over the same bus.
    """

    def __init__(
        self,
        store: Store,
        bus: Bus,
        circle: Circle,
        *,
        settings: NodesSettings,
        telemetry: Telemetry,
    ) -> None:
        self._store = store
        self._bus = bus
        self._circle = circle
        self._telemetry = telemetry
        self._poll_s = settings.poll_ms / 1000
        self._look_s = settings.fence_ms / 1000 / LOOKS
        self._fence = Fence(settings.fence_ms / 1000, circle.clock_s())
        self._followed = Followed(
            store, bus, self._tell, hole_s=settings.hole_ms / 1000, telemetry=telemetry
        )
        self._announces: list[Announce] = []
        self._told_of_others: list[Announce] = []
        self._told_of_fence: list[Callable[[], None]] = []
        self._returning: asyncio.Task[None] | None = None  # into step; all senders wait for one
        store.subscribe(self._take_own)
        circle.when(Committed, self._take_hint)

    @property
    def epoch(self) -> str:
        """As `ports.Record.epoch`."""
        return self._store.epoch

    @property
    def is_in_step(self) -> bool:
        """Whether what this node shows is what the record says."""
        return not (self._fence.is_closed or self._fence.slept(self._circle.clock_s()))

    def subscribe(self, announce: Announce) -> None:
        """Have every entry of followed chains announced, whoever wrote it, in order."""
        self._announces.append(announce)

    def when_others_write(self, tell: Announce) -> None:
        """Have `tell` called with those entries that other nodes wrote, as they are announced."""
        self._told_of_others.append(tell)

    def when_fenced(self, tell: Callable[[], None]) -> None:
        """Have `tell` called when this node must show nothing any more."""
        self._told_of_fence.append(tell)

    def keep_while(self, wanted: Callable[[RoomId], bool]) -> None:
        """Say which rooms somebody wants to hear of; others are followed no more."""
        self._followed.keep_while(wanted)

    async def follow(self, chain: RoomId) -> None:
        """As `ports.Record.follow`."""
        await self._followed.follow(chain)

    def require_place(self, coming: int = 0) -> None:
        """As `ports.Record.require_place`."""
        self._store.require_place(coming)

    async def commit(self, *appends: Append) -> list[Entry]:
        """As `ports.Record.commit`; returns when the entries have been announced here.

        After `Stale` this node has caught up with what made it stale.
        """
        if not self.is_in_step:
            await self._get_in_step()
        try:
            entries = await self._store.commit(*appends)
        except Stale:
            await self._confirm({PLATFORM, *(append.chain for append in appends)})
            raise
        try:
            async with asyncio.timeout(ANNOUNCED_S):
                for entry in entries:
                    await self._followed.reach(entry.chain, entry.seq)
        except (TimeoutError, StoreDown):
            raise Unknown from None  # recorded, and shown here later than its sender waits
        return entries

    async def applied(self, recall: Recalled) -> None:
        """Return when a recall that another node recorded is announced here, if it ever would be.

        Raises:
            StoreDown: The record cannot be read.
        """
        await self._followed.reach(recall.chain, recall.seq)

    async def open(self) -> None:
        """Follow the platform's chain: before anything is read of it.

        Raises:
            StoreDown: The record cannot be read.
        """
        await self.follow(PLATFORM)

    async def run(self) -> None:
        """Keep in step until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poll(), name="tops")
            tasks.create_task(self._look(), name="fence")
            tasks.create_task(self._drop(), name="followed")

    async def close(self) -> None:
        """Read nothing more; the store and the bus are closed by whoever opened them."""
        await self._followed.close()

    # --- entries

    def _take_own(self, entries: Sequence[Entry]) -> None:
        for said in committed(entries):
            self._circle.say(said, channel_of(said.chain))
        self._followed.take(entries, is_own=True)

    def _take_hint(self, _node: str, said: Committed) -> None:
        if not self._followed.knows(said.chain):
            return
        try:
            self._followed.take(entries_of(said), is_own=False)
        except ForeignError:
            self._telemetry.bus_messages.labels("foreign").inc()
        self._followed.hear(said.chain, said.upto)

    def _tell(self, entries: Sequence[Entry], is_own: bool) -> None:  # noqa: FBT001 -- `Tell`
        for announce in self._announces if is_own else (*self._announces, *self._told_of_others):
            try:
                announce(entries)
            except Exception:  # noqa: BLE001 -- what is recorded cannot be refused any more
                _log.exception("announce_failed")

    # --- in step

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_S if self._bus.is_up else self._poll_s)
            try:
                await self._confirm()
            except DanmakuError as error:
                self._telemetry.polls.labels("failed").inc()
                _log.warning("record_not_asked", reason=str(error))
            else:
                self._telemetry.polls.labels("done").inc()

    async def _confirm(self, chains: set[RoomId] | None = None) -> None:
        as_of_s = self._circle.clock_s()
        try:
            async with asyncio.timeout(TOPS_S):
                await self._followed.confirm(chains)
        except TimeoutError:
            raise StoreDown("The record does not say where its chains end.") from None
        if chains is None and self._fence.confirm(as_of_s, self._circle.clock_s()):
            self._telemetry.fenced.set(0)
            _log.info("in_step_again")

    async def _get_in_step(self) -> None:
        self._look_once()
        if self._returning is None or self._returning.done():
            self._returning = asyncio.create_task(self._confirm(), name="into step")
        try:
            async with asyncio.timeout(IN_STEP_S):
                await asyncio.shield(self._returning)
        except TimeoutError:
            raise StoreDown("This server is out of step with the record.") from None
        if not self.is_in_step:
            raise StoreDown("This server is out of step with the record.")

    async def _look(self) -> None:
        while True:
            self._look_once()
            await asyncio.sleep(self._look_s)

    def _look_once(self) -> None:
        self._fence.hear(self._circle.heard_s)
        if self._fence.look(self._circle.clock_s()):
            self._telemetry.fenced.set(1)
            _log.error("fenced")
            for tell in self._told_of_fence:
                tell()

    async def _drop(self) -> None:
        while True:
            await asyncio.sleep(DROP_S)
            await self._followed.drop_unwanted()
