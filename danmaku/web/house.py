"""What the web doors stand on: handed over once by `app.py`, never looked up elsewhere."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from danmaku.actions.accounts import People
from danmaku.actions.brownout import BrownOut
from danmaku.actions.comments import Comments
from danmaku.actions.duties import Duties
from danmaku.actions.endpoints import Endpoints
from danmaku.actions.filing_office import FilingOffice
from danmaku.actions.load_desk import LoadDesk
from danmaku.actions.moderation import Moderation
from danmaku.actions.offices import Offices
from danmaku.actions.proofs import Proofs
from danmaku.actions.public_figures import PublicFigures
from danmaku.actions.room_words import WordLists
from danmaku.actions.rooms import Rooms
from danmaku.actions.rule_office import RuleOffice
from danmaku.actions.rules import Rules
from danmaku.config import ContactSettings, ServerSettings
from danmaku.domain.ids import Number, RoomId, Seq
from danmaku.domain.inspection import Made, Period
from danmaku.domain.search import Found
from danmaku.errors import Code
from danmaku.ports import Clock, Reader
from danmaku.telemetry import Telemetry
from danmaku.web.places import Places
from danmaku.web.record_files import RecordFiles
from danmaku.web.shelf import Shelf

IMPORTS_MAX, IMPORTS_EACH_MAX = 4, 2  # files at a time, and by one account: many comments wait each


class Copies(Protocol):
    """The record as it is given away: every leaf and link, opened as far as all may see."""

    async def chain(self, chain: RoomId) -> AsyncIterator[bytes]:
        """A copy of a chain as it stands now, in bounded memory; see `formats.chain_copy`.

        Raises:
            NotFound: There is no such chain.
        """

    def heads(self) -> AsyncIterator[bytes]:
        """The newest signed head of every chain."""


class Search(Protocol):
    """What looks for words."""

    async def find(
        self, room: RoomId, words: tuple[str, ...], *, before: Number | None, limit: int
    ) -> Found:
        """Comments shown now that hold all these folded words, newest first, a bounded look."""


class Bundles(Protocol):
    """What writes bundles."""

    async def make(self, period: Period, to: Path) -> Made:
        """Write the bundle of a period into a file.

        Raises:
            Overloaded: Another one is being made.
            Coded: NOT_FOUND: no such room; or the record lies where nobody else can read it.
        """


@dataclass(frozen=True, slots=True)
class House:
    """The verbs, the record's read side, and the few facts about this server that pages show."""

    server: ServerSettings
    contacts: ContactSettings
    reader: Reader
    copies: Copies
    bundles: Bundles
    search: Search
    files: RecordFiles
    shelf: Shelf
    public_figures: PublicFigures
    duties: Duties
    comments: Comments
    rooms: Rooms
    word_lists: WordLists
    rules: Rules
    rule_office: RuleOffice
    endpoints: Endpoints
    filing: FilingOffice
    moderation: Moderation
    people: People
    offices: Offices
    proofs: Proofs
    telemetry: Telemetry
    brownout: BrownOut
    load_desk: LoadDesk
    clock: Clock
    epoch: str
    session_days: int
    remind_days: int  # before powers end by themselves
    viewers: Callable[[RoomId], int]  # about how many are in a room
    hindrance: Callable[[], Code | None]  # what keeps this server from taking new visitors
    is_shared: bool = False  # other servers write to this record, too
    demo: bool = False  # ready accounts with published passwords: every page says so
    imports: Places = field(default_factory=lambda: Places(IMPORTS_MAX, IMPORTS_EACH_MAX))

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
