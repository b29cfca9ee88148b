"""Whoever gets powers is verified, and is verified again in time.

Article: articles.Article.FOUNDERS_VERIFIED
"""

from danmaku.actions.standings import Standings
from danmaku.domain.account import Bundle
from danmaku.domain.identity import require_verified
from danmaku.domain.ids import PLATFORM, AccountId, Millis
from danmaku.domain.people_facts import IdentityVerified
from danmaku.errors import NotFound
from danmaku.ports import Append, Clock

MS_PER_DAY = 86_400_000


class Holders:
    """What a grant asks of its holder.

    Args:
        standings: Who is who.
        clock: The time.
        renewal_days: Within which a holder is verified again; None: powers ask for no identity.
    """

    def __init__(self, standings: Standings, clock: Clock, renewal_days: int | None) -> None:
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
        until_ms = Millis(now_ms + self._renewal_days * MS_PER_DAY)
        fact = IdentityVerified(account, identity.method, identity.strength, until_ms)
        return [Append(PLATFORM, fact)]
