"""Silencing the author of a comment in one room, for a while: a measure of that room's scope.

Article: articles.Article.SELF_MANAGEMENT
"""

from danmaku.actions.hiding import BASES
from danmaku.actions.measures import MeasureDraft, Measures
from danmaku.actions.rooms import Rooms
from danmaku.domain.account import Standing
from danmaku.domain.comment import RecalledBy
from danmaku.domain.ids import Number, RoomId
from danmaku.domain.keeping import Term, lasts_ms
from danmaku.domain.measures import Measure, Step
from danmaku.ports import Clock


class Mutes:
    """See the module."""

    def __init__(self, measures: Measures, rooms: Rooms, clock: Clock) -> None:
        self._measures = measures
        self._rooms = rooms
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
        )
        return await self._measures.take(who, draft)
