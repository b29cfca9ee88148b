"""The chains that this node announces: each entry once, in order, wherever it was written.

What comes in out of order waits a moment for the bus to bring what lies between; then the record is
read, by one reader for a chain at a time. So a hole costs a read, never an entry.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Final, Protocol

import structlog

from danmaku.domain.facts import Entry
from danmaku.domain.ids import PLATFORM, RoomId, Seq
from danmaku.errors import DanmakuError, StoreDown
from danmaku.nodes.bus import Bus, Channel, channel_of
from danmaku.nodes.sequence import ChainSequence
from danmaku.telemetry import Telemetry

AHEAD_MAX: Final = 2_048  # entries of a chain kept behind a hole
EARLY_MAX: Final = 2_048  # entries of a chain kept until its top is known
FOLLOWED_MAX: Final = 20_000  # beyond it, what nobody wants is looked for at once
PAGE_ENTRIES: Final = 512  # in one read of the record
READS_MAX: Final = 4  # chains that are read at one time
TOPS_MAX: Final = 1_000  # chains in one question for their tops

Tell = Callable[[Sequence[Entry], bool], None]
"""Given what is announced, and whether this node wrote it."""

_log = structlog.get_logger(__name__)


class Recorded(Protocol):
    """What is asked of the record; both may raise `StoreDown`."""

    async def tops(self, chains: Collection[RoomId]) -> dict[RoomId, Seq]:
        """Seq of the newest entry of each; a chain that does not exist is left out."""

    async def recorded(self, chain: RoomId, after: Seq, *, limit: int) -> list[Entry]:
        """Entries after `after`, ascending and without holes."""


@dataclass(slots=True, eq=False)
class _Chain:
    """One that is followed.

    Attributes:
        sequence: None until its top has been read.
        early: What came before that.
        own: Written here, and not announced so far.
    """

    id: RoomId
    begun: asyncio.Task[None] | None = None
    sequence: ChainSequence | None = None
    early: list[Entry] = field(default_factory=list)
    own: set[Seq] = field(default_factory=set)
    waiters: list[tuple[Seq, asyncio.Future[None]]] = field(default_factory=list)
    waiting: asyncio.TimerHandle | None = None  # for the bus to fill a hole
    reading: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nobody would notice if it were dropped."""
        return self.sequence is not None and not self.waiters and self.reading is None


