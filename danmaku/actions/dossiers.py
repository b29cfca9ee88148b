"""What staff look at: an account or a room before a measure is taken, and what one stood on.

Never who somebody is by law.

Article: articles.Article.MEASURES_ON_USERS, articles.Article.MEASURES_ON_OPERATORS
"""

from dataclasses import dataclass

from danmaku.actions.keepers import Keepers
from danmaku.actions.measures import Measures
from danmaku.actions.rooms import Rooms
from danmaku.actions.standings import Standings
from danmaku.domain.account import Power, Standing
from danmaku.domain.facts import Entry
from danmaku.domain.grants import require, require_unless_operator
from danmaku.domain.identity import Strength
from danmaku.domain.ids import AccountId, Number, RoomId
from danmaku.domain.keeping import Keeper
from danmaku.domain.measures import Step
from danmaku.domain.room import RoomState
from danmaku.errors import NotFound
from danmaku.ports import Accounts, Clock, MeasureRow, Reader, Registry

NEIGHBOURS = 5  # comments on each side of the one that a measure is about


@dataclass(frozen=True, slots=True)
class AccountDossier:
    """An account, and what was ever taken against it, newest first."""

    login: str
    name: str
    level: int | None  # of credit
    strength: Strength | None  # of the verification in force
    is_closed: bool
    history: tuple[MeasureRow, ...]
    text: str | None = None  # of the comment that led to it, if that stands


@dataclass(frozen=True, slots=True)
class RoomDossier:
    """A room, what was ever taken there, newest first, and who keeps it."""

    state: RoomState
    history: tuple[MeasureRow, ...]
    keepers: tuple[Keeper, ...]  # grants in force; none, unless whoever asks assesses them


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a measure stood on."""

    row: MeasureRow
    comment: Entry | None  # with its content, its verdict and its author
    neighbours: tuple[str, ...]  # public texts around it, in order of number


@dataclass(frozen=True, slots=True)
class Suspended:
    """A suspension that a bar may follow: whoever took it is the second person."""

    row: MeasureRow
    login: str
    name: str


class Dossiers:
    """See the module."""

    def __init__(  # noqa: PLR0913 -- each is one of the house's parts
        self,
        measures: Measures,
        reader: Reader,
        accounts: Accounts,
        registry: Registry,
        keepers: Keepers,
        *,
        rooms: Rooms,
        standings: Standings,
        clock: Clock,
    ) -> None:
        self._measures = measures
        self._reader = reader
        self._accounts = accounts
        self._registry = registry
        self._keepers = keepers
        self._rooms = rooms
        self._standings = standings
        self._clock = clock

    async def of_login(self, who: Standing | None, login: str) -> AccountDossier:
        """The account of a login.

        Raises:
            NotSignedIn, NotAllowed: `who` does not read reports.
            NotFound: There is no such account.
        """
        self._require(who)
        found = await self._accounts.credentials(login)
        return await self._of_account(who, None if found is None else found.account)

    async def of_author(self, who: Standing | None, room: RoomId, number: Number) -> AccountDossier:
        """The account behind a numbered comment.

        Raises:
            NotSignedIn, NotAllowed: As `of_login`.
            NotFound: There is no such comment.
        """
        self._require(who)
        found = await self._reader.comment(room, number)
        content = None if found is None else found[1].content
        author = await self._reader.author(room, number)
        return await self._of_account(who, author, None if content is None else content.text)

    async def of_account(self, who: Standing | None, account: AccountId) -> AccountDossier:
        """An account by its id.

        Raises:
            NotSignedIn, NotAllowed: As `of_login`.
            NotFound: There is no such account any more.
        """
        self._require(who)
        return await self._of_account(who, account)

    async def of_room(self, who: Standing | None, room: RoomId) -> RoomDossier:
        """A room.

        Raises:
            NotSignedIn, NotAllowed: As `of_login`.
            NotFound: There is no such room.
        """
        asker, now_ms = self._require(who), self._clock()
        live = await self._rooms.live(room)
        history = await self._measures.taken(asker, room=room)
        keepers: list[Keeper] = []
        if asker.may(Power.GRANT_ASSESS, None, now_ms):
            keepers = [
                one
                for one in await self._keepers.keepers(room)
                if one.grant.until_ms is None or now_ms < one.grant.until_ms
            ]
        return RoomDossier(live.state, tuple(history), tuple(keepers))

    async def to_be_barred(self, who: Standing | None) -> list[Suspended]:
        """Whom somebody else has suspended everywhere, of the newest measures: `who` may bar them.

        Article: articles.Article.BLACKLIST

        Raises:
            NotSignedIn, NotAllowed: `who` bars nobody.
        """
        now_ms = self._clock()
        chief = require(who, Power.MEASURE_GRAVE, None, now_ms)
        found = [
            await self._suspended(row)
            for row in await self._measures.taken(chief)
            if row.fact.measure.step is Step.SUSPEND
            and row.fact.measure.room is None
            and row.fact.measure.binds(now_ms)
            and row.fact.actor not in {None, chief.account}
            and not row.is_reversed
        ]
        return [one for one in found if one is not None]

    async def evidence(self, who: Standing | None, measure_id: str) -> Evidence:
        """What a measure stood on: the comment as it was written, its verdict, its neighbours.

        Article: articles.Article.RECORDS_KEPT

        Raises:
            NotSignedIn, NotAllowed: `who` may not; None is the operator.
            NotFound: There is no such measure.
        """
        require_unless_operator(who, Power.REPORT_READ, None, self._clock())
        row = await self._registry.measure(measure_id)
        if row is None:
            raise NotFound("There is no such measure.")
        measure = row.fact.measure
        if measure.room is None or measure.origin is None:
            return Evidence(row, None, ())
        comment = await self._registry.entry(measure.room, measure.origin)
        return Evidence(row, comment, await self._around(measure.room, measure.number))

    async def _around(self, room: RoomId, number: Number | None) -> tuple[str, ...]:
        if number is None:
            return ()
        first = Number(max(0, number - NEIGHBOURS - 1))
        views = await self._reader.comments(room, after=first, limit=2 * NEIGHBOURS + 1)
        return tuple(
            view.comment.content.text
            for view in views
            if view.comment is not None and view.comment.content is not None
        )

    async def _suspended(self, row: MeasureRow) -> Suspended | None:
        account = row.fact.account
        standing = None if account is None else await self._standings.of(account)
        if standing is None or standing.is_ended(None, self._clock()):
            return None
        return Suspended(row, standing.login, standing.name)

    async def _of_account(
        self, who: Standing | None, account: AccountId | None, text: str | None = None
    ) -> AccountDossier:
        standing = None if account is None else await self._standings.of(account)
        if standing is None:
            raise NotFound("There is no such account.")
        identity = standing.identity
        is_held = identity is not None and identity.holds(self._clock())
        return AccountDossier(
            standing.login,
            standing.name,
            standing.level,
            identity.strength if identity is not None and is_held else None,
            standing.is_closed,
            tuple(await self._measures.taken(who, login=standing.login)),
            text,
        )

    def _require(self, who: Standing | None) -> Standing:
        return require(who, Power.REPORT_READ, None, self._clock())
