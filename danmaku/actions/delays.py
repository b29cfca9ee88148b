"""Lets comments appear whose time in a delayed room is over.

Each node sees to what it wrote itself, from memory; what a node left behind that has ended since is
found in the record by whichever looks next. Lives on the event loop's thread.

Article: articles.Article.SELF_MANAGEMENT
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

import structlog

from danmaku.actions.conditions import Prevailing
from danmaku.actions.rooms import Rooms
from danmaku.actions.standings import Standings
from danmaku.domain.delay import (
    DELAY_CATEGORY,
    LOOKED_BACK_MS,
    OVERDUE_MS_MAX,
    appearing,
    appears_ms,
    may_appear,
)
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused, Entry
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.live import LiveRoom
from danmaku.errors import Stale, Unavailable
from danmaku.ports import Append, Clock, Reader, Record

WAITING_MAX: Final = 20_000  # in memory; the record has the rest, and is looked into
LOOKED_UP_MAX: Final = 1_000  # of one look
AT_ONCE_MAX: Final = 100  # in one commit
GRACE_MS: Final = 3_000  # whoever wrote it has the first say
TICK_S: Final = 0.1
LOOK_S: Final = 5.0

log = structlog.get_logger(__name__)


class Delays:
    """See the module.

    Args:
        record: Where what appears is entered.
        reader: Knows what waits.
        rooms: Rooms in memory.
        standings: Who is who.
        conditions: What holds in the whole house.
        clock: Wall time.
    """

    def __init__(
        self,
        record: Record,
        reader: Reader,
        *,
        rooms: Rooms,
        standings: Standings,
        conditions: Prevailing,
        clock: Clock,
    ) -> None:
        self._record = record
        self._reader = reader
        self._rooms = rooms
        self._standings = standings
        self._conditions = conditions
        self._clock = clock
        self._waiting: dict[RoomId, dict[Seq, CommentHeld]] = {}  # each in the order of arrival
        self._count = 0
        self._has_more = asyncio.Event()

    def apply(self, entries: Sequence[Entry]) -> None:
        """Hear of a commit of this node: what waits from now on, and what waits no more."""
        for entry in entries:
            match entry.fact:
                case CommentHeld(category=category) as fact if category == DELAY_CATEGORY:
                    self._note(entry.chain, entry.seq, fact)
                case CommentPublished(origin=int() as origin):
                    self._drop(entry.chain, origin)
                case CommentRefused(origin=int() as origin):
                    self._drop(entry.chain, origin)

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
        """Take on what the record has waiting.

        Args:
            patience_ms: For how long after its time it is left to whoever wrote it.

        Raises:
            Unavailable: The record cannot be read.
        """
        now_ms = self._clock()
        since_ms = Millis(now_ms - LOOKED_BACK_MS)
        for held in await self._reader.delayed(since_ms, limit=LOOKED_UP_MAX):
            live = await self._rooms.live(held.room)
            time_ms = appears_ms(held.fact, live.state)
            if time_ms is not None and (not patience_ms or time_ms + patience_ms <= now_ms):
                self._note(held.room, held.comment.origin, held.fact)

    async def go_round(self) -> None:
        """Let everything appear whose time has come.

        Raises:
            Unavailable: As `Record.commit`; what has not appeared is tried again.
        """
        for room in tuple(self._waiting):
            live = await self._rooms.live(room)
            due = self._due(live)
            for first in range(0, len(due), AT_ONCE_MAX):
                await self._let_appear(room, due[first : first + AT_ONCE_MAX])

    def _due(self, live: LiveRoom) -> list[tuple[Seq, CommentHeld]]:
        """What may appear now, in the order of arrival; what is too late for that is let go."""
        now_ms, delay_ms = self._clock(), live.state.policy.delay_ms
        due, missed = list[tuple[Seq, CommentHeld]](), list[Seq]()
        for origin, fact in self._waiting[live.room].items():
            over_ms = now_ms - fact.at_ms - delay_ms
            if over_ms < 0:
                break  # those that came later have longer to wait
            if over_ms > OVERDUE_MS_MAX:
                missed.append(origin)  # it waits for a person
            else:
                due.append((origin, fact))
        for origin in missed:
            self._drop(live.room, origin)
        return due

    async def _let_appear(self, room: RoomId, due: Sequence[tuple[Seq, CommentHeld]]) -> None:
        appends = [
            append for one in due if (append := await self._append_of(room, *one)) is not None
        ]
        if not appends:
            return
        try:
            await self._record.commit(*appends)
        except Stale:  # one of them was decided, or the ground has moved: each by itself
            for origin, fact in due:
                await self._try_one(room, origin, fact)

    async def _try_one(self, room: RoomId, origin: Seq, fact: CommentHeld) -> None:
        append = await self._append_of(room, origin, fact)
        if append is None:
            return
        try:
            await self._record.commit(append)
        except Stale:
            if await self._reader.held_comment(room, origin) is None:
                self._drop(room, origin)  # decided elsewhere

    async def _append_of(self, room: RoomId, origin: Seq, fact: CommentHeld) -> Append | None:
        """The comment as it appears; None: something stands against it for now."""
        author = await self._standings.of(fact.author)
        live = await self._rooms.live(room)
        if author is None:
            return None
        if not may_appear(author, room, live.state, self._conditions(), self._clock()):
            return None
        standing = (author.account, author.version)
        return Append(room, appearing(fact, origin), live.version, standing)

    def _note(self, room: RoomId, origin: Seq, fact: CommentHeld) -> None:
        waiting = self._waiting.get(room, {})
        if self._count >= WAITING_MAX or origin in waiting:
            return
        self._waiting.setdefault(room, waiting)[origin] = fact
        self._count += 1
        self._has_more.set()

    def _drop(self, room: RoomId, origin: Seq) -> None:
        waiting = self._waiting.get(room, {})
        if waiting.pop(origin, None) is None:
            return
        self._count -= 1
        if not waiting:
            del self._waiting[room]
