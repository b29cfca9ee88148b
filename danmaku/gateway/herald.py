"""Tells open sockets what has changed for them, for a room or for everybody."""

import asyncio
from collections import deque
from collections.abc import Collection, Coroutine, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol, TypeVar, cast

from danmaku.domain.account import Power
from danmaku.domain.ids import AccountId, Millis, RoomId
from danmaku.domain.views import View
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.connection import Connection
from danmaku.gateway.dialects.danmaku_v1 import own_comment, you, you_now
from danmaku.gateway.dialects.notices import held_notice, refused_notice
from danmaku.gateway.notices import General, Notice, Official, Personal, Sealed
from danmaku.gateway.saying import Saying
from danmaku.ports import Clock, Reader

_OFFICIAL: Final = frozenset({Power.COMMENT_REVIEW.value, Power.REPORT_ANSWER.value})
"""What some notices are for."""


_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class _Round:
    """One thing on its way to everybody in a room, or everywhere."""

    room: RoomId | None
    saying: Saying
    rest: Iterator[Connection]  # who is still to be told


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
        slice_sockets: How many are told before others get their turn on the loop.
    """

    def __init__(
        self,
        connections: Collection[Connection],
        work: Work,
        reader: Reader,
        *,
        clock: Clock,
        slice_sockets: int,
    ) -> None:
        self._connections = connections
        self._work = work
        self._reader = reader
        self._clock = clock
        self._slice_sockets = slice_sockets
        self._by_account: dict[AccountId, set[Connection]] = {}
        self._keepers: dict[RoomId, set[Connection]] = {}
        self._going: deque[_Round] = deque()  # one after the other: what is later comes later
        self.ends_count = 0  # of sessions, tokens and accounts, whether or not a socket was theirs

    def note_account(self, connection: Connection) -> None:
        """Remember whose connection it is, as soon as that is known; a guest's is nobody's."""
        account = _account_of(connection)
        if account is not None and connection in self._connections:
            self._by_account.setdefault(account, set()).add(connection)

    def note_end(self, account: AccountId) -> tuple[Connection, ...]:
        """Something has ended for an account; its open sockets.

        Who is being looked up meanwhile is none of them yet, and sees it by `ends_count`.
        """
        self.ends_count += 1
        return self.sockets_of(account)

    def sockets_of(self, account: AccountId) -> tuple[Connection, ...]:
        """The open ones of an account."""
        return tuple(self._by_account.get(account, ()))

    def note_powers(self, connection: Connection, told: Fields | None) -> None:
        """Remember who may have to be told what is for keepers alone.

        Args:
            connection: One that has joined; it may have gone since.
            told: What it was told of itself; None: a guest.
        """
        visit = connection.visit
        if visit is None or connection not in self._connections:
            return
        powers = () if told is None else cast("list[str]", told["powers"])
        if _OFFICIAL.isdisjoint(powers):
            _drop(self._keepers, visit.room, connection)
        else:
            self._keepers.setdefault(visit.room, set()).add(connection)

    def forget(self, connection: Connection) -> None:
        """It has gone."""
        if (account := _account_of(connection)) is not None:
            _drop(self._by_account, account, connection)
        if connection.visit is not None:
            _drop(self._keepers, connection.visit.room, connection)

    def tell(self, notice: Notice) -> None:
        """Tell all whom it concerns.

        Cost: what is for one account or for keepers alone, a look at theirs; what is for everybody,
        a write to each, a slice at a time.
        """
        match notice:
            case Personal():
                self.ends_count += notice.farewell is not None
                for connection in self.sockets_of(notice.account):
                    self._tell_person(connection, notice)
            case Official():
                for connection in tuple(self._keepers.get(notice.room, ())):
                    work = self._tell_keeper(connection, notice)
                    self._work.start(connection, work, name="keeper")
            case Sealed():
                self._tell_sealed(notice)
            case General():
                all_of_now = iter(tuple(self._connections))
                self._going.append(_Round(notice.room, Saying(notice.said), all_of_now))
                if len(self._going) == 1:
                    self._go_on()

    def show_author(self, room: RoomId, author: AccountId, view: View) -> None:
        """Show a comment, which others are not shown live, to its author in that room.

        A socket that is full will be sent everything that it lacks.
        """
        for connection in self.sockets_of(author):
            outbox, hub = connection.outbox, connection.room_hub
            if outbox is None or hub is None or hub.room != room or not _is_in_person(connection):
                continue
            if outbox.stalled_since_ms is None:
                connection.reply(own_comment(view))

    def _go_on(self) -> None:
        telling = self._going[0]
        some = list(islice(telling.rest, self._slice_sockets))
        if len(some) < self._slice_sockets:
            self._going.popleft()
        if self._going:
            asyncio.get_running_loop().call_soon(self._go_on)
        for connection in some:
            visit = connection.visit
            if visit is not None and telling.room in (None, visit.room):
                connection.repeat(telling.saying)

    def _tell_person(self, connection: Connection, notice: Personal) -> None:
        if notice.said is not None and _is_in_person(connection):
            connection.reply(notice.said)
        if notice.farewell is not None:
            connection.part(notice.farewell.close_code, notice.farewell.said)
        else:
            self._work.start(connection, self._tell_powers(connection), name="powers")

    def _tell_sealed(self, notice: Sealed) -> None:
        keepers = tuple(self._keepers.get(notice.room, ()))
        own = filter(_is_in_person, self.sockets_of(notice.author))
        concerned = keepers if notice.is_held else tuple(own)
        say = self._say_held if notice.is_held else self._say_refused
        for connection in concerned:
            self._work.start(connection, say(connection, notice), name="sealed")

    async def _say_held(self, connection: Connection, notice: Sealed) -> None:
        held = await self._reader.held_comment(notice.room, notice.origin)
        if held is not None:  # else it was decided meanwhile
            said = held_notice(notice.origin, held.comment.author, held.fact)
            official = Official(notice.room, Power.COMMENT_REVIEW, said)
            await self._tell_keeper(connection, official)

    async def _say_refused(self, connection: Connection, notice: Sealed) -> None:
        for own in await self._reader.own(notice.author, notice.room):
            comment = own.comment
            if comment.origin == notice.origin and comment.content is not None:
                text, category = comment.content.text, own.category or ""
                said = refused_notice(notice.room, notice.origin, text=text, category=category)
                connection.reply(said)

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


def _account_of(connection: Connection) -> AccountId | None:
    who = None if connection.identity is None else connection.identity.who
    return None if who is None else who.account


def _is_in_person(connection: Connection) -> bool:
    """Whether its account sits there itself: a link's socket is told nothing of its own."""
    who = None if connection.identity is None else connection.identity.who
    return who is not None and not who.reads_only


def _drop(groups: dict[_Key, set[Connection]], key: _Key, connection: Connection) -> None:
    """Take a connection out of its group; one that is empty goes too."""
    group = groups.get(key, set())
    group.discard(connection)
    if not group:
        groups.pop(key, None)
