"""Legal holds: laid by one person on a stated basis, lifted by another.

To lay one destroys nothing, so one person may; what lifting lets go of cannot be had back.

Article: articles.Article.RECORDS_KEPT
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.existing import account_called
from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import clean_text
from danmaku.domain.grants import require, require_other, require_unless_operator
from danmaku.domain.ids import PLATFORM, AccountId, Number
from danmaku.domain.legal_hold import (
    BASIS_MAX,
    HOLDS_MAX,
    LegalHold,
    LegalHoldLaid,
    LegalHoldLifted,
    Reach,
    checked,
)
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound
from danmaku.ports import Accounts, Append, Clock, Reader, Record, Registry, StandingHold


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """What somebody asks to be kept."""

    basis: str
    login: str = ""  # whose account; empty: anybody's
    reach: Reach = field(default_factory=Reach)
    number: Number | None = None  # of a published comment, in place of `reach.origin`
    is_told: bool = True


class Known(Reader, Accounts, Registry, Protocol):
    """What the record says of all that a hold may name."""


class LegalHolds:
    """See the module."""

    def __init__(
        self,
        record: Record,
        known: Known,
        *,
        freshen: Freshen,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._known = known
        self._decisions = Decisions(record, freshen)
        self._clock = clock
        self._new_id = new_id

    async def standing(self, who: Standing | None) -> list[StandingHold]:
        """All that stand and that `who` may know of, oldest first.

        Args:
            who: Who asks; None is the operator at the command line.

        Raises:
            NotAllowed: `who` neither lays legal holds nor inspects.
        """
        now_ms = self._clock()
        if who is not None and not who.may(Power.RECORD_INSPECT, None, now_ms):
            require(who, Power.LEGAL_HOLD, None, now_ms)
        return await self._known_to(who)

    async def _known_to(self, who: Standing | None) -> list[StandingHold]:
        """Without those that are about `who`, where the law lets nobody tell them."""
        return [
            one
            for one in await self._known.legal_holds()
            if who is None or one.fact.is_told or one.fact.account != who.account
        ]

    async def lay(self, who: Standing | None, draft: HoldDraft) -> LegalHold:
        """Keep what the draft names until the hold is lifted.

        A comment that is named names its author, too: whose it was must stay known.

        Args:
            who: Who asks; None is the operator at the command line.
            draft: What to keep.

        Raises:
            NotAllowed: `who` may not.
            NotFound: There is no such account, room or comment.
            BadMessage: It names nothing, or the basis is missing or too long.
            Coded: OWN_LIMIT: too many stand.
        """
        require_unless_operator(who, Power.LEGAL_HOLD, None, self._clock())
        basis = _words_of(draft.basis)
        hold = await self._named(draft)
        if len(await self._known.legal_holds()) >= HOLDS_MAX:
            raise Coded(Code.OWN_LIMIT, f"{HOLDS_MAX} legal holds stand already.")

        async def decide(asker: Standing | None) -> list[Append]:
            actor = self._actor(asker)
            laid = LegalHoldLaid(hold.hold_id, hold.account, hold.reach, hold.is_told, actor, basis)
            return [Append(PLATFORM, laid)]

        await self._decisions.carry(who, decide)
        return hold

    async def lift(self, who: Standing | None, hold_id: str, why: str) -> None:
        """Let the terms go on about what a hold covers.

        Raises:
            NotAllowed: `who` may not, or is the operator and laid it.
            NotFound: No such hold stands.
            BadMessage: The reason is missing or too long.
            Coded: OWN_INTEREST: `who` laid it, or it is about them.
        """
        words = _words_of(why)

        async def decide(asker: Standing | None) -> list[Append]:
            actor = self._actor(asker)
            standing = await self._standing(asker, hold_id)
            laid = standing.fact
            if asker is None and laid.actor is None:
                raise NotAllowed("The operator laid it: a chief editor lifts it.")
            for party in (laid.actor, laid.account):
                if asker is not None and party is not None:
                    require_other(asker, party)
            lifted = LegalHoldLifted(
                hold_id, standing.seq, laid.account, laid.is_told, actor, words
            )
            return [Append(PLATFORM, lifted)]

        await self._decisions.carry(who, decide)

    def _actor(self, who: Standing | None) -> AccountId | None:
        return None if who is None else require(who, Power.LEGAL_HOLD, None, self._clock()).account

    async def _standing(self, who: Standing | None, hold_id: str) -> StandingHold:
        for one in await self._known_to(who):
            if one.fact.hold_id == hold_id:
                return one
        raise NotFound("No such legal hold stands.")

    async def _named(self, draft: HoldDraft) -> LegalHold:
        """The hold, with all that it names looked up."""
        account, reach = None, draft.reach
        if draft.login:
            account = await account_called(self._known, draft.login)
        if reach.room is not None and await self._known.room(reach.room) is None:
            raise NotFound("There is no such room.")
        hold = LegalHold(self._new_id(), account, reach, draft.is_told)
        if draft.number is not None or reach.origin is not None:
            hold = await self._of_comment(hold, draft.number)
        return checked(hold)

    async def _of_comment(self, hold: LegalHold, number: Number | None) -> LegalHold:
        reach = hold.reach
        if reach.room is None:
            raise BadMessage("A comment is named together with its room.")
        origin = reach.origin
        if number is not None:
            found = await self._known.comment(reach.room, number)
            origin = None if found is None else found[1].origin
        entry = None if origin is None else await self._known.entry(reach.room, origin)
        if entry is None or entry.comment is None or entry.account is None:
            raise NotFound("There is no such comment.")
        if hold.account not in (None, entry.account):
            raise BadMessage("That comment is somebody else's.")
        return replace(
            hold, account=entry.account, reach=replace(reach, origin=entry.comment.origin)
        )


def _words_of(text: str) -> str:
    words = clean_text(text)
    if not 1 <= len(words) <= BASIS_MAX:
        raise BadMessage(f"A reason has 1 to {BASIS_MAX} characters.")
    return words
