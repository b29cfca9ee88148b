"""How far a recall has reached: every other node says when it shows nothing of it any more."""

from collections.abc import Iterable

from danmaku.domain.ids import RoomId, Seq

WAITING_MAX = 1_000  # recalls at one time; of more nothing is measured

Place = tuple[RoomId, Seq]


class Recalls:
    """Recalls written here that others have not applied so far. Times are seconds of one clock.

    Args:
        patience_s: After that a node is missing.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._waiting: dict[Place, tuple[float, set[str]]] = {}  # oldest first

    def begin(self, place: Place, nodes: Iterable[str], now_s: float) -> None:
        """A recall is recorded; these nodes are to apply it."""
        missing = set(nodes)
        if missing and len(self._waiting) < WAITING_MAX:
            self._waiting[place] = (now_s, missing)

    def applied(self, place: Place, node: str, now_s: float) -> float | None:
        """A node has applied it: after how many seconds; None if nobody waits for that."""
        begun_s, missing = self._waiting.get(place, (now_s, set()))
        if node not in missing:
            return None
        missing.discard(node)
        if not missing:
            del self._waiting[place]
        return now_s - begun_s

    def missed(self, now_s: float) -> list[tuple[Place, set[str]]]:
        """Those that took too long, once each, and the nodes that have not said anything."""
        late = [
            (place, missing)
            for place, (begun_s, missing) in self._waiting.items()
            if now_s - begun_s > self._patience_s
        ]
        for place, _ in late:
            del self._waiting[place]
        return late
