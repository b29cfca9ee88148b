"""Streamers ask for tools to keep their rooms; the platform assesses, gives a part, takes it back.

Article: articles.Article.SELF_MANAGEMENT, articles.Article.POWERS_BRING_DUTIES
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from danmaku.actions.decisions import Decisions
from danmaku.actions.holders import Holders
from danmaku.actions.keepers import Keepers
from danmaku.actions.rooms import Rooms
from danmaku.actions.standings import Standings
from danmaku.domain.account import Bundle, Power, PowerGrant, Standing
from danmaku.domain.comment import clean_text
from danmaku.domain.conditions import Conditions
from danmaku.domain.documents import DocumentKind, outstanding
from danmaku.domain.facts import PowersGranted, PowersRevoked
from danmaku.domain.grants import require, require_other, require_signed_in, require_unless_operator
from danmaku.domain.identity import Strength, require_verified
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId
from danmaku.domain.keeping import (
    ASKED_FOR,
    OWN_FROM_THE_START,
    Keeper,
    Outcome,
    Proposal,
    checked_days,
    checked_note,
    checked_powers,
)
from danmaku.domain.keeping_facts import PowersProposed, ProposalSettled
from danmaku.domain.measures import in_force
from danmaku.domain.people_facts import DocumentAccepted
from danmaku.domain.petitions import ProposalRow
from danmaku.errors import Code, Coded, NotAllowed, NotFound
from danmaku.ports import Append, Clock, MeasureRow, Record, Registry

KEEPING = frozenset({Bundle.STREAMER, Bundle.MODERATOR})
"""What a room is kept with."""

_CLAUSES = frozenset({DocumentKind.OPERATOR_CLAUSES})


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an application is judged by: never who the applicant is by law."""

    row: ProposalRow
    level: int | None  # of credit
    strength: Strength | None  # of the verification in force
    binding: int  # measures in force against the account
    history: tuple[MeasureRow, ...]  # the newest ever taken against it


