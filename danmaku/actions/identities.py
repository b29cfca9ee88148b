"""Verifying who somebody is by law, and what follows. Names and numbers stay in the vault.

Article: articles.Article.REAL_IDENTITY, articles.Article.FOUNDERS_VERIFIED
"""

import secrets
from enum import StrEnum

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.verifiers import Verifiers
from danmaku.config import IdentitySettings
from danmaku.domain.account import Bundle, Standing
from danmaku.domain.identity import Identity, Kept, Strength
from danmaku.domain.ids import PLATFORM, AccountId, Millis
from danmaku.domain.pacing import TokenBuckets
from danmaku.domain.people_facts import (
    IdentityEnded,
    IdentityRead,
    IdentityVerified,
)
from danmaku.domain.persons import Person, citizen_number_of, legal_name_of, phone_of
from danmaku.domain.phone_codes import CODE_DIGITS, LIFE_MS, CodePacing, Expected
from danmaku.domain.times import DAY_MS, day_of
from danmaku.errors import Code, Coded, NotFound, Overloaded
from danmaku.ports import Accounts, Append, Clock, Record
from danmaku.vault_port import Vault

DOCUMENTS_PER_S, DOCUMENTS_BURST = 1 / 600, 3  # tries of one account: a service asks for its pay
OWN_REQUEST = "own data"  # purpose of a look that the person asked for


class Method(StrEnum):
    """The ways of verifying."""

    PHONE = "phone"
    DOCUMENT = "document"
    CLAIM = "claim"
    SANDBOX = "sandbox"  # believes everybody; in the demo alone


