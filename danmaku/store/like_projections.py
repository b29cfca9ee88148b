"""Whether the tables of likes say what the entries of a room say."""

from sqlalchemy import Connection, func, select

from danmaku.domain.ids import RoomId
from danmaku.store import feature_schema
from danmaku.store.room_codec import Liked
from danmaku.store.schema import AnyRow
from danmaku.store.table_rows import TableRows

_like, _count = feature_schema.comment_like.c, feature_schema.like_count.c


class LikeProjections:
    """As `projections.Projections`, for one room's likes."""

    def __init__(self, connection: Connection, room: RoomId) -> None:
        self._connection = connection
        self._room = room
        self._rows = TableRows(connection, room)
        self._settled = 0

    def fault_in(self, row: AnyRow, about: Liked) -> str | None:
        """As `Projections.fault_in`."""
        wanted = select(_like.stands, _like.seq).where(
            _like.room == self._room,
            _like.number == about.number,
            _like.account == self._rows.account(about.actor),
        )
        found = self._connection.execute(wanted).first()
        if found is None or found.seq < row.seq:
            return "it has no row in comment_like"
        if found.seq == row.seq:
            self._settled += 1
            if found.stands != about.stands:
                return "its row in comment_like has another stands"
        return self._fault_of_count(row, about)

    def fault_left(self) -> str | None:
        """As `Projections.fault_left`."""
        likes = self._rows.count(feature_schema.comment_like, _like.room == self._room)
        if likes != self._settled:
            return "comment_like has rows that no entry made"
        counted = (
            select(_like.number, func.count())
            .where(_like.room == self._room, _like.stands)
            .group_by(_like.number)
        )
        kept = select(_count.number, _count.likes)
        kept = kept.where(_count.room == self._room, _count.likes != 0)
        for one, other in ((kept, counted), (counted, kept)):
            if self._connection.execute(one.except_(other).limit(1)).first() is not None:
                return "like_count counts other likes than there are"
        return None

    def _fault_of_count(self, row: AnyRow, about: Liked) -> str | None:
        wanted = select(_count.likes, _count.seq)
        wanted = wanted.where(_count.room == self._room, _count.number == about.number)
        found = self._connection.execute(wanted).first()
        if found is None or found.seq < row.seq:
            return "it has no row in like_count"
        if found.seq == row.seq and found.likes != about.likes:
            return "its row in like_count has other likes"
        return None
