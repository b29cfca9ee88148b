"""Accounts: registering, signing in, tokens, grants; and the standing of everybody in use.

Secrets leave this file once, to their owner; what is kept are digests.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256

from danmaku.actions.decisions import Decisions
from danmaku.actions.drawn import digest_of, new_id, new_secret
from danmaku.actions.existing import account_called
from danmaku.actions.holders import Holders
from danmaku.actions.naming import Naming
from danmaku.actions.passwords import PASSWORD_MAX, Passwords
from danmaku.actions.sessions import Sessions
from danmaku.actions.standings import Standings
from danmaku.config import AccountSettings
from danmaku.domain.account import (
    Bundle,
    Power,
    PowerGrant,
    Standing,
    TokenKind,
    login_of,
)
from danmaku.domain.admission import REVIEW_CATEGORY
from danmaku.domain.comment import clean_text
from danmaku.domain.facts import (
    AccountRegistered,
    Fact,
    PasswordChanged,
    PowersGranted,
    PowersRevoked,
    TokenIssued,
    TokenRevoked,
)
from danmaku.domain.grants import require, require_other
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId
from danmaku.domain.name_judging import Given
from danmaku.domain.naming import NameState, Surface
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.times import DAY_MS, MINUTE_MS
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, NotSignedIn, Prohibited
from danmaku.ports import Accounts, Append, Clock, Record, TokenRow

THE_NEW_ONE = AccountId(0)  # in a commit that registers an account: that account
TOKENS_MAX = 50  # in force at one time, of one account
TTL_MIN_MS = 1000  # of an embed token
LABEL_MAX = 60  # code points
SIGN_INS_PER_S, SIGN_INS_BURST = 0.1, 10  # of one login


Bearer = Callable[[str], Awaitable[Standing]]
"""Tells whose token that is which is none of ours, or raises NotSignedIn."""


class People:
    """Everybody who is known here.

    Args:
        record: Where it is entered.
        accounts: Who is who.
        naming: What may stand as a name.
        clock: The time.
        settings: Bounds of signing in.
        renewal_days: Within which holders of powers are verified again; None: they need not be.
    """

    def __init__(
        self,
        record: Record,
        accounts: Accounts,
        *,
        naming: Naming,
        clock: Clock,
        settings: AccountSettings,
        renewal_days: int | None = None,
    ) -> None:
        self._record = record
        self._accounts = accounts
        self.naming = naming
        self._clock = clock
        self._settings = settings
        self.name_review_hours = settings.name_review_hours
        self.standings = Standings(accounts)
        self.sessions = Sessions(accounts, clock=clock, settings=settings)
        self.holders = Holders(accounts, self.standings, clock, renewal_days)
        self._decisions = Decisions(record, self.standings.freshen)
        self._passwords = Passwords(settings)
        self._bearer_outside: Bearer | None = None
        self._sign_ins = TokenBuckets(SIGN_INS_PER_S, SIGN_INS_BURST)

    def close(self) -> None:
        """Let the hashing threads go."""
        self._passwords.close()

    async def known(self, login: str) -> Standing | None:
        """The standing behind a login; None: there is no such account."""
        found = await self._accounts.credentials(login)
        return None if found is None else await self.standings.of(found.account)

    def take_bearers(self, bearer: Bearer) -> None:
        """Have tokens that are none of ours looked at by `bearer`."""
        self._bearer_outside = bearer

    # --- registering and signing in

    async def register(self, login: str, name: str, password: str) -> Standing:
        """Open an account that may comment.

        A name that has to wait for a reviewer is held; a neutral one is shown meanwhile.

        Raises:
            NotAllowed: Nobody may register here.
            BadMessage: A field is out of bounds.
            Prohibited: The filter refuses the name.
            Coded: DUPLICATE: the login is taken.
            Overloaded: Too many passwords wait to be hashed.
        """
        if not self._settings.registration:
            raise NotAllowed("Registration is closed here.")
        login, given = login_of(login), await self.naming.given(Surface.NAME, name, None)
        if given.state is NameState.REFUSED:
            raise Prohibited(given.category or REVIEW_CATEGORY)
        return await self._add(login, given, await self._passwords.hash(password))

    async def add(self, login: str, name: str, password: str | None) -> Standing:
        """As `register`, also where nobody may register by themselves.

        Args:
            login: Sign-in name.
            name: Public name; whoever adds it knows whose it is.
            password: None for an account that is used by tokens only.
        """
        login, name = login_of(login), self.naming.vouched(name)
        hashed = None if password is None else await self._passwords.hash(password)
        return await self._add(login, name, hashed)

    async def _add(self, login: str, name: str | Given, hashed: str | None) -> Standing:
        shown = name if isinstance(name, str) else name.shown
        grant = PowerGrant(new_id(), Bundle.VIEWER, room=None, until_ms=None)
        facts: list[Fact] = [
            AccountRegistered(login=login, name=shown, password_hash=hashed),
            PowersGranted(grant=grant, holder=THE_NEW_ONE, actor=None),
        ]
        if isinstance(name, Given) and name.state is not NameState.SHOWN:
            facts.append(name.fact(THE_NEW_ONE))
        entries = await self._record.commit(*(Append(PLATFORM, fact) for fact in facts))
        account = entries[0].account
        assert account is not None  # the record gives a new account its id
        standing = await self.standings.of(account)
        assert standing is not None
        return standing

    async def sign_in(self, login: str, password: str, *, device: str = "") -> tuple[Standing, str]:
        """Check a password; give the standing and the secret of a new session.

        An unknown login costs as much time as a wrong password, and gets the same answer.

        Raises:
            NotSignedIn: Wrong login or password.
            TooFast: Too many tries for this login.
            Overloaded: Too many passwords wait to be hashed.
        """
        standing = await self._standing_behind(login, password)
        if standing is None:
            raise NotSignedIn("Wrong name or password.")
        return standing, await self.sessions.open(standing.account, device)

    async def _standing_behind(self, login: str, password: str) -> Standing | None:
        if len(login) > PASSWORD_MAX:
            return None
        self._sign_ins.take(login.casefold(), self._clock())
        found = await self._accounts.credentials(login)
        hashed = None if found is None else found.password_hash
        is_right = await self._passwords.is_right(password, hashed)
        return await self.standings.of(found.account) if found is not None and is_right else None

    async def session(self, secret: str | None) -> Standing | None:
        """Whose session this is; None for none."""
        account = await self.sessions.account_of(secret) if secret else None
        return None if account is None else await self.standings.of(account)

    async def sign_out_everywhere(self, who: Standing) -> None:
        """End every session and every token of one's own, embedded players' ones included.

        Raises:
            NotAllowed: `who` came with a token that is good in one room only.
        """
        tokens = await self.tokens(who)
        revoked = [TokenRevoked(who.account, token.token_id) for token in tokens]
        if revoked:
            await self._record.commit(*(Append(PLATFORM, fact) for fact in revoked))
        await self.sessions.sign_out_everywhere(who.account)

    async def bearer(self, token: str) -> Standing:
        """Whose token this is.

        Raises:
            NotSignedIn: It is not known, revoked or expired.
            Overloaded: Another house signed it, and does not tell its keys.
        """
        if self._bearer_outside is not None and not token.startswith(tuple(TokenKind)):
            return await self._bearer_outside(token)
        found = await self._accounts.token(digest_of(token), self._clock())
        standing = None if found is None else await self.standings.of(found[0])
        if found is None or standing is None:
            raise NotSignedIn("The token is not valid.")
        return replace(standing, token_room=found[1], reads_only=token.startswith(TokenKind.LINK))

    # --- passwords

    async def change_password(
        self, who: Standing, old: str, new: str, *, keep: str | None = None
    ) -> None:
        """Change one's own password; every other session ends.

        Args:
            who: The owner.
            old: The password of now.
            new: The next one.
            keep: Secret of the session to keep.

        Raises:
            NotSignedIn: The old password is wrong.
            BadMessage: The new one is too short or too long.
            TooFast, Overloaded: As `sign_in`.
        """
        self._passwords.check(new)
        if await self._standing_behind(who.login, old) is None:
            raise NotSignedIn("Wrong password.")
        hashed = await self._passwords.hash(new)
        await self._set_password(who.account, hashed, keep=keep)

    async def open_reset(self, login: str) -> str:
        """Make a one-time secret with which a password can be set; for the operator to hand on.

        Raises:
            NotFound: There is no such login.
        """
        account = await account_called(self._accounts, login)
        secret = new_secret()
        until_ms = Millis(self._clock() + self._settings.reset_minutes * MINUTE_MS)
        await self._accounts.open_reset(digest_of(secret), account, until_ms)
        return secret

    async def reset(self, secret: str, password: str) -> None:
        """Set a password with a one-time secret; every session ends.

        Raises:
            NotFound: The secret is not known, used up or expired.
            BadMessage: The password is too short or too long; the secret stays good.
            Overloaded: Too many passwords wait to be hashed; the secret stays good.
        """
        hashed = await self._passwords.hash(password)
        account = await self._accounts.take_reset(digest_of(secret), self._clock())
        if account is None:
            raise NotFound("This link is no longer good.")
        await self._set_password(account, hashed, keep=None)

    async def _set_password(self, account: AccountId, hashed: str, *, keep: str | None) -> None:
        fact = PasswordChanged(account=account, password_hash=hashed)
        await self._record.commit(Append(PLATFORM, fact))
        await self.sessions.end_all(account, keep=keep)

    # --- tokens and grants

    async def issue_token(
        self,
        who: Standing,
        label: str,
        *,
        expires_ms: Millis | None,
        room: RoomId | None,
        kind: TokenKind = TokenKind.OWN,
    ) -> tuple[str, str]:
        """A new token for one's own clients: its public id and its secret, which is shown once.

        Raises:
            BadMessage: The label is empty or too long.
            NotAllowed: `who` came with a token that is good in one room only.
            Coded: OWN_LIMIT: one has TOKENS_MAX of them; ACCOUNT_SUSPENDED: it was given up.
        """
        if who.is_closed:
            raise Coded(Code.ACCOUNT_SUSPENDED, "This account is closed.")
        label = clean_text(label)
        if not 1 <= len(label) <= LABEL_MAX:
            raise BadMessage(f"A label has 1 to {LABEL_MAX} characters.")
        if len(await self.tokens(who)) >= TOKENS_MAX:
            raise Coded(Code.OWN_LIMIT, f"One has {TOKENS_MAX} tokens at most.")
        return await self._issue(who.account, label, expires_ms=expires_ms, room=room, kind=kind)

    async def _issue(
        self,
        account: AccountId,
        label: str,
        *,
        expires_ms: Millis | None,
        room: RoomId | None,
        kind: TokenKind = TokenKind.OWN,
    ) -> tuple[str, str]:
        secret = kind + new_secret()
        fact = TokenIssued(
            account=account,
            label=label,
            digest=digest_of(secret),
            expires_ms=expires_ms,
            token_id=new_id() if kind is TokenKind.OWN else kind + new_id(),
            room=room,
        )
        await self._record.commit(Append(PLATFORM, fact))
        return fact.token_id, secret

    async def tokens(self, who: Standing) -> list[TokenRow]:
        """One's own tokens in force.

        Raises:
            NotAllowed: `who` came with a token that is good in one room only.
        """
        if not who.reaches(None):
            raise NotAllowed("A room's token has no say over others.")
        return await self._accounts.tokens(who.account, self._clock())

    async def revoke_token(self, who: Standing, token_id: str) -> None:
        """Make one of one's own tokens worthless.

        Raises:
            NotFound: One has no such token.
            NotAllowed: As `tokens`.
        """
        if token_id not in {token.token_id for token in await self.tokens(who)}:
            raise NotFound("There is no such token.")
        await self._record.commit(Append(PLATFORM, TokenRevoked(who.account, token_id)))

    async def embed_token(
        self, who: Standing | None, *, subject: str, name: str, room: RoomId, ttl_ms: int
    ) -> str:
        """A token for one user of another site, good in one room for a while.

        Args:
            who: The site, by an account that holds TOKEN_ISSUE.
            subject: The user's id on that site, case and all; the same one is the same account.
            name: The user's public name, used when the account is made; the site vouches for it.
            room: Where the token is good.
            ttl_ms: How long, 1 s to 30 days.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            BadMessage: A field is out of bounds.
            Prohibited, Overloaded: As `register`, of the name.
        """
        now_ms = self._clock()
        site = require(who, Power.TOKEN_ISSUE, None, now_ms)
        name = self.naming.vouched(name)
        if not 1 <= len(subject) <= LABEL_MAX or not subject.isprintable():
            raise BadMessage("A subject is 1 to 60 printable characters.")
        if not TTL_MIN_MS <= ttl_ms <= self._settings.session_days * DAY_MS:
            raise BadMessage("A token lives from a second up to the life of a session.")
        # Logins compare without case and subjects do not: the digest keeps two of them apart.
        login = f"@{site.account}:{sha256(subject.encode()).hexdigest()[:32]}"
        user = await self.known(login) or await self.add_once(login, name)
        expires_ms = Millis(now_ms + ttl_ms)
        _, secret = await self._issue(user.account, "embed", expires_ms=expires_ms, room=room)
        return secret

    async def add_once(self, login: str, name: str | Given) -> Standing:
        """Open the account of somebody whom another site vouches for, if it is not there yet."""
        try:
            return await self._add(login, name, None)
        except Coded:
            # The user opened two pages at once: the other one's request made the account.
            known = await self.known(login)
            if known is None:
                raise
            return known

    async def grant(
        self,
        who: Standing | None,
        login: str,
        bundle: Bundle,
        *,
        room: RoomId | None,
        until_ms: Millis | None,
    ) -> PowerGrant:
        """Give an account a bundle of powers in a scope, for a time.

        Args:
            who: Who gives; None is the operator at the command line.
            login: Who gets them.
            bundle: Which.
            room: Where; None: on the whole platform.
            until_ms: Until when; None: until revoked.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            NotFound: There is no such account.
            Coded: OWN_INTEREST: nobody gives powers to themselves; NOT_VERIFIED: powers are for
                the verified here.
        """
        account = await account_called(self._accounts, login)
        grant = PowerGrant(new_id(), bundle, room, until_ms)

        async def decide(giver: Standing | None) -> list[Append]:
            actor = self._giver_of(giver, room, account)
            term = await self.holders.begin_term(account, bundle)
            return [Append(PLATFORM, PowersGranted(grant, account, actor)), *term]

        await self._decisions.carry(who, decide)
        return grant

    def _giver_of(
        self, who: Standing | None, room: RoomId | None, holder: AccountId
    ) -> AccountId | None:
        if who is None:
            return None
        require(who, Power.GRANT_GIVE, room, self._clock())
        require_other(who, holder)
        return who.account

    async def revoke(self, who: Standing | None, login: str, grant_id: str) -> None:
        """End a grant at once.

        Raises:
            NotSignedIn, NotAllowed: `who` may not, or the house would be without a chief editor.
            NotFound: The account has no such grant.
            Coded: OWN_INTEREST: nobody ends their own.
        """

        async def decide(giver: Standing | None) -> list[Append]:
            holder = await self.known(login)
            grants = () if holder is None else holder.grants
            ended = [grant for grant in grants if grant.grant_id == grant_id]
            if holder is None or not ended:
                raise NotFound("There is no such grant.")
            actor = self._giver_of(giver, ended[0].room, holder.account)
            successor = await self.holders.require_successor(holder.account, ended)
            revoked = PowersRevoked(holder.account, grant_id, actor)
            return [Append(PLATFORM, revoked, besides=successor)]

        await self._decisions.carry(who, decide)
