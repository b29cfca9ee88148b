"""What a room's viewers are told beside its record: how many they are, and how many like what.

None of it is part of the record's order: who misses it reads it in the list, or hears the next.
"""

from collections.abc import Callable, Iterable

from danmaku.domain.facts import CommentLiked, Entry
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.dialects.danmaku_v1 import likes_here, viewers_here
from danmaku.gateway.dialects.outward import Outward
from danmaku.gateway.headcount import Headcount
from danmaku.gateway.tally import Tally


class Asides:
    """Belongs to one room, on the event loop's thread.

    Args:
        viewers: How many there are now.
        gather_s: Gives how long what changes is gathered, to be told of together.
        on_due: Called when there is something to tell; `take` is expected before long.
    """

    def __init__(
        self,
        viewers: Callable[[], int],
        *,
        gather_s: Callable[[], float],
        on_due: Callable[[], None],
    ) -> None:
        self._headcount = Headcount(viewers, gather_s=gather_s, on_due=on_due)
        self._tally = Tally(gather_s=gather_s, on_due=on_due)

    @property
    def is_due(self) -> bool:
        """Whether there is something to tell."""
        return self._tally.is_due or self._headcount.is_due

    def note_viewers(self) -> None:
        """Somebody came or went."""
        self._headcount.note()

    def note(self, entry: Entry) -> None:
        """An entry that is not shown as such; a like is told of."""
        if isinstance(entry.fact, CommentLiked):
            self._tally.note(entry.fact.number, entry.fact.likes)

    def take(self, dialects: Iterable[Outward]) -> dict[Outward, bytes]:
        """One message, in each of these."""
        said = self._say()
        return {dialect: dialect.encode(said) for dialect in dialects}

    def _say(self) -> Fields:
        if self._tally.is_due:
            return likes_here(self._tally.take())
        return viewers_here(self._headcount.take())

    def close(self) -> None:
        """Let no timer remain, and hold on to nobody: the room is free without the collector."""
        self._headcount.close()
        self._tally.close()
