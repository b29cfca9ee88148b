"""What the record says of today: how often what happened, and when a head was signed last.

The whole record is looked at, a stretch at a time: no question keeps a reader from others for long,
nor runs into the database's own bound, however long the record is.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, func, select

from danmaku.domain.duties import NOTHING, Happened, Recounted
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.times import DAY_MS
from danmaku.store import schema
from danmaku.store.links import Readers

STRETCH_ENTRIES = 200_000  # looked at by one question

_chain, _entry = schema.chain.c, schema.entry.c
_Kinds = dict[str, Happened]


class _Stretch(NamedTuple):
    """Entries of some chains that follow each other, or a part of one chain."""

    first: RoomId
    last: RoomId
    after: Seq
    upto: Seq

    @property
    def is_here(self) -> ColumnElement[bool]:
        """Which entries those are."""
        chains = and_(_entry.chain >= self.first, _entry.chain <= self.last)
        return and_(chains, _entry.seq > self.after, _entry.seq <= self.upto)


class Recount:
    """`actions.duties.Recount` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def recount(self, now_ms: Millis) -> Recounted:
        """As `actions.duties.Recount.recount`."""
        kinds: _Kinds = {}
        for stretch in _stretches(await self._readers.ask(_tops)):
            found = await self._readers.ask(partial(_counted, stretch, now_ms))
            for kind, more in found.items():
                kinds[kind] = _added(kinds.get(kind, NOTHING), more)
        newest = select(func.max(schema.head.c.at_ms))
        head_ms = await self._readers.ask(lambda connection: connection.scalar(newest))
        return Recounted(kinds, head_ms)


def _tops(connection: Connection) -> list[tuple[RoomId, Seq]]:
    wanted = select(_chain.id, _chain.top).order_by(_chain.id)
    return [(row.id, row.top) for row in connection.execute(wanted)]


def _stretches(tops: Iterable[tuple[RoomId, Seq]]) -> Iterator[_Stretch]:
    """All entries: short chains together, long ones in parts."""
    together: list[tuple[RoomId, Seq]] = []
    entries_count = 0
    for chain, top in tops:
        entries_count += top
        if together and entries_count > STRETCH_ENTRIES:
            yield _joined(together)
            together, entries_count = [], top
        after = 0
        while top - after > STRETCH_ENTRIES:
            yield _Stretch(chain, chain, Seq(after), Seq(after + STRETCH_ENTRIES))
            after += STRETCH_ENTRIES
        if after:
            yield _Stretch(chain, chain, Seq(after), top)
            entries_count = 0
        else:
            together.append((chain, top))
    if together:
        yield _joined(together)


def _joined(chains: list[tuple[RoomId, Seq]]) -> _Stretch:
    return _Stretch(chains[0][0], chains[-1][0], Seq(0), Seq(max(top for _, top in chains)))


def _counted(stretch: _Stretch, now_ms: Millis, connection: Connection) -> _Kinds:
    of_day = func.sum(case((_entry.at_ms > now_ms - DAY_MS, 1), else_=0))
    wanted = select(
        _entry.kind,
        of_day.label("day"),
        func.count().label("entries"),
        func.max(_entry.at_ms).label("newest_ms"),
    ).where(stretch.is_here)
    return {
        row.kind: Happened(int(row.day), row.entries, Millis(row.newest_ms))
        for row in connection.execute(wanted.group_by(_entry.kind))
    }


def _added(one: Happened, other: Happened) -> Happened:
    times = [each.newest_ms for each in (one, other) if each.newest_ms is not None]
    return Happened(
        one.day_count + other.day_count, one.count + other.count, max(times, default=None)
    )
