"""The standing of everybody in use, kept in step with the platform's chain."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from danmaku.actions.arrivals import Arrivals
from danmaku.domain.account import Standing
from danmaku.domain.facts import Entry
from danmaku.domain.ids import PLATFORM, AccountId
from danmaku.domain.standing import standing_after
from danmaku.errors import NotSignedIn
from danmaku.ports import Accounts

STANDINGS_MAX = 100_000  # in memory; the least recently used one is read again when needed


class Standings:
    """Who may do what right now, without reading the record for each act.

    Lives on the event loop's thread.
    """

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._known: OrderedDict[AccountId, Standing] = OrderedDict()
        self._arrivals: Arrivals[AccountId] = Arrivals()

    def apply(self, entries: Sequence[Entry]) -> None:
        """Follow the platform's chain; called for every announcement, in order."""
        for entry in entries:
            if entry.account is None or entry.chain != PLATFORM:
                continue
            if (known := self._known.get(entry.account)) is not None:
                self._known[entry.account] = standing_after(known, entry)
            else:
                self._arrivals.note(entry.account, entry)

    def forget(self, account: AccountId) -> None:
        """Have an account read again: something changed that no entry tells."""
        self._known.pop(account, None)

    async def freshen(self, who: Standing) -> Standing:
        """The standing of now for one that was handed in earlier, by the same way in.

        Raises:
            NotSignedIn: There is no such account any more.
        """
        known = await self.of(who.account)
        if known is None:
            raise NotSignedIn("Sign in again.")
        if (known.token_room, known.reads_only) == (who.token_room, who.reads_only):
            return known
        return replace(known, token_room=who.token_room, reads_only=who.reads_only)

    async def of(self, account: AccountId) -> Standing | None:
        """An account's standing; None: there is no such account."""
        if (known := self._known.get(account)) is not None:
            self._known.move_to_end(account)
            return known
        with self._arrivals.during(account) as missed:
            standing = await self._accounts.standing(account)
        if standing is None:
            return None
        for entry in missed:
            standing = standing_after(standing, entry)
        standing = self._known.setdefault(account, standing)
        if len(self._known) > STANDINGS_MAX:
            self._known.popitem(last=False)
        return standing
