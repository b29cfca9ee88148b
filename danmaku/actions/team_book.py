"""What the verbs about the staff ask of the record besides `ports`."""

from collections.abc import Collection
from typing import Protocol

from danmaku.domain.anomalies import StaffAct
from danmaku.domain.ids import AccountId, Millis, Seq
from danmaku.domain.recheck import Cursor, Draw, Recheck
from danmaku.domain.roster import Load
from danmaku.domain.training import QuestionSet, Trained


class TeamBook(Protocol):
    """Tests, duty, load and second looks of the staff."""

    async def questions(self) -> QuestionSet | None:
        """The newest question set with its right answers; None: none was ever issued."""

    async def trained(self, account: AccountId) -> Trained:
        """How somebody stands with the test."""

    async def on_duty(self, now_ms: Millis) -> int:
        """How many are on duty."""

    async def open_rooms(self) -> int:
        """How many rooms are not closed for good. Cost: reads the state of each."""

    async def loads(self, now_ms: Millis) -> list[Load]:
        """All who may decide cases on the platform, by login, with what they have done."""

    async def cursor(self) -> Cursor:
        """How far decisions were looked through."""

    async def drawn_since(
        self, cursor: Cursor, upto_ms: Millis, *, permille: int, limit: int
    ) -> Draw:
        """Of what the staff have decided about comments since, up to a moment, what is drawn.

        Args:
            cursor: Where to go on.
            upto_ms: Up to when.
            permille: As `recheck.is_drawn`.
            limit: How many decisions are looked through, of each kind.
        """

    async def waiting(self, since_ms: Millis, *, limit: int) -> list[Recheck]:
        """Second looks that nobody has taken, drawn from then on, oldest first."""

    async def recheck(self, recheck: Seq) -> Recheck | None:
        """One second look."""

    async def looked_again(self) -> list[tuple[str, AccountId, bool, int]]:
        """Second looks, counted by category, by who decided first, and by whether both agree."""

    async def acts(self, since_ms: Millis) -> list[StaffAct]:
        """What the staff have decided since, in the order of time; the newest, if too many."""

    async def logins(self, accounts: Collection[AccountId]) -> dict[AccountId, str]:
        """Sign-in names."""