class Followed:
    """See the module. Lives on the event loop's thread.

    Args:
        record: Read where the bus has left a hole.
        bus: Whose channels are subscribed to.
        tell: Given everything that is announced.
        hole_s: How long a hole may wait for the bus.
    """

    def __init__(
        self, record: Recorded, bus: Bus, tell: Tell, *, hole_s: float, telemetry: Telemetry
    ) -> None:
        self._record = record
        self._bus = bus
        self._tell = tell
        self._hole_s = hole_s
        self._telemetry = telemetry
        self._chains: dict[RoomId, _Chain] = {}
        self._channels: Counter[Channel] = Counter()
        self._reads = asyncio.Semaphore(READS_MAX)
        self._wanted: Callable[[RoomId], bool] = lambda _room: True

    def keep_while(self, wanted: Callable[[RoomId], bool]) -> None:
        """Say which rooms somebody wants; all, until this is called."""
        self._wanted = wanted

    async def follow(self, chain: RoomId) -> None:
        """Announce every entry of `chain` from here on; returns when its top is known.

        Raises:
            StoreDown: The record cannot be read; it is not followed.
        """
        if (known := self._chains.get(chain)) is None:
            if len(self._chains) >= FOLLOWED_MAX:
                await self.drop_unwanted()
            if (known := self._chains.get(chain)) is None:
                known = self._chains[chain] = _Chain(chain)
                known.begun = asyncio.create_task(self._begin(known), name=f"follow {chain}")
        if known.begun is not None:
            await asyncio.shield(known.begun)

    async def _begin(self, chain: _Chain) -> None:
        channel = channel_of(chain.id)
        self._channels[channel] += 1
        try:
            await self._bus.subscribe(channel)
            tops = await self._record.tops([chain.id])
        except BaseException:
            del self._chains[chain.id]
            await self._leave(channel)
            raise
        # One that does not exist yet begins at its first entry.
        chain.sequence = ChainSequence(tops.get(chain.id, Seq(0)), ahead_max=AHEAD_MAX)
        chain.begun = None
        early, chain.early = chain.early, []
        self._take(chain, early)
        self._telemetry.chains_followed.set(len(self._chains))

    async def _leave(self, channel: Channel) -> None:
        """One chain less is followed there."""
        self._channels[channel] -= 1
        if not self._channels[channel]:
            del self._channels[channel]
            await self._bus.unsubscribe(channel)

    def take(self, entries: Iterable[Entry], *, is_own: bool) -> None:
        """Take entries that came in, and announce what is next in its chain.

        What this node wrote to a chain that it does not follow is announced as it comes.
        """
        for chain_id, of_chain in groupby(entries, key=lambda entry: entry.chain):
            run = list(of_chain)
            chain = self._chains.get(chain_id)
            if chain is None:
                if is_own:
                    self._tell(run, True)  # noqa: FBT003 -- `Tell`
                continue
            if is_own:
                chain.own.update(entry.seq for entry in run)
            if chain.sequence is None:
                chain.early += run[: EARLY_MAX - len(chain.early)]
            else:
                self._take(chain, run)

    def hear(self, chain_id: RoomId, top: Seq) -> None:
        """Learn that a chain reaches `top` at least; what is not here by then is read."""
        chain = self._chains.get(chain_id)
        if chain is not None and chain.sequence is not None:
            chain.sequence.hear(top)
            self._settle(chain, chain.sequence)

    def knows(self, chain: RoomId) -> bool:
        """Whether a chain is followed, or about to be."""
        return chain in self._chains

    async def reach(self, chain_id: RoomId, seq: Seq) -> None:
        """Wait until an entry has been announced; at once for a chain that is not followed."""
        chain = self._chains.get(chain_id)
        if chain is None or chain.sequence is None or chain.sequence.delivered >= seq:
            return
        chain.sequence.hear(seq)
        self._settle(chain, chain.sequence)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        chain.waiters.append((seq, future))
        await future

    async def confirm(self, chains: Collection[RoomId] | None = None) -> None:
        """Ask the record where chains end, and announce everything up to there.

        Args:
            chains: Which; None: all that are followed.

        Raises:
            StoreDown: The record does not say.
        """
        asked = iter(list(self._chains if chains is None else chains))
        tops: dict[RoomId, Seq] = {}
        while some := list(islice(asked, TOPS_MAX)):
            tops |= await self._record.tops(some)
        behind = [(chain, top) for chain, top in tops.items() if self._lacks(chain, top)]
        await asyncio.gather(*(self.reach(chain, top) for chain, top in behind))

    async def drop_unwanted(self) -> None:
        """Follow rooms no more that nobody wants."""
        for chain in list(self._chains.values()):
            if chain.id == PLATFORM or not chain.is_idle or self._wanted(chain.id):
                continue
            del self._chains[chain.id]
            if chain.waiting is not None:
                chain.waiting.cancel()
            await self._leave(channel_of(chain.id))
        self._telemetry.chains_followed.set(len(self._chains))

    async def close(self) -> None:
        """Stop reading; nobody is told anything any more."""
        tasks = []
        for chain in self._chains.values():
            if chain.waiting is not None:
                chain.waiting.cancel()
            tasks += [task for task in (chain.reading, chain.begun) if task is not None]
            for _, future in chain.waiters:
                future.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- one chain

    def _lacks(self, chain_id: RoomId, top: Seq) -> bool:
        chain = self._chains.get(chain_id)
        return chain is not None and chain.sequence is not None and chain.sequence.delivered < top

    def _take(self, chain: _Chain, entries: Sequence[Entry]) -> None:
        sequence = chain.sequence
        assert sequence is not None
        ready = sequence.take(entries)
        for own, of_kind in groupby(ready, key=lambda entry: entry.seq in chain.own):
            self._tell(list(of_kind), own)
        if chain.own:
            chain.own = {seq for seq in chain.own if seq > sequence.delivered}
        self._settle(chain, sequence)

    def _settle(self, chain: _Chain, sequence: ChainSequence) -> None:
        """Wake who waited, and see that a hole is filled."""
        if chain.waiters:
            for seq, future in chain.waiters:
                if seq <= sequence.delivered and not future.done():
                    future.set_result(None)
            chain.waiters = [one for one in chain.waiters if not one[1].done()]
        if not sequence.has_hole:
            if chain.waiting is not None:
                chain.waiting.cancel()
                chain.waiting = None
        elif chain.waiting is None and chain.reading is None:
            # Of the platform's chain the bus brings nothing but numbers.
            wait_s = 0.0 if chain.id == PLATFORM else self._hole_s
            loop = asyncio.get_running_loop()
            chain.waiting = loop.call_later(wait_s, self._start_reading, chain)

    def _start_reading(self, chain: _Chain) -> None:
        chain.waiting = None
        self._telemetry.holes.inc()
        chain.reading = asyncio.create_task(self._fill(chain), name=f"fill {chain.id}")

    async def _fill(self, chain: _Chain) -> None:
        sequence = chain.sequence
        assert sequence is not None
        try:
            async with self._reads:
                while sequence.has_hole and await self._read_on(chain, sequence):
                    pass
        except DanmakuError as error:
            _log.warning("hole_not_filled", chain=chain.id, reason=str(error))
            self._fail(chain, error)  # the next look at the tops tries again
            return
        finally:
            chain.reading = None
        self._settle(chain, sequence)

    async def _read_on(self, chain: _Chain, sequence: ChainSequence) -> bool:
        """Read the next page; False: the record knows of nothing more."""
        top = sequence.top
        entries = await self._record.recorded(chain.id, sequence.delivered, limit=PAGE_ENTRIES)
        self._take(chain, entries)
        if not entries and sequence.top == top:
            sequence.disbelieve()
            self._fail(chain, StoreDown())  # whoever waits for it waits for nothing
        return bool(entries)

    def _fail(self, chain: _Chain, error: DanmakuError) -> None:
        waiters, chain.waiters = chain.waiters, []
        for _, future in waiters:
            if not future.done():
                future.set_exception(error if isinstance(error, StoreDown) else StoreDown())
