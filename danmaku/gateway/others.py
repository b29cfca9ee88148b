"""What this node knows of the other nodes."""

from collections.abc import Callable
from dataclasses import dataclass

from danmaku.domain.ids import RoomId


@dataclass(frozen=True, slots=True)
class Others:
    """The other nodes; alone, a node knows of none.

    Attributes:
        viewers: How many they have in a room.
        is_in_step: Whether this node knows what they have written.
    """

    viewers: Callable[[RoomId], int] = lambda _room: 0
    is_in_step: Callable[[], bool] = lambda: True


ALONE = Others()
