"""Tells open sockets what has changed for them, for a room or for everybody."""

from collections.abc import Collection, Coroutine
from typing import Protocol

from danmaku.domain.ids import Millis
from danmaku.gateway.connection import Connection
from danmaku.gateway.dialects.danmaku_v1 import you, you_now
from danmaku.gateway.notices import General, Notice, Official, Personal
from danmaku.ports import Clock, Reader


class Work(Protocol):
    """What tells the time to identities, and begins work for a connection."""

    def now_ms(self) -> Millis:
        """A clock that does not step back."""

    def start(
        self, connection: Connection, work: Coroutine[None, None, None], *, name: str
    ) -> None:
        """Begin work for a connection; its errors are answered."""


class Herald:
    """See the module.

    Args:
        connections: Those that are open now.
        work: Of the gateway.
        reader: Knows what people are called in a room.
        clock: Wall time.
    """

    def __init__(
        self, connections: Collection[Connection], work: Work, reader: Reader, *, clock: Clock
    ) -> None:
        self._connections = connections
        self._work = work
        self._reader = reader
        self._clock = clock

    def tell(self, notice: Notice) -> None:
        """Tell all whom it concerns.

        Cost: a look at every connection; such entries are rare beside comments.
        """
        for connection in tuple(self._connections):
            if isinstance(notice, Personal):
                self._tell_person(connection, notice)
            else:
                self._tell_room(connection, notice)

    def _tell_person(self, connection: Connection, notice: Personal) -> None:
        identity = connection.identity
        who = None if identity is None else identity.who
        if who is None or who.account != notice.account:
            return
        if notice.said is not None:
            connection.reply(notice.said)
        if notice.farewell is not None:
            connection.part(notice.farewell.close_code, notice.farewell.said)
        else:
            self._work.start(connection, self._tell_powers(connection), name="powers")

    def _tell_room(self, connection: Connection, notice: General | Official) -> None:
        visit = connection.visit
        if visit is None or notice.room not in (None, visit.room):
            return
        if isinstance(notice, General):
            connection.reply(notice.said)
        else:
            self._work.start(connection, self._tell_keeper(connection, notice), name="keeper")

    async def _tell_keeper(self, connection: Connection, notice: Official) -> None:
        identity = connection.identity
        who = None if identity is None else await identity.standing(self._work.now_ms())
        if who is not None and who.may(notice.power, notice.room, self._clock()):
            connection.reply(notice.said)

    async def _tell_powers(self, connection: Connection) -> None:
        """Say `you` anew: what the viewer may do has changed."""
        visit, identity = connection.visit, connection.identity
        assert visit is not None
        assert identity is not None
        who = await identity.standing(self._work.now_ms())
        if who is not None:
            author = await self._reader.pseudonym(visit.room, who.account)
            told = you(who, author, room=visit.room, now_ms=self._clock())
            connection.reply(you_now(told))
