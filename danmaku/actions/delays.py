"""Lets comments appear whose time in a delayed room is over.

Each node sees to what it wrote itself, from memory; what a node left behind that has ended since is
found in the record by whichever looks next. Whoever lets one appear has seen it wait its whole time
by a clock that nobody can set: neither a wall clock that jumps nor a restart makes one early.
Lives on the event loop's thread.

Article: articles.Article.SELF_MANAGEMENT, articles.Article.REVIEW_BEFORE_PUBLICATION
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from danmaku.actions.conditions import Prevailing
from danmaku.actions.rooms import Rooms
from danmaku.actions.standings import Standings
from danmaku.domain.delay import (
    DELAY_CATEGORY,
    FRESH_MS,
    STOPPED_MS_MAX,
    appearing,
    kept_back,
    may_appear,
    text_of,
)
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Entry
from danmaku.domain.ids import RoomId, Seq
from danmaku.domain.live import LiveRoom
from danmaku.domain.looks import Look
from danmaku.errors import Stale, Unavailable
from danmaku.ports import Append, Clock, Delayed, Reader, Record

WAITING_MAX: Final = 20_000  # in memory; the record has the rest, and is looked into
LOOKED_UP_MAX: Final = 1_000  # of one question to the record
AT_ONCE_MAX: Final = 100  # in one commit
GRACE_MS: Final = 3_000  # whoever wrote it has the first say
TICK_S: Final = 0.1
LOOK_S: Final = 5.0

Looking = Callable[[LiveRoom], Awaitable[Callable[[str], Look]]]
"""What looks at texts in a room by the rules and the words of this moment."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One that waits.

    Attributes:
        since_ms: When this process first saw it wait, by the clock that nobody sets.
        fact: None: to be read from the record when its time has come.
    """

    origin: Seq
    since_ms: int
    fact: CommentHeld | None


class Delays:
    """See the module.

    Args:
        record: Where what appears is entered.
        reader: Knows what waits.
        rooms: Rooms in memory.
        standings: Who is who.
        conditions: What holds in the whole house.
        looking: The filter: what waited is asked about once more.
        clock: Wall time.
        steady: Milliseconds since anything; nobody sets it.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        reader: Reader,
        *,
        rooms: Rooms,
        standings: Standings,
        conditions: Prevailing,
        looking: Looking,
        clock: Clock,
        steady: Clock,
    ) -> None:
        self._record = record
        self._reader = reader
        self._rooms = rooms
        self._standings = standings
        self._conditions = conditions
        self._looking = looking
        self._clock = clock
        self._steady = steady
        self._waiting: dict[RoomId, dict[Seq, _Waiting]] = {}  # each in the order of first sight
        self._count = 0
        self._has_more = asyncio.Event()

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear of a commit of this node: what waits from now on, and what waits no more."""
        for entry in entries:
            match entry.fact:
                case (
                    CommentPublished(origin=int() as origin)
                    | CommentRefused(origin=int() as origin)
                    | CommentHeld(origin=int() as origin)
                ):
                    self._drop(entry.chain, origin)
                case CommentHeld(category=category) as fact if category == DELAY_CATEGORY:
                    self._note(entry.chain, entry.seq, fact)

    async def run(self) -> None:
        """Let comments appear in time until cancelled."""
        look_at_s, patience_ms = 0.0, 0  # at the start there may be nobody else who wrote it
        while True:
            now_s = asyncio.get_running_loop().time()
            try:
                if now_s >= look_at_s:
                    await self.look(patience_ms)
                    look_at_s, patience_ms = now_s + LOOK_S, GRACE_MS
                await self.go_round()
            except Unavailable as error:
                log.warning("delay_prolonged", code=error.code.value)
            await self._pause()

    async def _pause(self) -> None:
        if self._waiting:
            await asyncio.sleep(TICK_S)
            return
        self._has_more.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                await self._has_more.wait()

    async def look(self, patience_ms: int) -> None:
        """Take on what the record has waiting, as far as there is room.

        Args:
            patience_ms: For how long after its time it is left to whoever wrote it; 0: nobody is
                there who did.

        Raises:
            Unavailable: The record cannot be read.
        """
        page: list[Delayed] = []
        while self._count < WAITING_MAX:
            after = (page[-1].room, page[-1].origin) if page else None
            page = await self._reader.delayed(after=after, limit=LOOKED_UP_MAX)
            for one in page:
                if not patience_ms or await self._is_over(one, patience_ms):
                    self._note(one.room, one.origin, None)
            if len(page) < LOOKED_UP_MAX:
                return

    async def _is_over(self, one: Delayed, patience_ms: int) -> bool:
        delay_ms = (await self._rooms.live(one.room)).state.policy.delay_ms
        return one.at_ms + delay_ms + patience_ms <= self._clock()

    async def go_round(self) -> None:
        """Settle everything whose time has come.

        Raises:
            Unavailable: As `Record.commit`; what has not appeared is tried again.
        """
        for room in tuple(self._waiting):
            live = await self._rooms.live(room)
            due = self._due(live)
            for first in range(0, len(due), AT_ONCE_MAX):
                await self._settle(room, due[first : first + AT_ONCE_MAX])

    def _due(self, live: LiveRoom) -> list[_Waiting]:
        """Whose time is over, in the order of first sight."""
        upto_ms = self._steady() - live.state.policy.delay_ms
        due = list[_Waiting]()
        for one in self._waiting.get(live.room, {}).values():
            if one.since_ms > upto_ms:
                break  # those that were seen later have longer to wait
            due.append(one)
        return due

    async def _settle(self, room: RoomId, due: Sequence[_Waiting]) -> None:
        appends = [append for one in due if (append := await self._append_of(room, one))]
        if not appends:
            return
        try:
            await self._record.commit(*appends)
        except Stale:  # one of them was decided, or the ground has moved: each by itself
            for one in due:
                await self._settle_one(room, one)

    async def _settle_one(self, room: RoomId, one: _Waiting) -> None:
        append = await self._append_of(room, one)
        if append is None:
            return
        try:
            await self._record.commit(append)
        except Stale:
            await self._read(room, one.origin)

    async def _append_of(self, room: RoomId, one: _Waiting) -> Append | None:
        """What becomes of it now; None: something stands against it, or it waits no more."""
        fact = one.fact or await self._read(room, one.origin)
        if fact is None:
            return None
        author = await self._standings.of(fact.author)
        live = await self._rooms.live(room)
        version, now_ms = live.version, self._clock()
        is_fresh = now_ms - fact.at_ms <= FRESH_MS
        if (
            author is not None
            and is_fresh
            and may_appear(author, room, live.state, self._conditions(), now_ms)
        ):
            look = await self._looking(live)
            standing = (author.account, author.version)
            settled = appearing(fact, one.origin, look(text_of(fact)))
            return Append(room, settled, version, standing)
        over_ms = self._steady() - one.since_ms - live.state.policy.delay_ms
        if is_fresh and over_ms <= STOPPED_MS_MAX:
            return None
        return Append(room, kept_back(fact, one.origin), version)

    async def _read(self, room: RoomId, origin: Seq) -> CommentHeld | None:
        """It as the record has it; None: it was decided elsewhere, and is let go."""
        held = await self._reader.held_comment(room, origin)
        if held is not None and held.fact.category == DELAY_CATEGORY:
            return held.fact
        self._drop(room, origin)
        return None

    def _note(self, room: RoomId, origin: Seq, fact: CommentHeld | None) -> None:
        waiting = self._waiting.get(room, {})
        if self._count >= WAITING_MAX or origin in waiting:
            return
        self._waiting.setdefault(room, waiting)[origin] = _Waiting(origin, self._steady(), fact)
        self._count += 1
        self._has_more.set()

    def _drop(self, room: RoomId, origin: Seq) -> None:
        waiting = self._waiting.get(room, {})
        if waiting.pop(origin, None) is None:
            return
        self._count -= 1
        if not waiting:
            del self._waiting[room]
