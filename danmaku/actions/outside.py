"""Signing in with a site's own identity provider, and the tokens of it that players bring.

One person there is one account here. What the provider says of roles and of who was verified is
taken over each time it says it.

Article: articles.Article.REAL_IDENTITY
"""

import base64
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from danmaku.actions.accounts import People
from danmaku.actions.begun import Begun, nonce_of, verifier_of
from danmaku.actions.drawn import new_id, new_mark
from danmaku.actions.identities import Identities
from danmaku.actions.providers import Claims, Provider
from danmaku.domain.account import NAME_MAX, PowerGrant, Standing
from danmaku.domain.facts import PowersGranted, PowersRevoked
from danmaku.domain.identity import Strength
from danmaku.domain.ids import PLATFORM, Millis
from danmaku.domain.name_judging import Given
from danmaku.domain.naming import Surface, neutral_of
from danmaku.errors import BadMessage, Code, Coded, NotFound, NotSignedIn
from danmaku.ports import Append, Clock, Record

BEGUN_MS = 600_000  # a sign-in ends within so long


class Outside:
    """The providers of a house.

    Args:
        providers: Those of the settings.
        record: Where roles are entered.
        people: Who is who.
        identities: Told of those whom a provider has verified.
        clock: The time.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        record: Record,
        *,
        people: People,
        identities: Identities,
        clock: Clock,
    ) -> None:
        self._providers = {provider.name: provider for provider in providers}
        self._record = record
        self._people = people
        self._identities = identities
        self._clock = clock

    @property
    def offers(self) -> list[tuple[str, str]]:
        """Name and title of each provider."""
        return [(each.name, each.title) for each in self._providers.values()]

    async def begin(self, name: str, *, browser: str, back: str, next: str) -> str:  # noqa: A002 -- as the form's field
        """Begin a sign-in; gives the provider's address to send the browser to.

        Args:
            name: Which provider.
            browser: A secret of this browser: nobody else can end the sign-in.
            back: The address where the provider sends the browser back to.
            next: Where to go on to.

        Raises:
            NotFound: There is no such provider.
            Overloaded: It does not answer.
        """
        if (provider := self._providers.get(name)) is None:
            raise NotFound("There is no such provider.")
        until_ms = Millis(self._clock() + BEGUN_MS)
        state = Begun(name, back, next, until_ms, salt=new_id()).state(browser)
        digest = sha256(verifier_of(state, browser).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        nonce = nonce_of(state, browser)
        return await provider.address(back=back, state=state, nonce=nonce, challenge=challenge)

    async def finish(
        self, name: str, *, browser: str, state: str, code: str
    ) -> tuple[Standing, str]:
        """End a sign-in that the provider agreed to; gives who it is, and where to go on to.

        Raises:
            NotSignedIn: It was not begun in this browser, is over, or the provider does not agree.
            Overloaded: The provider does not answer.
        """
        begun = Begun.brought(state, browser)
        provider = self._providers.get(name)
        is_in_time = 0 < begun.until_ms - self._clock() <= BEGUN_MS  # by a clock set back, neither
        if provider is None or begun.provider != name or not is_in_time:
            raise NotSignedIn("This sign-in is over; begin again.")
        claims = await provider.redeem(
            code,
            back=begun.back,
            verifier=verifier_of(state, browser),
            nonce=nonce_of(state, browser),
        )
        return await self._account_of(provider, claims), begun.next

    async def bearer(self, token: str) -> Standing:
        """Whose token a player brings.

        Raises:
            NotSignedIn: It is of no provider, does not count, or its owner has signed out since.
            Overloaded: The provider does not tell its keys.
        """
        for provider in self._providers.values():
            if provider.takes_bearers and provider.signed(token):
                claims = await provider.bearer(token)
                who = await self._account_of(provider, claims)
                await self._people.sessions.require_later(who.account, claims.issued_ms)
                return replace(who, token_room=claims.room)
        raise NotSignedIn("The token is not valid.")

    # --- from claims to an account

    async def _account_of(self, provider: Provider, claims: Claims) -> Standing:
        # Logins compare without case and subjects do not: the digest keeps two of them apart.
        digest = sha256(claims.subject.encode()).hexdigest()[:32]
        login = f"@{provider.name}:{digest}"
        who = await self._people.known(login)
        if who is None:
            who = await self._people.add_once(login, await self._name_of(claims))
        if claims.is_verified and _would_gain(who, self._clock()):
            # Who is barred, or has an account already, still signs in: to read, and to appeal.
            with contextlib.suppress(Coded):
                await self._identities.believe_claim(
                    who, issuer=claims.issuer, subject=claims.subject
                )
        if claims.roles is not None:
            await self._take_over_roles(provider.name, who, claims)
        return await self._people.standings.freshen(who)

    async def _name_of(self, claims: Claims) -> str | Given:
        """The public name: theirs, or a neutral one where they have none or none that can stand."""
        try:
            return await self._people.naming.given(Surface.NAME, claims.name[:NAME_MAX], None)
        except BadMessage:
            return neutral_of(Surface.NAME, new_mark())

    async def _take_over_roles(self, provider: str, who: Standing, claims: Claims) -> None:
        """Give and end those grants alone that come from this provider."""
        assert claims.roles is not None
        mark = f"{provider}-"  # no grant of ours has a hyphen in its id
        held = [grant for grant in who.grants if grant.grant_id.startswith(mark)]
        over = [grant for grant in held if grant.bundle not in claims.roles]
        appends = [
            Append(PLATFORM, PowersRevoked(who.account, grant.grant_id, None)) for grant in over
        ]
        for bundle in sorted(claims.roles - {grant.bundle for grant in held}):
            grant = PowerGrant(f"{mark}{new_id()}", bundle, room=None, until_ms=None)
            try:
                term = await self._people.holders.begin_term(who.account, bundle)
            except Coded as refused:
                if refused.code is not Code.NOT_VERIFIED:
                    raise
                continue  # powers come with the first sign-in after a verification
            appends += [Append(PLATFORM, PowersGranted(grant, who.account, None)), *term]
        if appends:
            await self._record.commit(*appends)


def _would_gain(who: Standing, now_ms: Millis) -> bool:
    """Whether a provider's word is worth more than what is known."""
    return who.identity is None or not who.identity.holds(now_ms, Strength.CLAIM)
