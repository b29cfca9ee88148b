"""Barring a person: under every account of theirs, and against coming back under a new one.

The bar is one measure; each other account of the same person gets one of its own beside it, named
after the first, so that it is told and can appeal as well. Undoing any of them undoes all.

Article: articles.Article.BLACKLIST, articles.Article.NO_RETURN
"""

from collections.abc import Callable
from dataclasses import replace

from danmaku.actions.standings import Standings
from danmaku.domain.account import Standing
from danmaku.domain.grants import require_other
from danmaku.domain.ids import PLATFORM, AccountId
from danmaku.domain.measures import Step
from danmaku.domain.people_facts import IdentityBarred, MeasureReversed, MeasureTaken
from danmaku.errors import Code, Coded, NotAllowed
from danmaku.ports import Append, Clock, MeasureRow, Registry
from danmaku.vault_port import Vault

_GROUNDS = (Step.SUSPEND, Step.FORBID)
BESIDE = "-"  # stands in no id that is drawn: `m-1` is what came beside the measure `m`


class Barring:
    """See the module."""

    def __init__(
        self,
        registry: Registry,
        vault: Vault,
        *,
        standings: Standings,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._registry = registry
        self._vault = vault
        self._standings = standings
        self._clock = clock
        self._new_id = new_id

    async def of(self, who: Standing | None, taken: MeasureTaken) -> list[Append]:
        """All that is entered with a bar; `taken` is the measure against the one account.

        Raises:
            NotAllowed: Nobody else has suspended the account before.
            Coded: DUPLICATE: the person is barred already; OWN_INTEREST: it is `who`.
        """
        account = taken.account
        assert account is not None  # a bar is against somebody
        taken = replace(taken, second=await self._second(who, account))
        accounts = [account, *await self._others(who, account)]
        first = taken.measure.measure_id
        facts: list[MeasureTaken | IdentityBarred] = [taken]
        for place, other in enumerate(accounts[1:], start=1):
            beside = replace(taken.measure, measure_id=f"{first}{BESIDE}{place}")
            facts.append(replace(taken, measure=beside, account=other))
        facts += await self._bars(first, accounts)
        return [Append(PLATFORM, fact) for fact in facts]

    async def undone(self, who: Standing | None, row: MeasureRow, reason: str) -> list[Append]:
        """All that is entered when a bar is undone, by any of its measures.

        Raises:
            Coded: OWN_INTEREST: one of the accounts is that of `who`.
        """
        actor = None if who is None else who.account
        undone: list[Append] = []
        for one in await self._whole(row):
            account, measure_id = one.fact.account, one.fact.measure.measure_id
            if who is not None and account is not None:
                require_other(who, account)
            undone.append(Append(PLATFORM, MeasureReversed(measure_id, account, actor, reason)))
        return undone

    async def _second(self, who: Standing | None, account: AccountId) -> AccountId:
        """Who else stands behind a bar: whoever has suspended the account before."""
        actor, now_ms = None if who is None else who.account, self._clock()
        in_force = [
            row.fact
            for row in await self._registry.measures(account=account, steps=_GROUNDS)
            if not row.is_reversed and row.fact.measure.binds(now_ms)
        ]
        if any(fact.measure.step is Step.FORBID for fact in in_force):
            raise Coded(Code.DUPLICATE, "This person is barred already.")
        same = set[AccountId]() if actor is None else set(await self._vault.accounts_like(actor))
        for fact in in_force:
            is_ground = fact.measure.step is Step.SUSPEND and fact.measure.room is None
            if is_ground and fact.actor is not None and fact.actor not in {actor, *same}:
                return fact.actor
        raise NotAllowed("Somebody else has to suspend this account first.")

    async def _others(self, who: Standing | None, account: AccountId) -> list[AccountId]:
        """Further accounts of the same person that no bar is on."""
        others = []
        for other in await self._vault.accounts_like(account):
            if who is not None:
                require_other(who, other)
            standing = await self._standings.of(other)
            if standing is not None and not any(
                one.step is Step.FORBID for one in standing.measures
            ):
                others.append(other)
        return others

    async def _bars(self, measure_id: str, accounts: list[AccountId]) -> list[IdentityBarred]:
        owners: dict[str, AccountId] = {}
        for account in accounts:
            for fingerprint in await self._vault.keep_out(account, self._new_id()):
                owners.setdefault(fingerprint, account)
        return [
            IdentityBarred(fingerprint, account, measure_id)
            for fingerprint, account in owners.items()
        ]

    async def _whole(self, row: MeasureRow) -> list[MeasureRow]:
        """A bar and all that came beside it, as far as none is undone; `row` is one of them."""
        first = row.fact.measure.measure_id.partition(BESIDE)[0]
        rows = [await self._registry.measure(first)]
        while rows[-1] is not None:
            rows.append(await self._registry.measure(f"{first}{BESIDE}{len(rows)}"))
        return [one for one in rows if one is not None and not one.is_reversed]
