"""Powers in rooms that the platform took back, all or some: appealed against, and given back.

Article: articles.Article.MEASURES_ON_OPERATORS, articles.Article.REPORTS_AND_APPEALS
"""

from collections.abc import Callable
from dataclasses import replace

from danmaku.actions.holders import Holders
from danmaku.actions.keepers import Keepers
from danmaku.actions.standings import Standings
from danmaku.domain.account import Bundle, Power, PowerGrant, Standing
from danmaku.domain.facts import PowersGranted, PowersRevoked
from danmaku.domain.grants import require, require_other, require_signed_in
from danmaku.domain.ids import PLATFORM, RoomId, Seq
from danmaku.domain.keeping import Proposal, passed_on
from danmaku.domain.petitions import EndedGrant
from danmaku.errors import NotFound
from danmaku.ports import Append, Clock


class GrantsBack:
    """See the module.

    Args:
        keepers: What was taken back.
        standings: Who is who.
        holders: What a grant asks of its holder.
        clock: The time.
        new_id: Gives ids of grants.
    """

    def __init__(
        self,
        keepers: Keepers,
        standings: Standings,
        holders: Holders,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._keepers = keepers
        self._standings = standings
        self._holders = holders
        self._clock = clock
        self._new_id = new_id

    async def own(self, who: Standing | None) -> list[EndedGrant]:
        """What the platform took of one's own powers in rooms, newest first.

        Raises:
            NotSignedIn: `who` is a guest.
        """
        who = require_signed_in(who)
        ended = await self._keepers.ended_grants(who.account)
        return [one for one in ended if one.is_appealable]

    async def one(self, seq: Seq) -> EndedGrant | None:
        """What that entry took, if it can be appealed against."""
        ended = await self._keepers.ended_grant(seq)
        return ended if ended is not None and ended.is_appealable else None

    async def giving(self, asker: Standing, seq: Seq) -> list[Append]:
        """All that giving powers back writes, for a commit of the caller's.

        It is a new grant with the former powers and the former end, and takes the place of what
        was left of them. A moderator holds no more by it than who chose them holds by now. If
        its time is over, or nothing can be passed on, nothing is given.

        Raises:
            NotAllowed: `asker` does not assess grants.
            NotFound: There is no such grant.
            Coded: OWN_INTEREST; NOT_VERIFIED: the holder is not, and powers are not for such.
        """
        assessor = require(asker, Power.GRANT_ASSESS, None, self._clock())
        ended = await self.one(seq)
        if ended is None:
            raise NotFound("There is no such grant.")
        holder = ended.fact.holder
        require_other(assessor, holder)
        former = replace(ended.grant, grant_id=self._new_id(), powers=ended.returned)
        is_chosen = ended.grant.bundle is Bundle.MODERATOR
        host = await self._host_of(ended) if is_chosen else None
        grant = former if host is None else self._within(former, host)
        if grant is None or grant.is_over(self._clock()):
            return []
        actor = ended.given_by if is_chosen else assessor.account
        given = Append(
            PLATFORM,
            PowersGranted(grant, holder, actor),
            standing=None if host is None else (host.account, host.version),
        )
        left = ended.smaller if ended.is_smaller_left else None
        over = [] if left is None else [PowersRevoked(holder, left.grant_id, assessor.account)]
        return [
            *(Append(PLATFORM, fact) for fact in over),
            given,
            *await self._holders.begin_term(holder, ended.grant.bundle),
        ]

    async def _host_of(self, ended: EndedGrant) -> Standing | None:
        """Who chose a moderator; None: the operator did."""
        return None if ended.given_by is None else await self._standings.of(ended.given_by)

    def _within(self, grant: PowerGrant, host: Standing) -> PowerGrant | None:
        """What of a grant the host can still pass on; None: nothing."""
        room, now_ms = grant.room or RoomId(""), self._clock()
        held = host.powers(room, now_ms)
        powers = grant.carried & held
        if not powers or Power.MODERATOR_INVITE not in held:
            return None
        wanted = Proposal(grant.grant_id, grant.bundle, room, powers, grant.until_ms)
        kept, until_ms = passed_on(host, wanted, now_ms)
        return replace(grant, powers=kept, until_ms=until_ms)