class Identities:
    """How accounts come to be verified.

    Args:
        record: Where it is entered.
        accounts: Who is who.
        vault: Where persons are sealed.
        verifiers: The services outside.
        freshen: The standing of now.
        clock: The time.
        settings: Terms and bounds.
        sandbox: Whether everybody is believed.
    """

    def __init__(  # noqa: PLR0913 -- the parts of the house that it joins
        self,
        record: Record,
        accounts: Accounts,
        vault: Vault,
        *,
        verifiers: Verifiers,
        freshen: Freshen,
        clock: Clock,
        settings: IdentitySettings,
        sandbox: bool = False,
    ) -> None:
        self._record = record
        self._accounts = accounts
        self._vault = vault
        self._verifiers = verifiers
        self._decisions = Decisions(record, freshen)
        self._clock = clock
        self._settings = settings
        self._pacing = CodePacing()
        self._document_tries = TokenBuckets(DOCUMENTS_PER_S, DOCUMENTS_BURST)
        offered = {
            Method.PHONE: verifiers.phones is not None,
            Method.DOCUMENT: verifiers.documents is not None,
            Method.SANDBOX: sandbox,
        }
        self.methods = tuple(method for method, is_there in offered.items() if is_there)

    # --- verifying

    async def send_code(self, who: Standing, phone: str) -> None:
        """Send a code to a phone that somebody says is theirs.

        Raises:
            NotFound: This house sends no codes.
            BadMessage: It is no number of a mobile phone.
            TooFast: Too many codes were asked for.
            Overloaded: It may not have been sent; no code is expected.
        """
        self._require(Method.PHONE)
        number = phone_of(phone, self._settings.phone_region)
        code = str(secrets.randbelow(10**CODE_DIGITS)).zfill(CODE_DIGITS)
        now_ms = self._clock()
        self._pacing.take(who.account, number, now_ms)
        expected = Expected(code, number, Millis(now_ms + LIFE_MS))
        await self._vault.expect_code(who.account, expected)
        try:
            await self._verifiers.send_code(number, code)
        except Overloaded:
            await self._vault.drop_code(who.account, code)
            raise

    async def confirm_code(self, who: Standing, code: str) -> None:
        """Verify by the code that was sent.

        Raises:
            Coded: NOT_VERIFIED: it is not the right one, or is over; or as `_verify`.
        """
        phone = await self._vault.try_code(who.account, code)
        if phone is None:
            raise Coded(Code.NOT_VERIFIED, "This is not the code, or it is over; ask for another.")
        await self._verify(who, Person(Strength.PHONE, phone), Method.PHONE)

    async def confirm_document(self, who: Standing, legal_name: str, number: str) -> None:
        """Verify by a name and a number as they stand in one document.

        Raises:
            NotFound: This house asks for no documents.
            BadMessage: One of them cannot be.
            TooFast: Too many tries.
            Overloaded: Nobody knows now; nothing was verified.
            Coded: NOT_VERIFIED: they do not belong together; or as `_verify`.
        """
        self._require(Method.DOCUMENT)
        now_ms = self._clock()
        today = day_of(now_ms)
        number = citizen_number_of(number, today)
        person = Person(Strength.DOCUMENT, number, legal_name_of(legal_name))
        self._document_tries.take(who.account, now_ms)
        if not await self._verifiers.knows(person):
            raise Coded(Code.NOT_VERIFIED, "This name and this number are not of one document.")
        await self._verify(who, person, Method.DOCUMENT)

    async def believe_claim(self, who: Standing, *, issuer: str, subject: str) -> None:
        """Verify by the word of an identity provider, whose signature was checked.

        Raises:
            Coded: As `_verify`.
        """
        await self._verify(who, Person(Strength.CLAIM, f"{issuer} {subject}"), Method.CLAIM)

    async def pass_sandbox(self, who: Standing) -> None:
        """Believe somebody without a look, in the demo.

        Raises:
            NotFound: This is no demo.
        """
        self._require(Method.SANDBOX)
        person = Person(Strength.DOCUMENT, f"sandbox {who.account}")
        await self._verify(who, person, Method.SANDBOX)

    def _require(self, method: Method) -> None:
        if method not in self.methods:
            raise NotFound("This server does not verify in that way.")

    async def _verify(self, who: Standing, person: Person, method: Method) -> None:
        """Seal a person, and enter that there is one.

        Raises:
            Coded: IDENTITY_BARRED; DUPLICATE: the person has as many accounts as one may have; or
                ACCOUNT_SUSPENDED: it was given up, and nothing more is to be known of its owner.
        """
        if who.is_closed:
            raise Coded(Code.ACCOUNT_SUSPENDED, "This account is closed.")
        accounts_max = self._settings.accounts_of_one_max
        match await self._vault.keep(who.account, person, accounts_max=accounts_max):
            case Kept.BARRED:
                raise Coded(Code.IDENTITY_BARRED, "This person may not come back.")
            case Kept.TAKEN:
                raise Coded(Code.DUPLICATE, "This person has as many accounts as one may have.")
            case Kept.KEPT:
                pass

        async def decide(standing: Standing | None) -> list[Append]:
            assert standing is not None
            now_ms = self._clock()
            if _is_better(standing.identity, person.strength, now_ms):
                return []
            until_ms = self.term(standing, now_ms)
            fact = IdentityVerified(who.account, method.value, person.strength, until_ms)
            return [Append(PLATFORM, fact)]

        await self._decisions.carry(who, decide)

    def term(self, who: Standing, now_ms: Millis) -> Millis | None:
        """Until when a verification of now is good: for holders of powers a term, else for good."""
        if not any(grant.bundle is not Bundle.VIEWER for grant in who.grants):
            return None
        return Millis(now_ms + self._settings.renewal_days * DAY_MS)

    # --- ending

    async def end(self, account: AccountId, *, actor: AccountId | None, reason: str) -> None:
        """Void a verification; powers wait for the next one. The sealed person stays.

        Raises:
            NotFound: There is no such account.
        """
        standing = await self._accounts.standing(account)
        if standing is None:
            raise NotFound("There is no such account.")

        async def decide(ended: Standing | None) -> list[Append]:
            assert ended is not None
            return [Append(PLATFORM, IdentityEnded(ended.account, actor, reason))]

        await self._decisions.carry(standing, decide)

    async def forget(self, account: AccountId) -> None:
        """Destroy what the vault holds of an account that was given up; the barred stay barred."""
        await self._vault.forget(account)

    async def own(self, who: Standing) -> list[Person]:
        """What is known of oneself; the look is entered like any other."""
        fact = IdentityRead(who.account, who.account, OWN_REQUEST, OWN_REQUEST)
        await self._record.commit(Append(PLATFORM, fact))
        return await self._vault.persons(who.account)


def _is_better(known: Identity | None, strength: Strength, now_ms: Millis) -> bool:
    """Whether what is known already is worth more than that."""
    return known is not None and known.holds(now_ms) and known.strength.rank > strength.rank
