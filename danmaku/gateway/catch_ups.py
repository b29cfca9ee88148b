"""Frames for viewers who lack the same: in a storm of returns many do, and one is made for all.

Belongs to the event loop's thread.
"""

from danmaku.domain.ids import Seq
from danmaku.gateway.dialects.outward import Op, Outward, frame_in
from danmaku.gateway.ring import Ring

KEPT_MAX = 16
CHUNK_ENTRIES = 512  # of the ring, in one frame to one viewer

_Lack = tuple[Outward, bool, Seq, Seq]


class CatchUps:
    """See the module.

    Args:
        ring: Where the entries are. Whenever it changes, `clear`.
    """

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._made: dict[_Lack, tuple[bytes, Seq]] = {}

    def clear(self) -> None:
        """Forget all: a recall changes what is behind it."""
        self._made.clear()

    def frame(self, dialect: Outward, after: Seq, upto: Seq, *, deflate: bool) -> tuple[bytes, Seq]:
        """The frame with what comes next of `(after, upto]`, and how far it goes."""
        lack = (dialect, deflate, after, upto)
        if (made := self._made.get(lack)) is None:
            if len(self._made) == KEPT_MAX:
                self._made.clear()
            made = self._made[lack] = self._make(dialect, after, upto, deflate=deflate)
        return made

    def _make(self, dialect: Outward, after: Seq, upto: Seq, *, deflate: bool) -> tuple[bytes, Seq]:
        items = self._ring.between(after, upto)
        if len(items) > CHUNK_ENTRIES:
            items = items[:CHUNK_ENTRIES]
            upto = items[-1].seq
        parts = [item.part(dialect) for item in items]
        payload = dialect.batch(Op.ENTRIES, after, upto, parts)
        return frame_in(dialect, payload, deflate=deflate), upto
