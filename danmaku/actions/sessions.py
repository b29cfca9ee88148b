"""Sessions of browsers: opened, listed, ended one by one or all at once.

Secrets leave this file once, to their owner; what is kept are digests.
"""

from collections.abc import Callable

from danmaku.actions.drawn import digest_of, new_id, new_secret
from danmaku.actions.session_uses import SessionUses, terms_in
from danmaku.config import AccountSettings
from danmaku.domain.account import Standing
from danmaku.domain.ids import AccountId, Millis
from danmaku.errors import NotAllowed, NotFound, NotSignedIn
from danmaku.ports import Accounts, Clock, SessionRow

SESSIONS_MAX = 50  # of one account; the oldest makes room
DEVICE_MAX = 60  # code points

_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux")
_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")  # each also claims to be those after it


def device_of(user_agent: str) -> str:
    """As much of a browser's description as its owner knows it by."""
    system = next((name for name in _SYSTEMS if name in user_agent), "")
    browser = next((name for name in _BROWSERS if name in user_agent), "")
    named = {"Edg": "Edge", "OPR": "Opera"}.get(browser, browser)
    return " · ".join(part for part in (named, system) if part)


class Sessions:
    """Everybody's sessions."""

    def __init__(self, accounts: Accounts, *, clock: Clock, settings: AccountSettings) -> None:
        self._accounts = accounts
        self._clock = clock
        self.uses = SessionUses(accounts, terms_in(settings))
        self._told_of_ends: list[Callable[[AccountId], None]] = []

    def when_they_end(self, tell: Callable[[AccountId], None]) -> None:
        """Have `tell` called with each account some of whose sessions have just ended."""
        self._told_of_ends.append(tell)

    def tell_ended(self, account: AccountId) -> None:
        """Have open sockets of an account look again at who they are."""
        for tell in self._told_of_ends:
            tell(account)

    async def open(self, account: AccountId, device: str = "") -> str:
        """Open a session; gives its secret.

        Args:
            account: Whose.
            device: What its owner knows the browser by, see `device_of`.
        """
        secret, now_ms = new_secret(), self._clock()
        open_rows = await self._accounts.sessions(account, now_ms)
        for over in open_rows[: max(0, len(open_rows) - SESSIONS_MAX + 1)]:
            await self._accounts.close_session_of(account, over.session_id)
        await self._accounts.open_session(
            digest_of(secret),
            account,
            self.uses.terms.until_ms(now_ms),
            session_id=new_id(),
            device=device[:DEVICE_MAX],
        )
        return secret

    async def account_of(self, secret: str) -> AccountId | None:
        """Whose session this is, which is a use of it; None: it is closed, over or idle."""
        digest, now_ms = digest_of(secret), self._clock()
        found = await self._accounts.session(digest, now_ms)
        if found is None:
            return None
        account, used_ms = found
        self.uses.note(digest, now_ms, used_ms=used_ms)
        return account

    def stay(self, secret: str) -> None:
        """A session is still being used; reads and writes nothing."""
        self.uses.note(digest_of(secret), self._clock())

    async def own(self, who: Standing) -> list[SessionRow]:
        """One's own open sessions, oldest first.

        Raises:
            NotAllowed: `who` came with a token that is good in one room only.
        """
        _require_whole(who)
        return await self._accounts.sessions(who.account, self._clock())

    async def close(self, secret: str) -> None:
        """End the session of that secret."""
        account = await self.account_of(secret)
        await self._accounts.close_session(digest_of(secret))
        if account is not None:
            self.tell_ended(account)

    async def end(self, who: Standing, session_id: str) -> None:
        """End one of one's own sessions; its sockets go within a second.

        Raises:
            NotFound: One has no such session.
            NotAllowed: As `own`.
        """
        _require_whole(who)
        if not await self._accounts.close_session_of(who.account, session_id):
            raise NotFound("There is no such session.")
        self.tell_ended(who.account)

    async def end_all(self, account: AccountId, *, keep: str | None = None) -> None:
        """End all sessions of an account.

        Args:
            account: Whose.
            keep: Secret of the one to keep.
        """
        but = None if keep is None else digest_of(keep)
        await self._accounts.close_sessions(account, but=but)
        self.tell_ended(account)

    async def sign_out_everywhere(self, account: AccountId) -> None:
        """End all sessions, and void what others have signed for the account until now."""
        await self._accounts.sign_out(account, self._clock())
        await self.end_all(account)

    async def require_later(self, account: AccountId, issued_ms: Millis) -> None:
        """Let nobody in with what was signed before the account was signed out everywhere.

        Raises:
            NotSignedIn: See above.
        """
        if issued_ms <= await self._accounts.signed_out_ms(account):
            raise NotSignedIn("Sign in again.")


def _require_whole(who: Standing) -> None:
    if not who.reaches(None):
        raise NotAllowed("A room's token has no say over others.")
