"""What people may ask about themselves: all that is held about them, and nobody else.

Article: articles.Article.PERSONAL_DATA
"""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import Protocol

from danmaku.actions.accounts import People
from danmaku.actions.leaving import Leavers, Leaving
from danmaku.actions.retention import Retention, Terms
from danmaku.domain.account import Bundle, Standing
from danmaku.domain.identity import ENDED
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.privacy import OwnComment, OwnEntry, OwnLike
from danmaku.errors import NotAllowed
from danmaku.ports import Accounts, Clock, Reader, Record
from danmaku.vault_port import Vault

COMMENTS_PER_PAGE = 500
NEWEST = 50
EXPORTS_PER_S, EXPORTS_BURST = 1 / 600, 5  # of one account


class OwnRecord(Leavers, Protocol):
    """What the record holds about one person."""

    async def own_comments(
        self, account: AccountId, *, after: tuple[RoomId, Seq] | None, limit: int
    ) -> list[OwnComment]:
        """Own comments of all rooms, in the order of (room, origin), after such a place."""

    async def newest_own(self, account: AccountId, *, limit: int) -> list[OwnComment]:
        """Own comments of all rooms, newest first."""

    def own_likes(self, account: AccountId) -> AsyncIterator[OwnLike]:
        """Comments that the account likes, room by room, in bounded memory."""

    def own_entries(self, account: AccountId) -> AsyncIterator[OwnEntry]:
        """Entries of the platform's chain about the person, oldest first, in bounded memory."""

    async def holders(self, bundle: Bundle, now_ms: Millis) -> list[str]:
        """Public names of those who hold these powers on the whole platform now."""


class Store(Reader, Accounts, Protocol):
    """A record that can be asked by whom it is about, and follows the terms."""

    @property
    def vault(self) -> Vault:
        """Where people are sealed."""

    @property
    def personal(self) -> OwnRecord:
        """What it holds about one person."""

    @property
    def retention(self) -> Terms:
        """What is due."""


@dataclass(frozen=True, slots=True)
class OwnData:
    """What is held about one person, for that person alone."""

    _accounts: Accounts
    _own: OwnRecord
    _clock: Clock
    _exports: TokenBuckets = field(
        default_factory=lambda: TokenBuckets(EXPORTS_PER_S, EXPORTS_BURST)
    )

    def begin_export(self, who: Standing) -> None:
        """Note that all of it is about to be read: the whole platform's chain is gone through.

        Raises:
            NotAllowed: As `newest`.
            TooFast: Too many of one account.
        """
        require_whole(who)
        self._exports.take(who.account, self._clock())

    async def newest(self, who: Standing) -> list[OwnComment]:
        """Own comments of all rooms, newest first; whatever became of them.

        Raises:
            NotAllowed: `who` came with a token that is good in one room only.
        """
        require_whole(who)
        return await self._own.newest_own(who.account, limit=NEWEST)

    async def responsible(self) -> list[str]:
        """Public names of the chief editors, who answer for the service.

        Article: articles.Article.RESPONSIBLE_PERSONS
        """
        return await self._own.holders(Bundle.CHIEF_EDITOR, self._clock())

    async def account(self, who: Standing) -> dict[str, object]:
        """All but comments and entries.

        Raises:
            NotAllowed: As `newest`.
        """
        require_whole(who)
        now_ms = self._clock()
        identity = who.identity
        tokens = await self._accounts.tokens(who.account, now_ms)
        sessions = await self._accounts.sessions(who.account, now_ms)
        return {
            "at_ms": now_ms,
            "login": who.login,
            "name": who.name,
            "is_closed": who.is_closed,
            "level": who.level,
            "identity": None if identity in {None, ENDED} else asdict(identity),
            "accepted": {kind.value: version for kind, version in who.accepted.items()},
            "grants": [
                {
                    "bundle": grant.bundle.value,
                    "room": grant.room,
                    "until_ms": grant.until_ms,
                }
                for grant in who.grants
            ],
            "tokens": [asdict(token) for token in tokens],
            "sessions": [asdict(session) for session in sessions],
        }

    async def entries(self, who: Standing) -> AsyncIterator[OwnEntry]:
        """What the platform's chain says about the person, oldest first."""
        require_whole(who)
        async for entry in self._own.own_entries(who.account):
            yield entry

    async def likes(self, who: Standing) -> AsyncIterator[OwnLike]:
        """Every comment that one likes."""
        require_whole(who)
        async for like in self._own.own_likes(who.account):
            yield like

    async def comments(self, who: Standing) -> AsyncIterator[OwnComment]:
        """Every own comment, room by room, in bounded memory."""
        require_whole(who)
        after: tuple[RoomId, Seq] | None = None
        while page := await self._own.own_comments(
            who.account, after=after, limit=COMMENTS_PER_PAGE
        ):
            for own in page:
                yield own
            after = (page[-1].room, page[-1].comment.origin)


@dataclass(frozen=True, slots=True)
class Privacy:
    """The verbs about personal data, joined once for all doors."""

    own: OwnData
    leaving: Leaving
    retention: Retention

    @classmethod
    def over(cls, record: Record, store: Store, *, people: People, clock: Clock) -> "Privacy":
        """Join them.

        Args:
            record: For writing.
            store: The same, for reading.
            people: Everybody.
            clock: Wall time.
        """
        leaving = Leaving(
            record,
            store,
            store,
            store.personal,
            forget=store.vault.forget,
            holders=people.holders,
            freshen=people.standings.freshen,
            clock=clock,
        )
        retention = Retention(store.retention, leaving, clock=clock, forget=people.standings.forget)
        return cls(OwnData(store, store.personal, clock), leaving, retention)


def require_whole(who: Standing) -> None:
    """Let nobody see all about an account who came with a token for one room.

    Raises:
        NotAllowed: So `who` did.
    """
    if not who.reaches(None):
        raise NotAllowed("A room's token has no say over the account.")
