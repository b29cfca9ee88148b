"""What the verbs ask of the place where personal data lies, apart from all that chains hold.

Any method may raise `StoreDown` when that place cannot be reached.
"""

from typing import Protocol

from danmaku.domain.identity import Disclosure, Kept
from danmaku.domain.ids import AccountId
from danmaku.domain.persons import Person
from danmaku.domain.phone_codes import Expected


class Vault(Protocol):
    """Who accounts belong to. Nothing of it is part of any chain, and none of it is cached."""

    async def keep(self, account: AccountId, person: Person, *, accounts_max: int) -> Kept:
        """Seal what a verification found out, in place of what one of that strength found before.

        Args:
            account: Whose owner it is.
            person: Who that is.
            accounts_max: How many accounts one person may have.
        """

    async def persons(self, account: AccountId) -> list[Person]:
        """All that is known; the caller has entered this look already."""

    async def forget(self, account: AccountId) -> None:
        """Destroy what is known, unless a legal hold names the account; the barred stay barred."""

    async def keep_out(self, account: AccountId, fingerprint_id: str) -> list[str]:
        """Keep the fingerprints of an account's owner; they bar once a measure stands behind them.

        Returns:
            The ids under which they lie: the one that was handed in, those of an earlier time, or
            both; none if nothing is known of the owner.
        """

    async def accounts_like(self, account: AccountId) -> list[AccountId]:
        """Other accounts of the same owner."""

    async def expect_code(self, account: AccountId, expected: Expected) -> None:
        """Seal the code that an account shall type; whatever was expected before is not."""

    async def drop_code(self, account: AccountId, code: str) -> None:
        """Forget a code that was not sent after all; one that was asked for since stays."""

    async def try_code(self, account: AccountId, code: str) -> str | None:
        """The phone that the right code was sent to; it is used up. As `phone_codes.judged`."""

    async def put_disclosure(self, request: Disclosure) -> None:
        """Seal a request."""

    async def second_disclosure(self, request_id: str, second: AccountId) -> bool:
        """Note who agrees to a request; False: it is used up or over, or somebody has agreed."""

    async def disclosures(self) -> list[Disclosure]:
        """Requests whose time is not over, newest first."""

    async def take_disclosure(self, request_id: str) -> bool:
        """Use up a request; False: somebody has already."""

    async def rotate(self) -> int:
        """Seal everything anew with another key, and wrap that with another master key.

        Returns:
            How many persons were sealed anew.

        Raises:
            Broken: The key file does not open the vault; nothing was changed.
        """
