"""Rooms and a writer with one promise broken each, to be put into the real server and caught.

Together with those of `bench/faults.py` and `tests/faults/mutants.py` they are all the ways in
which a server like this one is known to fail.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from bench.faults import FaultyStore
from danmaku.actions.drawn import new_id
from danmaku.domain.facts import CommentPublished, Entry, RoomChanged
from danmaku.domain.ids import ClientId, Number, RoomId, Seq
from danmaku.domain.views import View, ViewKind
from danmaku.errors import TooFast
from danmaku.gateway.dialects.outward import Op
from danmaku.gateway.outbox import Outbox
from danmaku.gateway.reading import recorded
from danmaku.gateway.ring import Item
from danmaku.gateway.room_hub import Means, RoomHub
from danmaku.ports import Append, Reader
from danmaku.store.store import Store
from danmaku.store.writer import Writer

LATE_S = 0.4

Change = Callable[[list[View]], Awaitable[list[View]]]


class FaultyReader:
    """The reading side of the record, as rooms ask it, with one thing different.

    Args:
        real: What it stands for.
        change: What becomes of an answer, before anybody has it.
    """

    def __init__(self, real: Reader, change: Change) -> None:
        self._real = real
        self._change = change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def entries(self, room: RoomId, after: Seq, upto: Seq, **more: Any) -> list[View]:
        """See `Reader`."""
        return await self._change(await self._real.entries(room, after, upto, **more))


def reading(room_hub: type[RoomHub], change: Change) -> Callable[[RoomId, Seq, Means], RoomHub]:
    """Rooms of that kind, upon a faulty reader."""

    def made(room: RoomId, top: Seq, means: Means) -> RoomHub:
        return room_hub(room, top, replace(means, reader=FaultyReader(means.reader, change)))

    return made


async def without_recalls(views: list[View]) -> list[View]:
    """What somebody gets who comes back and is told of comments alone."""
    return [view for view in views if view.kind is not ViewKind.RECALL]


class JoinsWithoutBuffer(RoomHub):
    """Reads the past for a newcomer first, and counts it among the others afterwards."""

    def _start_filling(self, outbox: Outbox, after: Seq) -> None:
        self._reading[outbox] = self._means.crew.start(
            self._read_past(outbox, after), name="past", on_error=outbox.fail
        )

    async def _read_past(self, outbox: Outbox, after: Seq) -> None:
        upto = self.flushed
        views = await recorded(self._means.reader, self.room, after, upto)
        self._reading.pop(outbox)
        parts = [Item(view).part(outbox.dialect) for view in views]
        self._send(outbox, outbox.dialect.batch(Op.ENTRIES, after, upto, parts), upto)
        outbox.position = self.flushed
        self.serve(outbox)


class DropsSilently(RoomHub):
    """What a slow viewer could not take is not sent again, and nobody is told."""

    def resume(self, outbox: Outbox) -> None:
        """Go on with what comes next."""
        outbox.position = self.flushed
        super().resume(outbox)


class KeepsTexts(RoomHub):
    """Lets a recalled text lie where those look who come later."""

    def append(self, entry: Entry) -> None:
        """Forget where texts stand, so that no recall finds them."""
        super().append(entry)
        self._ring._texts.clear()


class OtherLife:
    """A record that says at each start that it is another one."""

    def __init__(self, real: Store) -> None:
        self._real = real
        self.epoch = new_id()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class WritesTwice:
    """A record that holds two entries of what a moderator did once."""

    def __init__(self, real: Store) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def commit(self, *appends: Append) -> list[Entry]:
        """As the real one, and once more."""
        entries = await self._real.commit(*appends)
        if any(isinstance(append.fact, RoomChanged) for append in appends):
            await self._real.commit(*(replace(one, room_version=None) for one in appends))
        return entries


class AnswersLate(FaultyStore):
    """Keeps everybody waiting for what has long been written."""

    async def commit(self, *appends: Append) -> list[Entry]:
        """As the real one, and later."""
        entries = await super().commit(*appends)
        await asyncio.sleep(LATE_S)
        return entries


class ReusesNumbers(Writer):
    """Takes a commit that failed for one that did not, and never asks what became of it."""

    def _ghosts(self) -> Sequence[Entry]:
        return () if self._doubtful is None else self._doubtful.entries


class NumbersAhead(FaultyStore):
    """Gives one comment its number before it is written, and the lower one to who comes later."""

    _early: Sequence[Append] = ()

    async def commit(self, *appends: Append) -> list[Entry]:
        """Answer, and write it behind the next."""
        if not all(isinstance(append.fact, CommentPublished) for append in appends):
            return await super().commit(*appends)
        if not self._early:
            self._early = appends
            return [self._ahead(append) for append in appends]
        early, self._early = self._early, ()
        entries = await super().commit(
            *appends, *(replace(one, room_version=None) for one in early)
        )
        return entries[: len(appends)]

    def _ahead(self, append: Append) -> Entry:
        entry = self.guessed(append)
        assert entry.comment is not None
        assert entry.comment.number is not None
        number = Number(entry.comment.number + 1)
        return replace(entry, seq=Seq(entry.seq + 1), comment=replace(entry.comment, number=number))


class SaysMore(FaultyStore):
    """Writes beside what somebody said what nobody did."""

    async def commit(self, *appends: Append) -> list[Entry]:
        """As the real one, and one more."""
        entries = await super().commit(*appends)
        for append in appends:
            if isinstance(append.fact, CommentPublished):
                content = replace(append.fact.content, text=f"and {append.fact.content.text}")
                fact = replace(append.fact, content=content, client_id=ClientId(new_id()))
                await super().commit(replace(append, fact=fact, room_version=None))
        return entries


class RefusesTooLate(FaultyStore):
    """Says no to what it has written."""

    async def commit(self, *appends: Append) -> list[Entry]:
        """As the real one, but for the answer: a code upon which nobody asks the record."""
        entries = await super().commit(*appends)
        if all(isinstance(append.fact, CommentPublished) for append in appends):
            raise TooFast(wait_ms=1000)
        return entries


class FallsSilent(RoomHub):
    """Tells nobody any more, and does not know it."""

    TOLD = 1

    def append(self, entry: Entry) -> None:
        """Hear of the first alone."""
        if self.TOLD:
            self.TOLD -= 1
            super().append(entry)
