"""Silencing somebody in one room, for a while: a measure of that room's scope.

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
from danmaku.domain.ids import Number, Pseudonym, RoomId, Seq
from danmaku.domain.keeping import Term, checked_lasts_ms, lasts_ms
from danmaku.domain.measures import Measure, Step, in_force
from danmaku.errors import NotFound
from danmaku.ports import Clock, MeasureRow, Reader

MUTES_AT_ONCE = 100  # of a room, ended ones among them


@dataclass(frozen=True, slots=True)
class Muted:
    """A mute in force, and the public name of whom it silences."""

    row: MeasureRow
    name: str


class Mutes:
    """See the module."""

    def __init__(
        self,
        measures: Measures,
        reader: Reader,
        *,
        rooms: Rooms,
        standings: Standings,
        clock: Clock,
    ) -> None:
        self._measures = measures
        self._reader = reader
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

    async def mute_author(
        self,
        who: Standing | None,
        room: RoomId,
        author: Pseudonym,
        *,
        for_ms: int | None = None,
        note: str = "",
    ) -> Measure:
        """Let whoever bears a public id of a room send nothing there.

        Args:
            who: Who silences them.
            room: Where.
            author: Whom.
            for_ms: For how long; None: until it is undone.
            note: What they are told.

        Raises:
            NotFound: Nobody there bears that id.
            BadMessage: That is too long, or no time at all.
            NotSignedIn, NotAllowed, Coded: As `Measures.take`.
        """
        lasting = None if for_ms is None else checked_lasts_ms(for_ms)
        basis = BASES[RecalledBy.ROOM]
        draft = MeasureDraft(
            Step.SUSPEND, "other", basis, note, room=room, author=author, lasts_ms=lasting
        )
        return await self._measures.take(who, draft)

    async def in_force(self, who: Standing | None, room: RoomId) -> list[Muted]:
        """Who is silenced in a room right now, newest first, of the mutes taken there lately.

        Raises:
            NotSignedIn, NotAllowed: `who` does not mute there.
        """
        return (await self.taken(who, room))[0]

    async def taken(
        self, who: Standing | None, room: RoomId, *, before: Seq | None = None
    ) -> tuple[list[Muted], Seq | None]:
        """Mutes in force of a bounded look at a room's mutes, and where to look on.

        Args:
            who: Who asks.
            room: Where.
            before: Mutes older than this seq; None: from the newest.

        Returns:
            The mutes, newest first; and the next `before`, None: there are no older ones.

        Raises:
            NotSignedIn, NotAllowed: `who` does not mute there.
        """
        now_ms = self._clock()
        require(who, Power.ACCOUNT_MUTE, room, now_ms)
        rows = await self._measures.taken(who, room=room, steps=(Step.SUSPEND,), before=before)
        mutes = [
            Muted(row, await self._name_of(row))
            for row in rows
            if not row.is_reversed and not row.is_read
            if row.fact.measure.binds(now_ms)
        ]
        return mutes, rows[-1].seq if len(rows) == MUTES_AT_ONCE else None

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
        row = await self._measures.one(measure_id)
        measure = None if row is None else row.fact.measure
        if measure is None or measure.room != room or measure.step is not Step.SUSPEND:
            raise NotFound("There is no such mute in this room.")
        await self._measures.reverse(who, measure_id, reason)

    async def undo_of(
        self, who: Standing | None, room: RoomId, author: Pseudonym, reason: str = ""
    ) -> None:
        """End whatever keeps the bearer of a public id of a room silent there.

        Raises:
            NotFound: Nobody there bears that id, or nothing of the room's silences them.
            NotSignedIn, NotAllowed, Coded, BadMessage: As `Measures.reverse`; what was undone
                before that stays undone.
        """
        require(who, Power.ACCOUNT_MUTE, room, self._clock())
        account = await self._reader.account_of(room, author)
        muted = None if account is None else await self._standings.of(account)
        felt = () if muted is None else in_force(muted.measures, self._clock())
        mutes = [one for one in felt if one.step is Step.SUSPEND and one.room == room]
        if not mutes:
            raise NotFound("Nothing silences them in this room.")
        for one in mutes:
            await self._measures.reverse(who, one.measure_id, reason)
