"""Telling who an account belongs to: on a request with its basis, agreed to by a second person.

Article: articles.Article.IDENTITY_PROTECTED
"""

from danmaku.actions.decisions import Decisions, Freshen
from danmaku.actions.drawn import new_id
from danmaku.actions.existing import account_called
from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import clean_text
from danmaku.domain.grants import require, require_other
from danmaku.domain.identity import Disclosure
from danmaku.domain.ids import PLATFORM, AccountId, Millis
from danmaku.domain.people_facts import DisclosureAgreed, DisclosureAsked, IdentityRead
from danmaku.domain.persons import Person
from danmaku.domain.times import DAY_MS
from danmaku.errors import BadMessage, Code, Coded, NotFound
from danmaku.ports import Accounts, Append, Clock, Record
from danmaku.vault_port import Vault

LIFE_DAYS = 7  # of a request; then it is asked anew
WORDS_MAX = 400  # code points of a purpose, and of a basis
REQUESTS_MAX = 100  # that wait, of all together


class Disclosures:
    """Requests, from asking to the one look that each is good for; each step is entered first."""

    def __init__(
        self,
        record: Record,
        accounts: Accounts,
        vault: Vault,
        *,
        freshen: Freshen,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._vault = vault
        self._decisions = Decisions(record, freshen)
        self._clock = clock

    async def ask(self, who: Standing | None, login: str, purpose: str, basis: str) -> Disclosure:
        """Ask to be told who an account belongs to.

        Raises:
            NotSignedIn, NotAllowed: `who` may not ask.
            NotFound: There is no such account.
            BadMessage: Purpose or basis are empty or too long.
            Coded: OWN_LIMIT: too many requests wait.
        """
        now_ms = self._clock()
        asker = require(who, Power.IDENTITY_ASK, None, now_ms)
        account = await account_called(self._accounts, login)
        if len(await self._vault.disclosures()) >= REQUESTS_MAX:
            raise Coded(Code.OWN_LIMIT, f"{REQUESTS_MAX} requests wait already.")
        request = Disclosure(
            request_id=new_id(),
            account=account,
            asker=asker.account,
            purpose=_words_of(purpose),
            basis=_words_of(basis),
            until_ms=Millis(now_ms + LIFE_DAYS * DAY_MS),
        )

        async def decide(standing: Standing | None) -> list[Append]:
            require(standing, Power.IDENTITY_ASK, None, self._clock())
            return [Append(PLATFORM, _question_of(request))]

        await self._decisions.carry(who, decide)
        await self._vault.put_disclosure(request)
        return request

    async def waiting(self, who: Standing | None) -> list[Disclosure]:
        """Requests: all for those who may agree to them, else one's own.

        Raises:
            NotSignedIn, NotAllowed: `who` may neither ask nor agree.
        """
        now_ms = self._clock()
        if who is not None and who.may(Power.IDENTITY_DISCLOSE, None, now_ms):
            return await self._vault.disclosures()
        asker = require(who, Power.IDENTITY_ASK, None, now_ms)
        return [one for one in await self._vault.disclosures() if one.asker == asker.account]

    async def agree(self, who: Standing | None, request_id: str) -> None:
        """Be the second person: neither who asks, nor who it is about, under any account of theirs.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            NotFound: There is no such request, its time is over, or somebody has agreed.
            Coded: OWN_INTEREST.
        """
        second = require(who, Power.IDENTITY_DISCLOSE, None, self._clock())
        request = await self._request(request_id)
        if request.second is not None:
            raise NotFound("Somebody else has agreed.")
        parties = {request.asker, request.account}
        for party in parties:
            require_other(second, party)
        if not parties.isdisjoint(await self._vault.accounts_like(second.account)):
            raise Coded(Code.OWN_INTEREST, "This is about another account of yours.")

        async def decide(standing: Standing | None) -> list[Append]:
            agrees = require(standing, Power.IDENTITY_DISCLOSE, None, self._clock())
            agreed = DisclosureAgreed(agrees.account, request.account, request_id)
            return [Append(PLATFORM, agreed)]

        await self._decisions.carry(who, decide)
        if not await self._vault.second_disclosure(request_id, second.account):
            raise NotFound("Somebody else has agreed, or it has been used.")

    async def read(self, who: Standing | None, request_id: str) -> list[Person]:
        """Look, once, on the strength of a request of one's own that a second person agreed to.

        The look is entered before anything is shown.

        Raises:
            NotSignedIn, NotAllowed: `who` may not.
            NotFound: One has no such request; or its time is over, or it was used.
            Coded: NOT_GRANTED: nobody has agreed so far.
        """
        request = await self._request(request_id)

        async def decide(standing: Standing | None) -> list[Append]:
            asker = require(standing, Power.IDENTITY_ASK, None, self._clock())
            return [Append(PLATFORM, _look_of(request, asker))]

        await self._decisions.carry(who, decide)
        if not await self._vault.take_disclosure(request_id):
            raise NotFound("This request has been used.")
        return await self._vault.persons(request.account)

    async def _request(self, request_id: str) -> Disclosure:
        for one in await self._vault.disclosures():
            if one.request_id == request_id:
                return one
        raise NotFound("There is no such request.")


def _question_of(request: Disclosure) -> DisclosureAsked:
    return DisclosureAsked(
        actor=request.asker,
        account=request.account,
        request_id=request.request_id,
        purpose=request.purpose,
        basis=request.basis,
    )


def _look_of(request: Disclosure, asker: Standing) -> IdentityRead:
    if request.asker != asker.account:
        raise NotFound("There is no such request of yours.")
    if request.second is None:
        raise Coded(Code.NOT_GRANTED, "A second person has to agree first.")
    return IdentityRead(
        actor=AccountId(asker.account),
        account=request.account,
        purpose=request.purpose,
        basis=request.basis,
        second=request.second,
        request_id=request.request_id,
    )


def _words_of(text: str) -> str:
    words = clean_text(text)
    if not 1 <= len(words) <= WORDS_MAX:
        raise BadMessage(f"Purpose and basis have 1 to {WORDS_MAX} characters each.")
    return words
