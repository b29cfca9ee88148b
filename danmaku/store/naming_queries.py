"""Names that wait, and those that stand, read from their table."""

from sqlalchemy import Connection, and_

from danmaku.domain.facts import Entry, NameJudged
from danmaku.domain.ids import PLATFORM, Seq
from danmaku.domain.name_judging import NameRow
from danmaku.domain.naming import NameState, Surface
from danmaku.errors import Broken
from danmaku.store import schema
from danmaku.store.entries import ENTRIES, entries_of
from danmaku.store.links import Readers
from danmaku.store.schema import AnySelect

_naming, _entry = schema.naming.c, schema.entry.c
_NAMINGS = (
    ENTRIES.join(schema.naming, _naming.seq == _entry.seq)
    .where(_entry.chain == PLATFORM)
    .add_columns(_naming.over_seq)
)
_WAITS = and_(_naming.state == NameState.HELD.value, _naming.over_seq.is_(None))


class NamingQueries:
    """`actions.name_review.NameRecord` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def waiting_names(self, *, limit: int = 100) -> list[NameRow]:
        """As `actions.name_review.NameRecord.waiting_names`."""
        return await self._namings(_NAMINGS.where(_WAITS).order_by(_naming.seq).limit(limit))

    async def naming(self, seq: Seq) -> NameRow | None:
        """As `actions.name_review.NameRecord.naming`."""
        return next(iter(await self._namings(_NAMINGS.where(_naming.seq == seq))), None)

    async def standing_naming(self, surface: Surface, subject: str) -> NameRow | None:
        """As `actions.name_review.NameRecord.standing_naming`."""
        wanted = _NAMINGS.where(
            _naming.surface == surface.value,
            _naming.subject == subject,
            _naming.over_seq.is_(None),
        )
        return next(iter(await self._namings(wanted)), None)

    async def _namings(self, wanted: AnySelect) -> list[NameRow]:
        def read(connection: Connection) -> list[NameRow]:
            rows = connection.execute(wanted).all()
            return [
                _name_row(entry, is_over=row.over_seq is not None)
                for row, entry in zip(rows, entries_of(connection, rows), strict=True)
            ]

        return await self._readers.ask(read)


def _name_row(entry: Entry, *, is_over: bool) -> NameRow:
    if not isinstance(entry.fact, NameJudged):
        raise Broken(f"The name {entry.seq} stands on another kind of entry.")
    return NameRow(entry.seq, entry.at_ms, entry.fact, is_over)
