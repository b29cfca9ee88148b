"""What a step does to a comment or a room beside being recorded, and what undoing it does.

Article: articles.Article.MEASURES_ON_USERS, articles.Article.MEASURES_ON_OPERATORS
"""

from dataclasses import replace

from danmaku.actions.rooms import Rooms
from danmaku.domain.account import Standing
from danmaku.domain.comment import CommentStatus, RecalledBy
from danmaku.domain.facts import (
    CommentHeld,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    RoomChanged,
)
from danmaku.domain.ids import AccountId, Number, RoomId, Seq
from danmaku.domain.judgements import approved, rejected
from danmaku.domain.measures import Measure, Step
from danmaku.domain.room import RoomState, Status
from danmaku.errors import NotFound, NotSignedIn
from danmaku.ports import Append, Reader, Registry


class Effects:
    """See the module."""

    def __init__(self, reader: Reader, registry: Registry, rooms: Rooms) -> None:
        self._reader = reader
        self._registry = registry
        self._rooms = rooms

    async def of(self, who: Standing | None, measure: Measure) -> list[Append]:
        """What taking a step does.

        Raises:
            NotSignedIn: It is about a comment, and nobody answers for it.
            NotFound: The comment is not held any more.
        """
        match measure:
            case Measure(step=Step.DELETE, room=str() as room, number=int() as number):
                fact = CommentRecalled(_person(who), number, RecalledBy.PLATFORM, measure.category)
                return [Append(room, fact)]
            case Measure(step=Step.REFUSE, room=str() as room, origin=int() as origin):
                return [await self._refused(_person(who), room, origin, measure.category)]
            case Measure(step=Step.PAUSE_COMMENTS, room=str() as room):
                return [await self._changed(who, room, paused_until_ms=measure.until_ms)]
            case Measure(step=Step.CLOSE_COMMENTS, room=str() as room):
                return [await self._changed(who, room, status=Status.CLOSED)]
            case _:
                return []

    async def undone(
        self, who: Standing | None, measure: Measure, appeal: str | None = None
    ) -> list[Append]:
        """What undoing a step does; nothing, where time has done it already.

        Args:
            who: Who undoes it.
            measure: Which.
            appeal: The case that grants it; None: none had to.

        Raises:
            NotSignedIn: As `of`.
        """
        match measure:
            case Measure(step=Step.DELETE | Step.HIDE, room=str() as room, number=int() as number):
                return await self._restored(who, room, number)
            case Measure(step=Step.REFUSE, room=str() as room, origin=int() as origin):
                return await self.let_out(who, room, origin, appeal)
            case Measure(step=Step.PAUSE_COMMENTS, room=str() as room):
                return [await self._changed(who, room, paused_until_ms=None)]
            case Measure(step=Step.CLOSE_COMMENTS, room=str() as room):
                return [await self._changed(who, room, status=Status.OPEN)]
            case _:
                return []

    async def let_out(
        self, who: Standing | None, room: RoomId, origin: Seq, appeal: str | None
    ) -> list[Append]:
        """What publishing a comment after all does that is held, or was refused.

        It comes late, at its old place on the media clock. Nothing, where it is public by now,
        nothing is left of its text, or the room is closed for good.

        Raises:
            NotSignedIn: As `of`.
        """
        row, status = await self._reader.room(room), await self._reader.status(room, origin)
        entry = await self._registry.entry(room, origin)
        came = None if entry is None else entry.fact
        is_waiting = status in {CommentStatus.HELD, CommentStatus.REFUSED}
        if row is None or row.state.status is Status.CLOSED or not is_waiting:
            return []
        if not isinstance(came, CommentHeld | CommentRefused) or not came.content.text:
            return []
        was_refused = status is CommentStatus.REFUSED
        fact = approved(came, origin, _person(who), was_refused=was_refused, appeal=appeal)
        return [Append(room, fact, row.version)]

    async def _refused(self, actor: AccountId, room: RoomId, origin: Seq, category: str) -> Append:
        held = await self._reader.held_comment(room, origin)
        if held is None:
            raise NotFound("Nothing is held there.")
        return Append(room, rejected(held.fact, origin, actor, category))

    async def _restored(self, who: Standing | None, room: RoomId, number: Number) -> list[Append]:
        found = await self._reader.comment(room, number)
        if found is None or found[1].status is not CommentStatus.RECALLED:
            return []
        return [Append(room, CommentRestored(_person(who), number))]

    async def _changed(self, who: Standing | None, room: RoomId, **changes: object) -> Append:
        live = await self._rooms.live(room)
        state: RoomState = replace(live.state, **changes)  # type: ignore[arg-type]  # its fields
        actor = None if who is None else who.account
        return Append(room, RoomChanged(actor, state), live.version)


def _person(who: Standing | None) -> AccountId:
    """The account that answers for an act on a comment.

    Raises:
        NotSignedIn: There is none: the desk has to name somebody.
    """
    if who is None:
        raise NotSignedIn("A person answers for this: name the account.")
    return who.account
