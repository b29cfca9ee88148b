"""The entries of one chain in the order of the record, whichever way they come in.

They come from this node's own commits, from the bus and from the record itself: twice, late, or not
at all. What goes out is each once, in order, without holes.
"""

from collections.abc import Iterable

from danmaku.domain.facts import Entry
from danmaku.domain.ids import Seq


class ChainSequence:
    """One chain as this node announces it. Lives on the event loop's thread.

    Args:
        delivered: Seq of the newest entry that needs no announcing here.
        ahead_max: Entries kept behind a hole; beyond them the record is the only source.
    """

    __slots__ = ("_ahead", "_ahead_max", "delivered", "top")

    def __init__(self, delivered: Seq, *, ahead_max: int) -> None:
        self.delivered = delivered
        self.top = delivered  # the newest that is known to exist
        self._ahead: dict[Seq, Entry] = {}
        self._ahead_max = ahead_max

    @property
    def has_hole(self) -> bool:
        """Whether entries are known to exist that cannot be announced yet."""
        return self.top > self.delivered

    def hear(self, top: Seq) -> None:
        """Learn that the chain reaches `top` at least."""
        self.top = max(self.top, top)

    def disbelieve(self) -> None:
        """Forget what lies ahead: the record, which rules, knows nothing of it."""
        self.top = self.delivered
        self._ahead.clear()

    def take(self, entries: Iterable[Entry]) -> list[Entry]:
        """Take entries of this chain in any order; give those that may be announced now."""
        ready: list[Entry] = []
        for entry in entries:
            self.hear(entry.seq)
            if entry.seq == self.delivered + 1:
                ready.append(entry)
                self.delivered = entry.seq
                self._follow_on(ready)
            elif entry.seq > self.delivered and len(self._ahead) < self._ahead_max:
                self._ahead.setdefault(entry.seq, entry)
        return ready

    def _follow_on(self, ready: list[Entry]) -> None:
        """Add what waited for the entry that has just been taken."""
        while (entry := self._ahead.pop(Seq(self.delivered + 1), None)) is not None:
            ready.append(entry)
            self.delivered = entry.seq
