"""A streamer's moderators: invited with a part of the streamer's own powers, and let go.

Article: articles.Article.SELF_MANAGEMENT, articles.Article.FOUNDERS_VERIFIED
"""

from collections.abc import Callable, Iterable

from danmaku.actions.decisions import Decisions
from danmaku.actions.existing import account_called
from danmaku.actions.holders import Holders
from danmaku.actions.keepers import Keepers
from danmaku.actions.standings import Standings
from danmaku.domain.account import Bundle, Power, PowerGrant, Standing
from danmaku.domain.comment import clean_text
from danmaku.domain.facts import PowersGranted, PowersRevoked
from danmaku.domain.grants import require, require_other, require_signed_in
from danmaku.domain.ids import PLATFORM, AccountId, RoomId
from danmaku.domain.keeping import (
    DELEGABLE,
    MODERATORS_MAX,
    Keeper,
    Outcome,
    Proposal,
    checked_days,
    checked_note,
    checked_powers,
    passed_on,
)
from danmaku.domain.keeping_facts import PowersProposed, ProposalSettled
from danmaku.domain.petitions import ProposalRow
from danmaku.errors import Code, Coded, NotAllowed, NotFound
from danmaku.ports import Accounts, Append, Clock, Record


class Moderators:
    """See the module.

    Args:
        holders: What a grant asks of its holder.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        keepers: Keepers,
        accounts: Accounts,
        *,
        standings: Standings,
        holders: Holders,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._decisions = Decisions(record, standings.freshen)
        self._keepers = keepers
        self._accounts = accounts
        self._standings = standings
        self._holders = holders
        self._clock = clock
        self._new_id = new_id

    async def invite(
        self,
        who: Standing | None,
        room: RoomId,
        login: str,
        powers: Iterable[Power],
        *,
        days: int | None = None,
        note: str = "",
    ) -> Proposal:
        """Offer somebody a part of one's own powers; it is theirs once they accept.

        Args:
            who: Who keeps the room and may invite.
            room: Where.
            login: Whom.
            powers: Which.
            days: For so long, and never longer than one's own; None: as long as one's own.
            note: A word to whoever is invited.

        Raises:
            NotSignedIn, NotAllowed: `who` may not, holds less, or the room has enough.
            NotFound: There is no such account.
            Coded: OWN_INTEREST; DUPLICATE: they keep the room or are invited.
            BadMessage: The choice or the number of days is out of bounds.
        """
        now_ms = self._clock()
        until_ms = None if days is None else checked_days(days, now_ms)
        chosen = checked_powers(powers, DELEGABLE)
        proposal = Proposal(self._new_id(), Bundle.MODERATOR, room, chosen, until_ms)
        said = clean_text(checked_note(note))

        async def decide(asker: Standing | None) -> list[Append]:
            host = require(asker, Power.MODERATOR_INVITE, room, self._clock())
            passed_on(host, proposal, self._clock())
            invited = await self._invited(host, room, login)
            return [Append(PLATFORM, PowersProposed(proposal, invited, host.account, said))]

        await self._decisions.carry(who, decide)
        return proposal

    async def _invited(self, host: Standing, room: RoomId, login: str) -> AccountId:
        account = await account_called(self._accounts, login)
        require_other(host, account)
        keepers = await self._keepers.keepers(room)
        waiting = await self._keepers.proposals(bundle=Bundle.MODERATOR, room=room)
        taken = {one.account for one in keepers if self._is_in_force(one)}
        taken |= {row.fact.account for row in waiting}
        if account in taken:
            raise Coded(Code.DUPLICATE, "They keep this room already, or are invited.")
        if len(taken) >= MODERATORS_MAX:
            raise NotAllowed(f"A room has at most {MODERATORS_MAX} moderators.")
        return account

    def _is_in_force(self, keeper: Keeper) -> bool:
        until_ms = keeper.grant.until_ms
        return until_ms is None or self._clock() < until_ms

    async def accept(self, who: Standing | None, proposal_id: str) -> PowerGrant:
        """Take on what one was offered, as far as whoever offered it still holds it.

        Raises:
            NotSignedIn: `who` is a guest.
            NotFound: One has no such invitation that waits.
            NotAllowed: Whoever invited holds less by now.
            Coded: NOT_VERIFIED: powers are for the verified here.
        """
        grant_id = self._new_id()
        given: list[PowerGrant] = []

        async def decide(asker: Standing | None) -> list[Append]:
            fact, holder = await self._offered(asker, proposal_id)
            host = await self._standings.of(fact.actor)
            if host is None:
                raise NotFound("There is no such invitation.")
            powers, until_ms = passed_on(host, fact.proposal, self._clock())
            room = fact.proposal.room
            grant = PowerGrant(grant_id, Bundle.MODERATOR, room, until_ms, powers)
            given[:] = [grant]
            term = await self._holders.begin_term(holder.account, Bundle.MODERATOR)
            settled = ProposalSettled(proposal_id, holder.account, holder.account, Outcome.GRANTED)
            granted = PowersGranted(grant, holder.account, host.account)
            # Decided on what the host holds: if that is less by now, it is decided again.
            given_by_host = Append(PLATFORM, granted, standing=(host.account, host.version))
            return [Append(PLATFORM, settled), given_by_host, *term]

        await self._decisions.carry(who, decide)
        return given[0]

    async def decline(self, who: Standing | None, proposal_id: str) -> None:
        """Say no to an invitation.

        Raises:
            NotSignedIn: `who` is a guest.
            NotFound: One has no such invitation that waits.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            _, holder = await self._offered(asker, proposal_id)
            me = holder.account
            return [Append(PLATFORM, ProposalSettled(proposal_id, me, me, Outcome.DECLINED))]

        await self._decisions.carry(who, decide)

    async def withdraw(self, who: Standing | None, room: RoomId, proposal_id: str) -> None:
        """Take an invitation back before it is accepted.

        Raises:
            NotSignedIn, NotAllowed: `who` does not invite there.
            NotFound: There is no such invitation that waits.
        """

        async def decide(asker: Standing | None) -> list[Append]:
            host = require(asker, Power.MODERATOR_INVITE, room, self._clock())
            fact = await self._waiting(proposal_id)
            if fact.proposal.room != room:
                raise NotFound("There is no such invitation.")
            settled = ProposalSettled(proposal_id, fact.account, host.account, Outcome.WITHDRAWN)
            return [Append(PLATFORM, settled)]

        await self._decisions.carry(who, decide)

    async def remove(
        self, who: Standing | None, room: RoomId, grant_id: str, reason: str = ""
    ) -> None:
        """Let a moderator go, or go oneself; felt by an open console at once.

        Raises:
            NotSignedIn, NotAllowed: `who` does not invite there, and it is not their own.
            NotFound: The room has no such moderator.
            BadMessage: The reason is too long.
        """
        said = clean_text(checked_note(reason))

        async def decide(asker: Standing | None) -> list[Append]:
            asker = require_signed_in(asker)
            keeper = await self._keepers.keeper(grant_id)
            is_mine = keeper is not None and keeper.account == asker.account
            if not is_mine:
                require(asker, Power.MODERATOR_INVITE, room, self._clock())
            is_one = keeper is not None and keeper.grant.bundle is Bundle.MODERATOR
            if keeper is None or not is_one or keeper.grant.room != room:
                raise NotFound("The room has no such moderator.")
            ended = PowersRevoked(keeper.account, grant_id, asker.account, said)
            return [Append(PLATFORM, ended)]

        await self._decisions.carry(who, decide)

    async def of_room(
        self, who: Standing | None, room: RoomId
    ) -> tuple[list[Keeper], list[ProposalRow]]:
        """Who moderates a room right now, and who was invited to.

        Raises:
            NotSignedIn, NotAllowed: `who` does not invite there.
        """
        require(who, Power.MODERATOR_INVITE, room, self._clock())
        keepers = await self._keepers.keepers(room)
        mine = [
            one
            for one in keepers
            if one.grant.bundle is Bundle.MODERATOR and self._is_in_force(one)
        ]
        return mine, await self._keepers.proposals(bundle=Bundle.MODERATOR, room=room)

    async def invitations(self, who: Standing | None) -> list[ProposalRow]:
        """What one was offered and has not answered.

        Raises:
            NotSignedIn: `who` is a guest.
        """
        who = require_signed_in(who)
        return await self._keepers.proposals(bundle=Bundle.MODERATOR, account=who.account)

    async def _offered(
        self, who: Standing | None, proposal_id: str
    ) -> tuple[PowersProposed, Standing]:
        who = require_signed_in(who)
        fact = await self._waiting(proposal_id)
        if fact.account != who.account:
            raise NotFound("There is no such invitation.")
        return fact, who

    async def _waiting(self, proposal_id: str) -> PowersProposed:
        row = await self._keepers.proposal(proposal_id)
        is_open = row is not None and row.settled is None
        if row is None or not is_open or row.fact.proposal.bundle is not Bundle.MODERATOR:
            raise NotFound("There is no such invitation.")
        return row.fact
