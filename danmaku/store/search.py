"""Searching a room's list. It is looked through as it stands, for there is no index to keep.

An index would hold every text once more: erasing would no longer be deleting rows of one table, and
publishing would pay for it. So a recalled or erased comment is gone from here in the same moment,
each question looks through a bounded number of comments, and who asks may look on from there.
"""

from sqlalchemy import Connection, select

from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import Number, RoomId
from danmaku.domain.search import Found, holds
from danmaku.domain.views import View, view_of_comment
from danmaku.store import schema
from danmaku.store.bodies import Part
from danmaku.store.codec import content_of
from danmaku.store.comments import COMMENTS, ITS_BODY, comment_of
from danmaku.store.links import Readers

LOOKED_MAX = 10_000  # numbers that one question looks through: some 50 ms of a reader's time
ROWS_AT_ONCE = 1000

_comment, _body, _chain = schema.comment.c, schema.body.c, schema.chain.c
_TEXTS = (
    select(_comment.number, _body.content)
    .select_from(schema.comment.join(schema.body, ITS_BODY))
    .where(_comment.status == CommentStatus.PUBLISHED.value)
    .order_by(_comment.number.desc())
)
_NUMBER_TOP = select(_chain.number_top)


class Search:
    """`house.Search` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def find(
        self, room: RoomId, words: tuple[str, ...], *, before: Number | None, limit: int
    ) -> Found:
        """As `house.Search.find`."""
        return await self._readers.ask(
            lambda connection: _found(connection, room, words, before=before, limit=limit)
        )


def _found(
    connection: Connection,
    room: RoomId,
    words: tuple[str, ...],
    *,
    before: Number | None,
    limit: int,
) -> Found:
    top = connection.scalar(_NUMBER_TOP.where(_chain.id == room)) or 0
    below = top + 1 if before is None else min(before, top + 1)
    lowest = Number(max(1, below - LOOKED_MAX))  # recalled ones take time as well
    wanted = _TEXTS.where(_comment.room == room, _comment.number < below, _comment.number >= lowest)
    rows = connection.execute(wanted.execution_options(yield_per=ROWS_AT_ONCE))
    numbers: list[Number] = []
    for row in rows:
        content = content_of(Part.OPEN, row.content)
        if content is not None and holds(content.text, words):
            numbers.append(row.number)
            if len(numbers) == limit:
                lowest = row.number
                break
    rows.close()
    return Found(_views(connection, room, numbers), None if lowest == 1 else lowest)


def _views(connection: Connection, room: RoomId, numbers: list[Number]) -> tuple[View, ...]:
    wanted = COMMENTS.where(_comment.room == room, _comment.number.in_(numbers))
    rows = connection.execute(wanted.order_by(_comment.number.desc()))
    return tuple(view_of_comment(row.published_seq, comment_of(row)) for row in rows)
