"""What is asked of the tables of endpoints: how far each was told, and what comes next."""

from collections.abc import Sequence
from typing import Protocol

from danmaku.domain.deliveries import EndpointRow, Stretch, Try, Turn
from danmaku.domain.endpoints import EndpointSet
from danmaku.domain.ids import Millis, RoomId, Seq


class EndpointBook(Protocol):
    """What the record and the tables beside it say of endpoints."""

    async def endpoints(self) -> list[EndpointRow]:
        """All that were not removed, in the order of their ids."""

    async def prepare(self, endpoint: EndpointSet, secret: bytes) -> None:
        """Keep the secret of a new one; it is told of what is written from here on."""

    async def secrets(self, endpoint_id: str, now_ms: Millis) -> list[bytes]:
        """Those that sign now, the newest first.

        Raises:
            Broken: This node cannot open the vault.
        """

    async def rotate(self, endpoint_id: str, secret: bytes, now_ms: Millis) -> None:
        """Sign with another secret, and for a day with the one before it, too."""

    async def forget(self, endpoint_id: str) -> None:
        """Destroy its secret, its places and its tries."""

    async def forget_removed(self) -> None:
        """The same, of all that were removed."""

    async def begin_anew(self, endpoint_id: str) -> None:
        """Forget how its tries failed: the next one is now."""

    async def go_back(self, endpoint: EndpointSet, since_ms: Millis) -> int:
        """Put its places before what was written since then; gives how many chains that concerns.

        Cost: a few look-ups for each chain that was written to since.
        """

    async def turn(self, endpoint_id: str) -> Turn | None:
        """How its turn stands; None: it was forgotten."""

    async def take(
        self, endpoint_id: str, node: str, *, now_ms: Millis, until_ms: Millis
    ) -> Turn | None:
        """Tell it from this node until then; None: another one does."""

    async def release(self, node: str) -> None:
        """Let others tell what this node told."""

    async def due(self, endpoint: EndpointSet, *, after: RoomId, limit: int) -> list[Stretch]:
        """What it has to be told next of chains after that one, in the order of their ids.

        Not of all of them at once: who asks again after the last one gets the others.
        """

    async def note(
        self,
        endpoint_id: str,
        turn: Turn,
        places: Sequence[tuple[RoomId, Seq]],
        tries: Sequence[Try],
    ) -> bool:
        """Write down how far it was told and how that went; False: the turn is another node's."""

    async def note_tries(self, endpoint_id: str, tries: Sequence[Try]) -> None:
        """Write down tries of what stands in no chain."""

    async def tries(self, endpoint_id: str, *, limit: int) -> list[Try]:
        """Its last tries, newest first."""
