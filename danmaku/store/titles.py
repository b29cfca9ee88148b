"""What all rooms are called, and whether that has changed, as cheaply as either can be read."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, select

from danmaku.domain.ids import PLATFORM, RoomNumber
from danmaku.formats.dandanplay import Episode
from danmaku.store import schema
from danmaku.store.links import Readers

_chain, _room = schema.chain.c, schema.room.c
# Versions only rise, and rooms only come: no two states have the same of both.
_STAMP = select(func.count(), func.sum(_chain.version)).where(_chain.id != PLATFORM)
_ROOMS = select(_room.id, _room.number, _room.state, _room.created_ms).order_by(_room.number)


class _State(msgspec.Struct, gc=False):
    title: str


_state_of = msgspec.json.Decoder(_State).decode


class TitleQueries:
    """`web.shelf.Titles` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def stamp(self) -> tuple[int, int]:
        """As `Titles.stamp`."""

        def read(connection: Connection) -> tuple[int, int]:
            rooms, versions = connection.execute(_STAMP).one()
            return rooms, int(versions or 0)

        return await self._readers.ask(read)

    async def after(self, number: RoomNumber, *, limit: int) -> Sequence[Episode]:
        """As `Titles.after`."""
        wanted = _ROOMS.where(_room.number > number).limit(limit)

        def read(connection: Connection) -> list[Episode]:
            rows = connection.execute(wanted).all()
            return [
                Episode(row.id, row.number, _state_of(row.state).title, row.created_ms)
                for row in rows
            ]

        return await self._readers.ask(read)
