"""Lets clients of Bilibili's live chat into rooms."""

from weakref import WeakValueDictionary

from danmaku.domain.ids import RoomId, RoomNumber
from danmaku.domain.live import LiveRoom
from danmaku.errors import DanmakuError, NotFound
from danmaku.formats.bilibili_live import GUEST_KEY
from danmaku.gateway.bilibili_socket import BilibiliSocket
from danmaku.gateway.dialects.bilibili import Auth, BilibiliDialect, Chronicle, auth_answer
from danmaku.gateway.dialects.bilibili_talk import POLICY
from danmaku.gateway.means import Means


class BilibiliDesk:
    """See the module.

    Args:
        means: What doors of others work with.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._chronicles: WeakValueDictionary[RoomId, Chronicle] = WeakValueDictionary()

    def admit(self, socket: BilibiliSocket, auth: Auth) -> None:
        """Let a client into the room that it names, or send it away."""
        self._means.start(socket, self._admit(socket, auth), name="bilibili")

    async def _admit(self, socket: BilibiliSocket, auth: Auth) -> None:
        try:
            number, live = await self._found(auth)
        except DanmakuError as error:
            # Some take any answer for a welcome: only the close tells them.
            self._means.count(error.code)
            socket.say(auth_answer(is_welcome=False))
            socket.part(POLICY)
            return
        # Nothing is awaited from here on: what is announced next finds the viewer in its room.
        if not socket.is_closing:
            self._enter(socket, auth, number, live)

    def _enter(
        self, socket: BilibiliSocket, auth: Auth, number: RoomNumber, live: LiveRoom
    ) -> None:
        room_hub = self._means.hub.room(live.room, live.top)
        chronicle = self._chronicles.get(live.room)
        if chronicle is None:
            chronicle = Chronicle(live.room, number, live.state)
            self._chronicles[live.room] = chronicle
        dialect = BilibiliDialect(
            live.room,
            auth.version,
            is_bare=socket.is_bare,
            tells_recalls=auth.recall or socket.tells_recalls,
            chronicle=chronicle,
        )
        seat = socket.sit(room_hub, dialect, room_hub.flushed)
        socket.say(auth_answer(is_welcome=True))
        socket.begin(seat, room_hub.flushed)

    async def _found(self, auth: Auth) -> tuple[RoomNumber, LiveRoom]:
        """The room, for those who may come in: anybody but who shows a key that is none.

        Raises:
            NotFound, NotSignedIn: They may not.
            Unavailable: It cannot be read now.
        """
        who = None
        if auth.key and auth.key != GUEST_KEY:
            who = await self._means.people.bearer(auth.key)
        self._means.hub.admit(who)
        row = await self._means.reader.room_numbered(RoomNumber(auth.roomid))
        if row is None:
            raise NotFound("There is no such room.")
        return row.number, await self._means.rooms.live(row.room)
