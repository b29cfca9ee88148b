"""Thins what a room is shown live while the house is short of breath, and says that it did.

Only batches that go out live are thinned. Whoever catches up, comes back or reads the list gets
everything, and a recall, a return, a change of the room or a marker always goes out: a viewer who
saw a comment must never miss what became of it. The batch of those who are even stays one for all
of them, so an author is told of their own comment apart, before the batch that lacks it.

Still, like the ring.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from danmaku.domain.facts import CommentPublished, Entry
from danmaku.domain.ids import AccountId, RoomId, Seq
from danmaku.domain.sampling import Lots
from danmaku.domain.views import View, ViewKind
from danmaku.gateway.ring import Item


@dataclass(frozen=True, slots=True)
class Sampling:
    """What it goes by in every room.

    Attributes:
        shown_per_s: See `domain.sampling.Lots`; 0: everything is always shown live.
        epoch: Life of the record.
        is_due: Whether the house is short of breath just now.
        show_author: Shows a comment to the sockets that its author has in the room.
    """

    shown_per_s: int
    epoch: str
    is_due: Callable[[], bool]
    show_author: Callable[[RoomId, AccountId, View], None]


class Thinning:
    """Of one room.

    Args:
        room: Its id.
        sampling: What it goes by.
    """

    def __init__(self, room: RoomId, sampling: Sampling) -> None:
        self._room = room
        self._sampling = sampling
        self._lots = Lots(room, sampling.epoch, sampling.shown_per_s)
        self._left_out: set[Seq] = set()  # of what has not gone out yet

    def note(self, entry: Entry, view: View) -> None:
        """Decide on an entry that has just been announced; called for each, in their order."""
        if not isinstance(entry.fact, CommentPublished):
            return
        is_chosen = self._lots.draw(entry.seq, entry.at_ms)
        if not is_chosen and self._sampling.is_due():
            self._left_out.add(entry.seq)
            self._sampling.show_author(self._room, entry.fact.author, view)

    def sift(self, items: Sequence[Item]) -> Sequence[Item]:
        """What goes out of all that has not gone out yet.

        What was recalled meanwhile is its marker by now.
        """
        left_out, self._left_out = self._left_out, set()
        if not left_out:
            return items
        return [
            item
            for item in items
            if item.seq not in left_out or item.view.kind is not ViewKind.COMMENT
        ]
