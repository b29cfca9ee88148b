"""Which comments of a rush are shown live, where not all of them can be.

A comment is chosen by lot: by a digest of its seq, keyed with the room and the life of the record.
Neither who wrote it nor what it says has a part in that. The share that is chosen follows from the
times that the record gave to the comments before it. So every node chooses the same ones, and
whoever has the record can find out later which ones those were.
"""

from hashlib import blake2b
from typing import Final

from danmaku.domain.ids import Millis, RoomId, Seq

SLOT_MS: Final = 100
SLOTS: Final = 10  # together one second
_DRAWN_BYTES: Final = 8
_OF_ALL: Final = 1 << 8 * _DRAWN_BYTES


class Rush:
    """How many comments a room had within the last second, by the record's clock.

    Memory: one count for each tenth of that second, however many there were.
    """

    def __init__(self) -> None:
        self._counts = [0] * SLOTS
        self._newest = 0  # slots since 1970

    def note(self, at_ms: Millis) -> int:
        """Count one more; tells how many there were in the second that ends with it.

        A clock that is set back by more than that begins anew, lest the past stay for ever.
        """
        slot = at_ms // SLOT_MS
        ahead = slot - self._newest
        if abs(ahead) >= SLOTS:
            self._counts = [0] * SLOTS
            self._newest = slot
        elif ahead > 0:
            for passed in range(self._newest + 1, slot + 1):
                self._counts[passed % SLOTS] = 0
            self._newest = slot
        self._counts[self._newest % SLOTS] += 1
        return sum(self._counts)


class Lots:
    """The choice in one room.

    Args:
        room: Its id.
        epoch: Life of the record.
        shown_per_s: So many comments a second are shown, about; where there are fewer, all are.
    """

    def __init__(self, room: RoomId, epoch: str, shown_per_s: int) -> None:
        self._key = blake2b(f"{epoch} {room}".encode(), digest_size=32).digest()
        self._shown_per_s = shown_per_s
        self._rush = Rush()

    def draw(self, seq: Seq, at_ms: Millis) -> bool:
        """Whether this comment is chosen; asked once for each comment, in their order.

        Cost: one digest of eight bytes, and none while there is no rush.
        """
        there = self._rush.note(at_ms)
        return there <= self._shown_per_s or self._drawn(seq) * there < self._shown_per_s * _OF_ALL

    def _drawn(self, seq: Seq) -> int:
        drawn = blake2b(seq.to_bytes(8), digest_size=_DRAWN_BYTES, key=self._key)
        return int.from_bytes(drawn.digest())
