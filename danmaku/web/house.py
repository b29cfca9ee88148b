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
from danmaku.domain.ids import RoomId
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
    viewers: Callable[[RoomId], int]  # about how many are in a room
    hindrance: Callable[[], Code | None]  # what keeps this server from taking new visitors
    demo: bool = False  # ready accounts with published passwords: every page says so

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us by TLS, so that cookies can be bound to it."""
        return self.server.public_url.startswith("https://")
