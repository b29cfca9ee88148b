"""What the verbs of cases ask of the record besides `ports`."""

from collections.abc import Sequence
from typing import Protocol

from danmaku.domain.case_lists import QUEUE_PAGE, Backlog, CaseFilter, FiledCase, Glimpse
from danmaku.domain.cases import Case, CaseKind, CaseOutcome, Desk, Subject, Terms
from danmaku.domain.facts import Entry
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq


class CaseBook(Protocol):
    """Every case there ever was."""

    async def case(self, case_id: str) -> Case | None:
        """One case."""

    async def cases(
        self,
        wanted: CaseFilter,
        now_ms: Millis,
        *,
        after: tuple[int, str] | None = None,
        limit: int = QUEUE_PAGE,
    ) -> list[Case]:
        """Open cases in the order of the queue; `after` the rank and id of the last one seen."""

    async def ended_cases(
        self,
        wanted: CaseFilter,
        *,
        before: tuple[Millis, str] | None = None,
        limit: int = QUEUE_PAGE,
    ) -> list[Case]:
        """Cases that ended, newest first; whose they are and whether they are late says nothing."""

    async def next_cases(
        self,
        desks: frozenset[Desk],
        now_ms: Millis,
        *,
        kinds: frozenset[CaseKind] = frozenset(),
        after: tuple[int, str] | None = None,
        limit: int,
    ) -> list[Case]:
        """Cases that wait at these desks and that nobody works on, first of the queue first.

        Of some kinds; none: of all.
        """

    async def cases_on(self, subject: Subject, against: AccountId | None) -> list[Case]:
        """Every case on a subject, oldest first."""

    async def has_filed(self, case_id: str, account: AccountId) -> bool:
        """Whether an account is among those who filed a case."""

    async def filers(self, case_id: str, *, limit: int) -> list[AccountId]:
        """Accounts that filed a case, oldest first, each once."""

    async def filings(self, case_id: str, *, limit: int) -> list[Entry]:
        """What they wrote: entries of the platform's chain, oldest first."""

    async def filed(self, receipt: str) -> FiledCase | None:
        """What a receipt is for."""

    async def filed_by(
        self, account: AccountId, *, before: Seq | None = None, limit: int = QUEUE_PAGE
    ) -> list[FiledCase]:
        """What an account has filed, newest first; `before` the seq of a filing."""

    async def filed_on(
        self, account: AccountId, kind: CaseKind, subject: Subject, against: AccountId | None
    ) -> FiledCase | None:
        """What an account has filed of that kind on a subject, while its case is open."""

    async def waiting_count(self, account: AccountId) -> int:
        """How many open cases an account has filed."""

    async def outcomes_of(
        self, accounts: Sequence[AccountId], *, limit: int
    ) -> dict[AccountId, list[CaseOutcome]]:
        """What the platform decided on the newest reports of each: at most so many, newest first.

        What the keepers of a room answered is not among them.
        """

    async def turned_ms(self, case_ids: Sequence[str]) -> dict[str, Millis]:
        """When each was last claimed, given back or passed on, where it ever was."""

    async def judged(self, room: RoomId, origin: Seq) -> Entry | None:
        """The entry that says the last word on a comment's content, and the comment with it."""

    async def glimpses(self, cases: Sequence[Case]) -> dict[str, Glimpse]:
        """What those of the cases that are about comments show of them, by case; at once."""

    async def backlog(self, terms: Terms, now_ms: Millis) -> Backlog:
        """What waits for the platform, counted."""
