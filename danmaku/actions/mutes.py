"""Silencing the author of a comment in one room, for a while: a measure of that room's scope.

Article: articles.Article.SELF_MANAGEMENT
"""

from dataclasses import dataclass

from danmaku.actions.hiding import BASES
from danmaku.actions.measures import MeasureDraft, Measures
from danmaku.actions.rooms import Rooms
from danmaku.actions.standings import Standings
from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import RecalledBy
from danmaku.domain.grants import require
from danmaku.domain.ids import Number, RoomId
from danmaku.domain.keeping import Term, lasts_ms
from danmaku.domain.measures import Measure, Step
from danmaku.errors import NotFound
from danmaku.ports import Clock, MeasureRow


@dataclass(frozen=True, slots=True)
class Muted:
    """A mute in force, and the public name of whom it silences."""

    row: MeasureRow
    name: str


class Mutes:
    """See the module."""

    def __init__(
        self, measures: Measures, rooms: Rooms, standings: Standings, clock: Clock
    ) -> None:
        self._measures = measures
        self._rooms = rooms
        self._standings = standings
        self._clock = clock

    async def mute(  # noqa: PLR0913 -- an act on a person has these
        self,
        who: Standing | None,
        room: RoomId,
        number: Number,
        term: Term,
        *,
        hours: int = 0,
        category: str = "other",
        note: str = "",
    ) -> Measure:
        """Let the author of a comment send nothing in that room for a term.

        Raises:
            NotSignedIn, NotAllowed, NotFound, Coded, BadMessage: As `Measures.take`; and
                `keeping.lasts_ms`.
        """
        live = await self._rooms.live(room)
        draft = MeasureDraft(
            Step.SUSPEND,
            category,
            BASES[RecalledBy.ROOM],
            note,
            room=room,
            number=number,
            lasts_ms=lasts_ms(term, hours, live.state, self._clock()),
            is_once=term is Term.ONCE,
        )
        return await self._measures.take(who, draft)

    async def in_force(self, who: Standing | None, room: RoomId) -> list[Muted]:
        """Who is silenced in a room right now, newest first, of the measures taken there lately.

        Raises:
            NotSignedIn, NotAllowed: `who` does not mute there.
        """
        now_ms = self._clock()
        require(who, Power.ACCOUNT_MUTE, room, now_ms)
        rows = await self._measures.taken(who, room=room)
        return [
            Muted(row, await self._name_of(row))
            for row in rows
            if _is_mute(row) and not row.is_reversed and not row.is_read
            if row.fact.measure.binds(now_ms)
        ]

    async def _name_of(self, row: MeasureRow) -> str:
        account = row.fact.account
        standing = None if account is None else await self._standings.of(account)
        return "" if standing is None else standing.name

    async def undo(
        self, who: Standing | None, room: RoomId, measure_id: str, reason: str = ""
    ) -> None:
        """End a mute in that room before its time.

        Raises:
            NotFound: It is no mute of that room.
            NotSignedIn, NotAllowed, Coded, BadMessage: As `Measures.reverse`.
        """
        require(who, Power.ACCOUNT_MUTE, room, self._clock())
        rows = await self._measures.taken(who, room=room)
        if not any(_is_mute(row) and row.fact.measure.measure_id == measure_id for row in rows):
            raise NotFound("There is no such mute in this room.")
        await self._measures.reverse(who, measure_id, reason)


def _is_mute(row: MeasureRow) -> bool:
    return row.fact.measure.step is Step.SUSPEND
