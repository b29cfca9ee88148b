"""Who a connection speaks for: the token or session it brought, and what that is worth now."""

import asyncio

from danmaku.actions.accounts import People
from danmaku.domain.account import Standing
from danmaku.domain.ids import Millis
from danmaku.errors import NotSignedIn, StoreDown

BELIEVED_MS = 5_000  # tokens end by themselves, and other nodes may not be heard: looked at again
LOOK_S = 2.0  # who does something does not wait longer for a record that does not tell who it is


class Identity:
    """One connection's credential.

    Args:
        people: Everybody.
        token: What the hello brought; it wins over the session.
        session: Secret of the session that the upgrade came with.
    """

    __slots__ = (
        "_looked_at_ms",
        "_looking",
        "_people",
        "_session",
        "_stays_ms",
        "_token",
        "_untold",
        "who",
    )

    def __init__(self, people: People, *, token: str | None, session: str | None) -> None:
        self._people = people
        self._token = token
        self._session = session
        self._looked_at_ms: Millis | None = None  # None: to be looked at before the next act
        self._looking: asyncio.Lock | None = None  # most only listen, and are never looked at again
        self._untold = 0  # looks that the record left without an answer
        self._stays_ms: Millis | None = None  # when its session is next said to be used
        self.who: Standing | None = None  # as of then; None: a guest

    async def look(self, now_ms: Millis) -> Standing | None:
        """Find out who it is; a session that is over makes a guest.

        Raises:
            NotSignedIn: The token is not valid.
        """
        if self._token is not None:
            self.who = await self._people.bearer(self._token)
        elif self._session is not None:
            self.who = await self._people.session(self._session)
            self._stays_ms = None if self.who is None else self._next_stay(now_ms)
        self._looked_at_ms = now_ms
        return self.who

    def believed(self, now_ms: Millis) -> Standing | None:
        """The viewer as of the last look; None for a guest, and where it is time to look again."""
        looked_at_ms = self._looked_at_ms
        is_fresh = looked_at_ms is not None and now_ms - looked_at_ms <= BELIEVED_MS
        return self.who if is_fresh else None

    async def standing(self, now_ms: Millis) -> Standing | None:
        """The viewer with the powers of now; None for a guest.

        Raises:
            NotSignedIn: The token or session has ended since.
            StoreDown: The record does not tell within `LOOK_S`.
        """
        if self.who is None:
            return None
        if self.believed(now_ms) is None:
            await self._look_once(now_ms)
        return await self._people.standings.freshen(self.who)

    def stay(self, now_ms: Millis) -> None:
        """The connection is open still, which is a use of its session. No read, no write."""
        due_ms = self._stays_ms
        if self._session is not None and due_ms is not None and now_ms >= due_ms:
            self._people.sessions.stay(self._session)
            self._stays_ms = self._next_stay(now_ms)

    def _next_stay(self, now_ms: Millis) -> Millis:
        return Millis(now_ms + self._people.sessions.uses.terms.apart_ms)

    async def recheck(self, now_ms: Millis) -> None:
        """Something has ended for this account: is it this token or session?

        Raises:
            NotSignedIn: It is.
        """
        await self._look_again(now_ms)
        # Sessions end a moment after the fact that ends them: the next act looks once more.
        self._looked_at_ms = None

    async def _look_once(self, now_ms: Millis) -> None:
        """One look serves every act that waits for it: in a rush each would ask the record.

        Nor does each ask again where that look found nothing out, which would be the rush anew.
        """
        if self._looking is None:
            self._looking = asyncio.Lock()
        untold = self._untold
        async with self._looking:
            if self.believed(now_ms) is not None:
                return
            if self._untold != untold:
                raise StoreDown
            try:
                await self._look_again(now_ms)
            except StoreDown:
                self._untold += 1
                raise

    async def _look_again(self, now_ms: Millis) -> None:
        try:
            async with asyncio.timeout(LOOK_S):
                found = await self.look(now_ms)
        except TimeoutError:
            raise StoreDown from None
        if found is None:
            raise NotSignedIn("Sign in again.")
