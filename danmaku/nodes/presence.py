"""How many are in each room, over all nodes: what the others said lately, added up.

Nobody counts with this: it is told to viewers, and it decides nothing.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from danmaku.domain.ids import RoomId

CHUNK_ROOMS = 500  # in one message
ROOMS_MAX = 200_000  # of all other nodes together; more are not counted


class Presence:
    """What the other nodes said. Times are seconds of one clock; lives on the loop's thread.

    Args:
        believed_s: So long a count is good.
    """

    def __init__(self, believed_s: float) -> None:
        self._believed_s = believed_s
        self._seen: dict[str, float] = {}  # node -> when it was heard of last
        self._counts: dict[tuple[RoomId, str], tuple[int, float]] = {}  # least lately told first
        self._sums: dict[RoomId, int] = {}

    def note(self, node: str, counts: Mapping[RoomId, int], now_s: float) -> set[RoomId]:
        """Take what a node says of itself; 0 means that everybody has left.

        Returns:
            Rooms whose sum has changed.
        """
        self._seen[node] = now_s
        changed: set[RoomId] = set()
        for room, count in counts.items():
            former, _ = self._counts.pop((room, node), (0, 0.0))
            if count > 0 and len(self._counts) < ROOMS_MAX:
                self._counts[room, node] = (count, now_s)
            else:
                count = 0  # noqa: PLW2901 -- nothing is counted of it
            if self._add(room, count - former):
                changed.add(room)
        return changed

    def forget(self, now_s: float) -> set[RoomId]:
        """Drop what is too old, and nodes that say nothing any more.

        Returns:
            Rooms whose sum has changed.
        """
        limit_s = now_s - self._believed_s
        for node in [node for node, at_s in self._seen.items() if at_s < limit_s]:
            del self._seen[node]
        changed: set[RoomId] = set()
        while self._counts:
            key = next(iter(self._counts))
            count, at_s = self._counts[key]
            if at_s >= limit_s:
                break
            del self._counts[key]
            self._add(key[0], -count)
            changed.add(key[0])
        return changed

    def elsewhere(self, room: RoomId) -> int:
        """How many the others have in a room."""
        return self._sums.get(room, 0)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The others that were heard of lately."""
        return tuple(self._seen)

    def _add(self, room: RoomId, difference: int) -> bool:
        total = self._sums.get(room, 0) + difference
        if total > 0:
            self._sums[room] = total
        else:
            self._sums.pop(room, None)
        return difference != 0


def chunks(counts: Mapping[RoomId, int], told: Mapping[RoomId, int]) -> Iterator[dict[RoomId, int]]:
    """What to say: rooms with viewers, and those that had some when it was `told` last.

    At least one, if empty: it also says that this node is there.
    """
    items = iter((dict.fromkeys(told, 0) | dict(counts)).items())
    yield dict(islice(items, CHUNK_ROOMS))
    while chunk := dict(islice(items, CHUNK_ROOMS)):
        yield chunk
