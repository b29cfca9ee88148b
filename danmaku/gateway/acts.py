"""What viewers do over sockets, carried out: one verb a message, one answer each."""

from danmaku.actions.comments import Comments
from danmaku.actions.likes import Likes
from danmaku.domain.account import Standing
from danmaku.domain.ids import ClientId, Number, RoomId
from danmaku.errors import Draining
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.answers import outcome_of
from danmaku.gateway.dialects.danmaku_v1 import Act, Like, Recall, Send, liked, recalled


class Acts:
    """The verbs that sockets reach."""

    def __init__(self, comments: Comments, likes: Likes) -> None:
        self._comments = comments
        self._likes = likes
        self._is_closed = False

    def close(self) -> None:
        """Carry out nothing that is asked from here on: the server stops."""
        self._is_closed = True

    def require_place(
        self, who: Standing, room: RoomId, act: Act, *, coming: int, waited_ms: float
    ) -> None:
        """Refuse what is one too many before anything is done for it.

        `coming`: acts that were let in and are not answered yet; `waited_ms`: for how long this one
        has waited already.

        Raises:
            Overloaded: As `Comments.require_place`.
        """
        if isinstance(act, Send) and not self._is_closed:
            client_id = ClientId(act.id)
            self._comments.require_place(who, room, client_id, coming=coming, waited_ms=waited_ms)

    async def carry_out(self, who: Standing | None, room: RoomId, act: Act) -> Fields:
        """Do it, and say what came of it.

        Raises:
            Draining: The server stops.
            DanmakuError: As the verb.
        """
        if self._is_closed:
            raise Draining("The server restarts.")
        match act:
            case Send():
                return outcome_of(await self._comments.post(who, room, act.draft()), act.id)
            case Recall():
                number = Number(act.number)
                entry = await self._comments.recall(who, room, number)
                return recalled(act.id, number, entry.seq)
            case Like():
                number = Number(act.number)
                likes = await self._likes.put(who, room, number, stands=act.stands)
                return liked(act.id, number, likes, stands=act.stands)
