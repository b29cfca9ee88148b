"""Giving an account up: what goes at once, and what goes when a term is over.

The account is closed first, in one commit; its comments leave public view after that, a few at a
time, and whatever a stop leaves undone is found again. What is sealed goes by domain/privacy.py.

Article: articles.Article.PERSONAL_DATA
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.holders import Holders
from danmaku.domain.account import Standing
from danmaku.domain.comment import RecalledBy
from danmaku.domain.facts import CommentRecalled, CommentRefused, TokenRevoked
from danmaku.domain.grants import require_signed_in
from danmaku.domain.ids import PLATFORM, AccountId, Millis
from danmaku.domain.people_facts import AccountClosed
from danmaku.domain.privacy import ACCOUNT, OwnComment
from danmaku.errors import BadMessage, Stale
from danmaku.ports import Accounts, Append, Clock, Reader, Record, StandingHold

ACCOUNT_CLOSED = "account_closed"  # the category that markers of such comments show
COMMENTS_PER_STEP = 200

Forget = Callable[[AccountId], Awaitable[None]]
"""Destroys what the vault knows of an account's owner; a legal hold keeps it there."""


class Leavers(Protocol):
    """Who has given an account up, and what they have left in public."""

    async def leaving(self, *, since_ms: Millis) -> list[AccountId]:
        """Accounts given up since then."""

    async def left_behind(self, account: AccountId, *, limit: int) -> list[OwnComment]:
        """Comments that are public, or wait for a person, still."""

    async def own_holds(self, account: AccountId) -> list[StandingHold]:
        """Legal holds that name the account, and of which its owner may know; oldest first."""

    async def closed_ms(self, account: AccountId) -> Millis | None:
        """When the account was given up; None: it was not."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What becomes of an account that is given up, and when."""

    closed_ms: Millis
    erased_ms: Millis  # when what was sealed for the law's sake is destroyed too
    holds: tuple[StandingHold, ...] = ()  # that are told, and keep it beyond that date


class Leaving:
    """See the module."""

    def __init__(  # noqa: PLR0913 -- the parts of the house that it joins
        self,
        record: Record,
        reader: Reader,
        accounts: Accounts,
        leavers: Leavers,
        *,
        forget: Forget,
        holders: Holders,
        freshen: Freshen,
        clock: Clock,
    ) -> None:
        self._record = record
        self._reader = reader
        self._accounts = accounts
        self._leavers = leavers
        self._forget = forget
        self._holders = holders
        self._decisions = Decisions(record, freshen)
        self._clock = clock

    async def preview(self, who: Standing) -> Erasure:
        """The dates that hold for `who`: of the account given up, or as if it were now."""
        closed_ms = await self._leavers.closed_ms(who.account) or self._clock()
        holds = await self._leavers.own_holds(who.account)
        return Erasure(closed_ms, ACCOUNT.term.due(closed_ms), tuple(holds))

    async def close(self, who: Standing | None, *, login: str) -> Erasure:
        """Give one's account up; once given up, this changes nothing.

        It can still sign in: to read what was decided about it, to appeal, to export.

        Args:
            who: The owner.
            login: Typed once more, so that nobody does this by mistake.

        Raises:
            NotSignedIn: `who` is a guest.
            BadMessage: That is not the login.
            NotAllowed: The house would be without a chief editor.
        """
        who = require_signed_in(who)
        if login.casefold() != who.login.casefold():
            raise BadMessage("This is not your sign-in name.")

        async def decide(asker: Standing | None) -> list[Append]:
            if asker is None or asker.is_closed:
                return []
            successor = await self._holders.require_successor(asker.account, asker.grants)
            return [Append(PLATFORM, AccountClosed(asker.account), besides=successor)]

        await self._decisions.carry(who, decide)
        await self.clear(who.account)
        return await self.preview(who)

    async def clear_all(self) -> int:
        """Take up what a stop left undone; says how many comments left public view."""
        since_ms = ACCOUNT.term.upto(self._clock())
        return sum(
            [
                await self.clear(account)
                for account in await self._leavers.leaving(since_ms=since_ms)
            ]
        )

    async def clear(self, account: AccountId) -> int:
        """Let go of all that a closed account has in use; says how many comments left."""
        await self._forget(account)
        tokens = await self._accounts.tokens(account, self._clock())
        for token in tokens:
            await self._record.commit(Append(PLATFORM, TokenRevoked(account, token.token_id)))
        count = 0
        while left := await self._leavers.left_behind(account, limit=COMMENTS_PER_STEP):
            done = [await self._withdraw(account, own) for own in left]
            if not any(done):
                return count  # each is being decided on by somebody else: the next round finds it
            count += sum(done)
        return count

    async def _withdraw(self, account: AccountId, own: OwnComment) -> bool:
        """Whether the comment left; it stays when its state changed meanwhile."""
        try:
            await self._record.commit(*await self._withdrawal(account, own))
        except Stale:
            return False
        return True

    async def _withdrawal(self, account: AccountId, own: OwnComment) -> Sequence[Append]:
        comment = own.comment
        if comment.number is not None:
            fact = CommentRecalled(account, comment.number, RecalledBy.AUTHOR, ACCOUNT_CLOSED)
            return [Append(own.room, fact)]
        held = await self._reader.held_comment(own.room, comment.origin)
        if held is None:
            raise Stale
        refused = CommentRefused(
            actor=None,
            author=account,
            client_id=held.fact.client_id,
            at_ms=held.fact.at_ms,
            content=held.fact.content,
            verdict=held.fact.verdict,
            category=ACCOUNT_CLOSED,
            origin=comment.origin,
        )
        return [Append(own.room, refused)]
