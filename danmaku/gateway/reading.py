"""What viewers need of the record before they can be told what is new."""

from danmaku.actions.rooms import Rooms
from danmaku.domain.ids import RoomId, Seq
from danmaku.domain.views import View
from danmaku.ports import Reader

PAGE_ENTRIES = 1000  # of the record, at a time


async def recorded(reader: Reader, room: RoomId, after: Seq, upto: Seq) -> list[View]:
    """All that is public in `(after, upto]`, as it may be shown now."""
    views: list[View] = []
    while True:
        begin = views[-1].seq if views else after
        page = await reader.entries(room, begin, upto, limit=PAGE_ENTRIES)
        views += page
        if len(page) < PAGE_ENTRIES:
            return views


async def top_of(rooms: Rooms, reader: Reader, room: RoomId, since: int | None) -> Seq:
    """The room's top; a reader may have seen more of the record than was announced so far.

    Raises:
        NotFound: There is no such room.
    """
    live = await rooms.live(room)
    if since is None or since <= live.top:
        return live.top
    row = await reader.room(room)
    return live.top if row is None else row.top