class SelfManagement:
    """See the module.

    Args:
        holders: What a grant asks of its holder.
        conditions: What holds in the house right now: whether there are clauses to accept.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a verb: each is one of the house's parts
        self,
        record: Record,
        keepers: Keepers,
        registry: Registry,
        *,
        rooms: Rooms,
        standings: Standings,
        holders: Holders,
        conditions: Callable[[], Conditions],
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._decisions = Decisions(record, standings.freshen)
        self._keepers = keepers
        self._registry = registry
        self._rooms = rooms
        self._standings = standings
        self._holders = holders
        self._conditions = conditions
        self._clock = clock
        self._new_id = new_id

    # --- the streamer

    async def apply(
        self,
        who: Standing | None,
        room: RoomId,
        powers: Iterable[Power],
        *,
        note: str = "",
        accepts_clauses: bool = False,
    ) -> Proposal:
        """Ask for powers in one's own room, and accept the clauses that come with them.

        Raises:
            NotSignedIn, NotAllowed: The room is not the asker's.
            NotFound: There is no such room.
            Coded: NOT_VERIFIED: operators need a document where identities are asked for;
                AGREEMENT_OUTDATED: the clauses were not accepted; DUPLICATE: an application waits.
            BadMessage: The choice or the statement is out of bounds.
        """
        proposal = Proposal(
            self._new_id(), Bundle.STREAMER, room, checked_powers(powers, ASKED_FOR)
        )
        said = clean_text(checked_note(note))

        async def decide(asker: Standing | None) -> list[Append]:
            owner = await self._owner(asker, room)
            accepted = self._clauses(owner, accepts=accepts_clauses)
            if self._conditions().identity_required:
                require_verified(owner.identity, self._clock(), Strength.DOCUMENT)
            waiting = await self._keepers.proposals(
                bundle=Bundle.STREAMER, room=room, account=owner.account
            )
            if waiting:
                raise Coded(Code.DUPLICATE, "Your application is being looked at.")
            fact = PowersProposed(proposal, owner.account, owner.account, said)
            return [*accepted, Append(PLATFORM, fact)]

        await self._decisions.carry(who, decide)
        return proposal

    async def _owner(self, who: Standing | None, room: RoomId) -> Standing:
        who = require_signed_in(who)
        if (await self._rooms.live(room)).owner != who.account:
            raise NotAllowed("Only whom a room belongs to applies for it.")
        return who

    def _clauses(self, owner: Standing, *, accepts: bool) -> list[Append]:
        editions = self._conditions().editions
        edition = outstanding(editions, owner.accepted, _CLAUSES, self._clock())
        if edition is None:
            return []
        if not accepts:
            raise Coded(Code.AGREEMENT_OUTDATED, "Accept the clauses for operators first.")
        fact = DocumentAccepted(owner.account, edition.kind, edition.version)
        return [Append(PLATFORM, fact)]

    async def application(self, who: Standing | None, room: RoomId) -> ProposalRow | None:
        """One's newest application for a room, with what was said to it; None: there was none."""
        if who is None:
            return None
        found = await self._keepers.proposals(
            bundle=Bundle.STREAMER, room=room, account=who.account, waiting=False, limit=1
        )
        return next(iter(found), None)

    # --- the platform

    async def applications(self, who: Standing | None) -> list[Assessment]:
        """Applications that wait, newest first, each with what it is judged by.

        Raises:
            NotSignedIn, NotAllowed: `who` does not assess; None is the operator.
        """
        self._assessor(who)
        rows = await self._keepers.proposals(bundle=Bundle.STREAMER)
        return [await self._assessed(row) for row in rows]

    async def _assessed(self, row: ProposalRow) -> Assessment:
        account, now_ms = row.fact.account, self._clock()
        standing = await self._standings.of(account)
        history = tuple(await self._registry.measures(account=account, limit=10))
        if standing is None:
            return Assessment(row, None, None, 0, history)
        identity = standing.identity
        is_held = identity is not None and identity.holds(now_ms)
        return Assessment(
            row,
            standing.level,
            identity.strength if identity is not None and is_held else None,
            len(in_force(standing.measures, now_ms)),
            history,
        )

    async def grant(
        self,
        who: Standing | None,
        proposal_id: str,
        powers: Iterable[Power],
        *,
        days: int,
        reason: str = "",
    ) -> PowerGrant:
        """Give what was asked for, or a part of it, for so many days.

        What the streamer held in that room before is replaced; moderators whom they chose hold no
        more than that, nor for longer.

        Raises:
            NotSignedIn, NotAllowed: `who` does not assess.
            NotFound: There is no such application that waits.
            Coded: OWN_INTEREST; NOT_VERIFIED.
            BadMessage: The choice, the number of days or the reason is out of bounds.
        """
        grant_id, said = self._new_id(), clean_text(checked_note(reason))
        until_ms = checked_days(days, self._clock())
        given: list[PowerGrant] = []

        async def decide(asker: Standing | None) -> list[Append]:
            fact, actor = await self._waiting(asker, proposal_id)
            chosen = checked_powers(powers, fact.proposal.powers)
            room, holder = fact.proposal.room, fact.account
            grant = PowerGrant(
                grant_id, Bundle.STREAMER, room, until_ms, chosen | OWN_FROM_THE_START
            )
            given[:] = [grant]
            settled = ProposalSettled(proposal_id, holder, actor, Outcome.GRANTED, said)
            kept = await self._keepers.keepers(room)
            return [
                Append(PLATFORM, settled),
                *_ended(kept, holder, actor),
                Append(PLATFORM, PowersGranted(grant, holder, actor)),
                *_delegated(kept, holder, grant, actor, said, self._new_id),
                *await self._holders.begin_term(holder, Bundle.STREAMER),
            ]

        await self._decisions.carry(who, decide)
        return given[0]

    async def decline(self, who: Standing | None, proposal_id: str, reason: str) -> None:
        """Say no, and why: the applicant is told.

        Raises:
            NotSignedIn, NotAllowed, NotFound, Coded: As `grant`.
            BadMessage: The reason is too long.
        """
        said = clean_text(checked_note(reason))

        async def decide(asker: Standing | None) -> list[Append]:
            fact, actor = await self._waiting(asker, proposal_id)
            settled = ProposalSettled(proposal_id, fact.account, actor, Outcome.DECLINED, said)
            return [Append(PLATFORM, settled)]

        await self._decisions.carry(who, decide)

    async def narrow(
        self, who: Standing | None, grant_id: str, keep: Iterable[Power], reason: str
    ) -> None:
        """Take powers in a room back, all of them or some; felt by open consoles at once.

        Moderators lose what the streamer who chose them loses.

        Args:
            who: Who assesses grants; None is the operator.
            grant_id: Of a streamer or a moderator of one room.
            keep: What is left; nothing: the grant ends.
            reason: What the holder is told.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            NotFound: There is no such grant of a room.
            Coded: OWN_INTEREST.
            BadMessage: The reason is too long.
        """
        left, said = frozenset(keep), clean_text(checked_note(reason))

        async def decide(asker: Standing | None) -> list[Append]:
            self._assessor(asker)
            keeper = await self._keepers.keeper(grant_id)
            if keeper is None or keeper.grant.bundle not in KEEPING or keeper.grant.room is None:
                raise NotFound("There is no such grant of a room.")
            if asker is not None:
                require_other(asker, keeper.account)
            grant, actor = keeper.grant, None if asker is None else asker.account
            smaller = replace(grant, powers=grant.carried & left)
            below: list[Append] = []
            if Power.MODERATOR_INVITE in grant.carried:
                everyone = await self._keepers.keepers(keeper.grant.room)
                below = _delegated(everyone, keeper.account, smaller, actor, said, self._new_id)
            return [*_narrowed(keeper, smaller, actor, said, self._new_id), *below]

        await self._decisions.carry(who, decide)

    def _assessor(self, who: Standing | None) -> None:
        require_unless_operator(who, Power.GRANT_ASSESS, None, self._clock())

    async def _waiting(
        self, who: Standing | None, proposal_id: str
    ) -> tuple[PowersProposed, AccountId]:
        """The application that `who` may decide, and the account that answers for it."""
        assessor = require(who, Power.GRANT_ASSESS, None, self._clock())
        row = await self._keepers.proposal(proposal_id)
        is_open = row is not None and row.settled is None
        if row is None or not is_open or row.fact.proposal.bundle is not Bundle.STREAMER:
            raise NotFound("There is no such application.")
        require_other(assessor, row.fact.account)
        return row.fact, assessor.account


