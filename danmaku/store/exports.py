"""All that is public of a room, from end to end, in bounded memory and as fast as it can be read.

The rows go from the driver into flat structs: what pages read one by one, exports read by the
hundred thousand.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select, tuple_

from danmaku.domain.comment import CommentStatus, Mode, RecalledBy
from danmaku.domain.ids import Number, RoomId, Seq
from danmaku.formats.layout import NONE_YET
from danmaku.formats.shown import Marker, Row, Shown
from danmaku.store import schema
from danmaku.store.bodies import Part, is_body_at
from danmaku.store.links import Readers
from danmaku.store.room_codec import Recalled
from danmaku.store.schema import AnySelect

PAGE_ROWS = 2000
PASSED_MAX = 20_000  # markers, where comments alone are wanted

_comment, _body, _entry = schema.comment.c, schema.body.c, schema.entry.c
# Whatever has a number was public once, so nothing has to be decided for each row.
_OPEN_BODY = is_body_at(schema.body, Part.OPEN, _comment.room, _comment.body_seq)
_WANTED = (
    select(
        _comment.number,
        _comment.published_seq,
        _comment.at_ms,
        _comment.position_ms,
        _comment.author,
        _comment.status,
        _comment.changed_seq,
        _comment.late,
        _comment.imported,
        _comment.by,
        _comment.category,
        _body.content,
    )
    .select_from(schema.comment.outerjoin(schema.body, _OPEN_BODY))
    .where(_comment.number.is_not(None))
)
_PUBLISHED = CommentStatus.PUBLISHED.value


class _Style(msgspec.Struct, gc=False):
    mode: Mode
    color: int
    size: int


class _Content(msgspec.Struct, gc=False):
    text: str
    name: str
    style: _Style


_content_of = msgspec.json.Decoder(_Content).decode


class ExportQueries:
    """What exports read; one page is one snapshot.

    Args:
        readers: Who answer questions.
    """

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def by_number(
        self, room: RoomId, after: Number = NONE_YET
    ) -> AsyncIterator[Sequence[Row]]:
        """Every comment or its marker above a number, page by page, in order of number."""
        wanted = _WANTED.where(_comment.room == room).order_by(_comment.number)
        while page := await self._page(wanted.where(_comment.number > after)):
            yield page
            after = page[-1].number

    async def by_position(
        self, room: RoomId, after: Number = NONE_YET
    ) -> AsyncIterator[Sequence[Row]]:
        """The same in order of position and number."""
        place = tuple_(_comment.position_ms, _comment.number)
        wanted = _WANTED.where(_comment.room == room, _comment.number > after)
        wanted = wanted.order_by(_comment.position_ms, _comment.number)
        last = (-1, NONE_YET)
        while page := await self._page(wanted.where(place > last)):
            yield page
            last = (page[-1].position_ms, page[-1].number)

    async def newest(self, room: RoomId, limit: int) -> list[Shown]:
        """The newest comments that are no markers, newest first; at most `limit`.

        Cost: of comments that were recalled some are passed over, and no more than `PASSED_MAX`.
        """
        wanted = _WANTED.where(_comment.room == room).order_by(_comment.number.desc())
        found: list[Shown] = []
        page, passed_count = await self._page(wanted), 0
        while page and len(found) < limit and passed_count <= PASSED_MAX:
            shown = [row for row in page if isinstance(row, Shown)]
            passed_count += len(page) - len(shown)
            found += shown
            page = await self._page(wanted.where(_comment.number < page[-1].number))
        return found[:limit]

    async def recall_after(self, room: RoomId, seq: Seq) -> Seq | None:
        """The newest recall above an entry of the room; None: there is none."""
        wanted = select(func.max(_entry.seq)).where(
            _entry.chain == room, _entry.seq > seq, _entry.kind == Recalled.kind()
        )
        return await self._readers.ask(lambda connection: connection.scalar(wanted))

    async def _page(self, wanted: AnySelect) -> list[Row]:
        def read(connection: Connection) -> list[Row]:
            # Rows of the driver's own: the Core's cost as much again as all that is done here.
            return [
                _row_of(row)
                for row in connection.execute(wanted.limit(PAGE_ROWS)).cursor.fetchall()
            ]

        return await self._readers.ask(read)


def _row_of(row: Any) -> Row:
    number, seq, at_ms, position_ms, author, status, changed, late, imported, by, why, raw = row
    if status != _PUBLISHED or raw is None:
        gone = None if by is None else RecalledBy(by)
        return Marker(seq, number, at_ms, position_ms, gone, why)
    content = _content_of(raw)
    style = content.style
    return Shown(
        seq,
        number,
        at_ms,
        position_ms,
        style.mode,
        style.color,
        style.size,
        content.text,
        author,
        content.name,
        bool(late),
        bool(imported),
        changed != seq,
    )
