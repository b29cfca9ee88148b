"""What the verbs of keeping ask of the record besides `ports`."""

from typing import Protocol

from danmaku.domain.account import Bundle
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.keeping import Keeper
from danmaku.domain.petitions import EndedGrant, ProposalRow, RoomReport


class Keepers(Protocol):
    """Who keeps rooms, who would like to, and what they do with reports."""

    async def keepers(self, room: RoomId) -> list[Keeper]:
        """Grants of that room alone that were not revoked, oldest first; some may be over."""

    async def keeper(self, grant_id: str) -> Keeper | None:
        """One grant of a room, unless it was revoked."""

    async def ended_grant(self, seq: Seq) -> EndedGrant | None:
        """The grant of a room that this entry took back."""

    async def ended_grants(self, account: AccountId, *, limit: int = 20) -> list[EndedGrant]:
        """Grants of rooms that were taken back from an account, newest first."""

    async def proposal(self, proposal_id: str) -> ProposalRow | None:
        """One proposal."""

    async def proposals(
        self,
        *,
        bundle: Bundle,
        room: RoomId | None = None,
        account: AccountId | None = None,
        waiting: bool = True,
        limit: int = 100,
    ) -> list[ProposalRow]:
        """Proposals of a bundle, newest first; settled ones too unless `waiting`."""

    async def room_reports(self, room: RoomId, *, limit: int = 100) -> list[RoomReport]:
        """Reports about a room and its comments, newest first."""

    async def report(self, seq: Seq) -> RoomReport | None:
        """The report that this entry filed."""

    async def answers(self, room: RoomId, *, limit: int) -> list[tuple[Millis, Millis | None]]:
        """When the newest reports of a room were filed, and when answered."""

    async def hidden(self, room: RoomId) -> dict[str, int]:
        """How many comments the room's keepers have hidden, by category."""
