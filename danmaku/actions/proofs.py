"""Who people are, joined once for all doors: verifying, disclosing, signing in from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from danmaku.actions.accounts import People
from danmaku.actions.disclosures import Disclosures
from danmaku.actions.identities import Identities
from danmaku.actions.outside import Outside
from danmaku.actions.providers import Provider
from danmaku.actions.verifiers import Verifiers
from danmaku.config import IdentitySettings
from danmaku.ports import Accounts, Clock, Record
from danmaku.vault_port import Vault


class Store(Accounts, Protocol):
    """What knows accounts, with the vault beside it."""

    @property
    def vault(self) -> Vault:
        """The vault."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services outside that a house asks who people are."""

    verifiers: Verifiers
    providers: Sequence[Provider]

    @classmethod
    def chosen(cls, settings: IdentitySettings, clock: Clock) -> Self:
        """Those of the settings.

        Raises:
            OSError: A key or a secret cannot be read.
            ValueError: A key is too short, an address not https, or a role leads to no bundle.
        """
        providers = [Provider(each, clock) for each in settings.providers]
        return cls(Verifiers.chosen(settings, clock), providers)

    async def close(self) -> None:
        """Let the connections go."""
        await self.verifiers.close()
        for provider in self.providers:
            await provider.close()


@dataclass(frozen=True, slots=True)
class Proofs:
    """See the module."""

    identities: Identities
    disclosures: Disclosures
    outside: Outside
    vault: Vault

    @classmethod
    def over(  # noqa: PLR0913 -- each is one of the house's parts
        cls,
        record: Record,
        store: Store,
        services: Services,
        *,
        people: People,
        clock: Clock,
        settings: IdentitySettings,
        sandbox: bool,
    ) -> Self:
        """Join the verbs; `people` take tokens of the providers from here on."""
        freshen = people.standings.freshen
        identities = Identities(
            record,
            store,
            store.vault,
            verifiers=services.verifiers,
            freshen=freshen,
            clock=clock,
            settings=settings,
            sandbox=sandbox,
        )
        disclosures = Disclosures(record, store, store.vault, freshen=freshen, clock=clock)
        outside = Outside(
            services.providers, record, people=people, identities=identities, clock=clock
        )
        people.take_bearers(outside.bearer)
        return cls(identities, disclosures, outside, store.vault)
