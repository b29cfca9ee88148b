"""Whoever gets powers is verified, and again in time; and the house is never without a chief.

Article: articles.Article.FOUNDERS_VERIFIED
"""

from collections.abc import Collection

from danmaku.actions.standings import Standings
from danmaku.domain.account import Bundle, Power, PowerGrant
from danmaku.domain.identity import require_verified
from danmaku.domain.ids import PLATFORM, AccountId, Millis, Seq
from danmaku.domain.people_facts import IdentityVerified
from danmaku.domain.times import DAY_MS
from danmaku.errors import NotAllowed, NotFound
from danmaku.ports import Accounts, Append, Clock


class Holders:
    """What a grant asks of its holder, and the house of those who hold one.

    Args:
        accounts: Who holds what.
        standings: Who is who.
        clock: The time.
        renewal_days: Within which a holder is verified again; None: powers ask for no identity.
    """

    def __init__(
        self, accounts: Accounts, standings: Standings, clock: Clock, renewal_days: int | None
    ) -> None:
        self._accounts = accounts
        self._standings = standings
        self._clock = clock
        self._renewal_days = renewal_days

    async def begin_term(self, account: AccountId, bundle: Bundle) -> list[Append]:
        """What is entered with a grant: a verification that was good for ever gets its term.

        Raises:
            NotFound: There is no such account.
            Coded: NOT_VERIFIED: the account is not, and powers are not for such.
        """
        if self._renewal_days is None or bundle is Bundle.VIEWER:
            return []
        holder = await self._standings.of(account)
        if holder is None:
            raise NotFound("There is no such account.")
        now_ms = self._clock()
        identity = require_verified(holder.identity, now_ms)
        if identity.until_ms is not None:
            return []
        until_ms = Millis(now_ms + self._renewal_days * DAY_MS)
        fact = IdentityVerified(account, identity.method, identity.strength, until_ms)
        return [Append(PLATFORM, fact)]

    async def require_successor(
        self, account: AccountId, ended: Collection[PowerGrant]
    ) -> tuple[AccountId, Seq] | None:
        """See that somebody is chief editor still when these grants of an account end.

        Article: articles.Article.RESPONSIBLE_PERSONS

        Returns:
            Who is, and the version seen, for `Append.besides`: of two who go at once, one stays.
            None: it asks for nobody.

        Raises:
            NotAllowed: Nobody else is.
        """
        now_ms, chief = self._clock(), Power.MEASURE_GRAVE
        holder = await self._standings.of(account)
        if holder is None or not holder.may(chief, None, now_ms):
            return None
        if any(one not in ended and one.carries(chief, None, now_ms) for one in holder.grants):
            return None
        for other in await self._accounts.holders_of(Bundle.CHIEF_EDITOR, now_ms):
            standing = await self._standings.of(other)
            if standing and other != account and standing.may(chief, None, now_ms):
                return other, standing.version
        raise NotAllowed("The house keeps a chief editor: let somebody else be one first.")
