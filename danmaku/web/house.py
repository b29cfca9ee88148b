"""What the web doors stand on: handed over once by `app.py`, never looked up elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass

from danmaku.actions.accounts import People
from danmaku.actions.comments import Comments
from danmaku.actions.moderation import Moderation
from danmaku.actions.offices import Offices
from danmaku.actions.proofs import Proofs
from danmaku.actions.room_words import WordLists
from danmaku.actions.rooms import Rooms
from danmaku.actions.rules import Rules
from danmaku.config import ServerSettings
from danmaku.domain.ids import RoomId, Seq
from danmaku.errors import Code
from danmaku.ports import Clock, Reader
from danmaku.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class House:
    """The verbs, the record's read side, and the few facts about this server that pages show."""

    server: ServerSettings
    reader: Reader
    comments: Comments
    rooms: Rooms
    word_lists: WordLists
    rules: Rules
    moderation: Moderation
    people: People
    offices: Offices
    proofs: Proofs
    telemetry: Telemetry
    clock: Clock
    epoch: str
    session_days: int
    remind_days: int  # before powers end by themselves
    viewers: Callable[[RoomId], int]  # about how many are in a room
    hindrance: Callable[[], Code | None]  # what keeps this server from taking new visitors
    is_shared: bool = False  # other servers write to this record, too
    demo: bool = False  # ready accounts with published passwords: every page says so

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us by TLS, so that cookies can be bound to it."""
        return self.server.public_url.startswith("https://")

    async def top(self, room: RoomId) -> Seq:
        """Seq of the room's newest entry: of all that any viewer of any server may have seen.

        What another server wrote is recorded, and may be seen there, before it is heard of here.

        Raises:
            NotFound: There is no such room.
        """
        live = await self.rooms.live(room)
        row = await self.reader.room(room) if self.is_shared else None
        return live.top if row is None else max(live.top, row.top)
