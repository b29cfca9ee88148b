"""The newest public entries of a room, encoded once for each script that is asked for.

What has not been sent yet is simply the ring's end. A recall empties its comment here too, so that
nobody who comes later, not even in the same batch, gets the text.

Owned by one `RoomHub`, on the event loop's thread. Bounded by `entries_max`, apart from entries
that have not been sent to anybody yet: those a batch takes away within milliseconds.
"""

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from danmaku.domain.ids import Number, Seq
from danmaku.domain.views import View, ViewKind
from danmaku.gateway.dialects.outward import Outward

_SEQ = attrgetter("seq")
_TRIM_EACH = 8  # an eighth over the bound is let stand, so that trimming is rare


class Item:
    """One public entry with its encoded forms."""

    __slots__ = ("_encoded", "seq", "view")

    def __init__(self, view: View) -> None:
        self.seq = view.seq
        self.view = view
        self._encoded: dict[str, bytes] = {}

    def part(self, dialect: Outward) -> bytes:
        """The entry in one dialect; encoded at the first call."""
        part = self._encoded.get(dialect.script)
        if part is None:
            # A copy: the encoder's own bytes keep the kilobytes that it wrote them in.
            part = self._encoded[dialect.script] = bytes(memoryview(dialect.part(self.view)))
        return part

    def empty(self, recall: View) -> None:
        """Leave the marker that `recall` asks for in place of the comment."""
        self.view = View(ViewKind.MARKER, self.seq, comment=recall.comment)
        self._encoded.clear()


class Ring:
    """Entries of `(floor, top]`; every seq in between is either here or private.

    Args:
        top: Seq of the newest entry that is known; the ring starts empty after it.
        entries_max: How many entries are kept.
    """

    def __init__(self, top: Seq, entries_max: int) -> None:
        self.floor = self.top = top
        self._entries_max = entries_max
        self._items: list[Item] = []
        self._texts: dict[Number, list[Item]] = {}  # where a comment's text stands

    def push(self, seq: Seq, view: View | None, *, sent: Seq) -> None:
        """Add the next entry.

        Args:
            seq: Exactly one above `top`.
            view: What the public sees of it; None for a private entry.
            sent: Entries above this one are not dropped.
        """
        assert seq == self.top + 1
        self.top = seq
        if view is None:
            return
        item = Item(view)
        self._items.append(item)
        self._index(item)
        if len(self._items) > self._entries_max + self._entries_max // _TRIM_EACH:
            self._trim(sent)

    def between(self, after: Seq, upto: Seq) -> Sequence[Item]:
        """The public entries of `(after, upto]`; `after` is not below `floor`.

        Cost: two binary searches and a slice.
        """
        assert after >= self.floor
        first = bisect_right(self._items, after, key=_SEQ)
        last = bisect_right(self._items, upto, lo=first, key=_SEQ)
        return self._items[first:last]

    def takes(self, after: Seq) -> bool:
        """Whether the ring may reach down to `after` within its bound."""
        return len(self._items) + self.floor - after <= self._entries_max

    def fill(self, after: Seq, floor: Seq, views: Sequence[View]) -> None:
        """Reach down to `after`, with what the record showed a moment ago of `(after, floor]`.

        What was recalled since then is emptied; nothing happens if the floor has moved meanwhile.
        """
        if floor != self.floor:
            return
        self.floor = after
        self._items[:0] = [Item(view) for view in views]
        self._texts.clear()
        for item in self._items:
            self._index(item)

    def as_of_now(self, views: Sequence[View]) -> list[Item]:
        """What the record showed a moment ago, emptied where a recall in the ring is later.

        Cost: a look at the whole ring.
        """
        recalls = {
            item.view.comment.number: item
            for item in self._items
            if item.view.kind is ViewKind.RECALL and item.view.comment is not None
        }
        items = [Item(view) for view in views]
        for item in items:
            comment = item.view.comment
            if comment is None or comment.content is None:
                continue
            recall = recalls.get(comment.number)
            if recall is not None and recall.seq > item.seq:
                item.empty(recall.view)
        return items

    def restart(self, top: Seq) -> None:
        """Forget everything: the record alone knows what lies before `top`."""
        self.floor = self.top = top
        self._items.clear()
        self._texts.clear()

    def _index(self, item: Item) -> None:
        comment = item.view.comment
        if comment is None or comment.number is None:
            return
        if item.view.kind is ViewKind.RECALL:
            for written in self._texts.pop(comment.number, ()):
                written.empty(item.view)
        elif comment.content is not None:
            self._texts.setdefault(comment.number, []).append(item)

    def _trim(self, sent: Seq) -> None:
        dropped = min(
            len(self._items) - self._entries_max, bisect_right(self._items, sent, key=_SEQ)
        )
        for item in self._items[:dropped]:
            self._forget(item)
            self.floor = item.seq
        del self._items[:dropped]

    def _forget(self, item: Item) -> None:
        comment = item.view.comment
        if comment is None or comment.number is None or comment.content is None:
            return
        written = self._texts[comment.number]
        written.remove(item)
        if not written:
            del self._texts[comment.number]