def _ended(kept: Iterable[Keeper], holder: AccountId, actor: AccountId | None) -> list[Append]:
    """Earlier self-management in a room; what came with the room stays beside the new."""
    return [
        Append(PLATFORM, PowersRevoked(holder, one.grant.grant_id, actor))
        for one in kept
        if one.account == holder
        and one.grant.bundle is Bundle.STREAMER
        and one.grant.carried > OWN_FROM_THE_START
    ]


def _delegated(
    kept: Iterable[Keeper],
    giver: AccountId,
    held: PowerGrant,
    actor: AccountId | None,
    reason: str,
    new_id: Callable[[], str],
) -> list[Append]:
    """Those whom a streamer chose, brought down to what that streamer holds by now."""
    passed = held.carried if Power.MODERATOR_INVITE in held.carried else frozenset[Power]()
    return [
        append
        for one in kept
        if one.given_by == giver and one.grant.bundle is Bundle.MODERATOR
        for append in _narrowed(one, replace(held, powers=passed), actor, reason, new_id)
    ]


def _narrowed(
    keeper: Keeper,
    within: PowerGrant,
    actor: AccountId | None,
    reason: str,
    new_id: Callable[[], str],
) -> list[Append]:
    """A grant replaced by what of it lies within another; nothing, if all of it does."""
    grant = keeper.grant
    kept, until_ms = grant.carried & within.carried, _earlier(grant.until_ms, within.until_ms)
    if (kept, until_ms) == (grant.carried, grant.until_ms):
        return []
    ended = PowersRevoked(keeper.account, grant.grant_id, actor, reason)
    if not kept:
        return [Append(PLATFORM, ended)]
    smaller = replace(grant, grant_id=new_id(), powers=kept, until_ms=until_ms)
    giver = keeper.given_by
    return [
        Append(PLATFORM, ended),
        Append(PLATFORM, PowersGranted(smaller, keeper.account, giver)),
    ]


def _earlier(one: Millis | None, other: Millis | None) -> Millis | None:
    return min((end for end in (one, other) if end is not None), default=None)
