"""Tells open sockets what has changed for them, for a room or for everybody."""

from collections.abc import Collection, Coroutine
from typing import Final, Protocol, cast

from danmaku.domain.account import Power
from danmaku.domain.ids import Millis, RoomId
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.connection import Connection
from danmaku.gateway.dialects.danmaku_v1 import you, you_now
from danmaku.gateway.notices import General, Notice, Official, Personal
from danmaku.ports import Clock, Reader

_OFFICIAL: Final = frozenset({Power.COMMENT_REVIEW.value, Power.REPORT_ANSWER.value})
"""What some notices are for."""


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
        self._keepers: dict[RoomId, set[Connection]] = {}

    def note_powers(self, connection: Connection, told: Fields | None) -> None:
        """Remember who may have to be told what is for keepers alone.

        Args:
            connection: One that has joined.
            told: What it was told of itself; None: a guest.
        """
        visit = connection.visit
        powers = () if told is None else cast("list[str]", told["powers"])
        if visit is not None and not _OFFICIAL.isdisjoint(powers):
            self._keepers.setdefault(visit.room, set()).add(connection)
        else:
            self.forget(connection)

    def forget(self, connection: Connection) -> None:
        """It has gone, or keeps nothing."""
        visit = connection.visit
        keepers = None if visit is None else self._keepers.get(visit.room)
        if visit is None or keepers is None:
            return
        keepers.discard(connection)
        if not keepers:
            del self._keepers[visit.room]

    def tell(self, notice: Notice) -> None:
        """Tell all whom it concerns.

        Cost: a look at every connection; such entries are rare beside comments. What is for keepers
        alone costs a look at those of the room, and may come with every comment.
        """
        if isinstance(notice, Official):
            for connection in tuple(self._keepers.get(notice.room, ())):
                self._work.start(connection, self._tell_keeper(connection, notice), name="keeper")
            return
        for connection in tuple(self._connections):
            if isinstance(notice, Personal):
                self._tell_person(connection, notice)
            else:
                _tell_room(connection, notice)

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
            self.note_powers(connection, told)
            connection.reply(you_now(told))


def _tell_room(connection: Connection, notice: General) -> None:
    visit = connection.visit
    if visit is not None and notice.room in (None, visit.room):
        connection.reply(notice.said)
