"""A room in the memory of this process: its state, its top, and who commented lately.

Everything here follows from the room's entries; `apply` is the only way it changes, apart from the
pacing, which forgets by itself. Lives on the event loop's thread.
"""

from collections.abc import Hashable

from danmaku.domain.facts import (
    CommentHeld,
    CommentPublished,
    CommentRefused,
    Entry,
    Fact,
    RoomChanged,
    RoomOpened,
    RoomWordsSet,
)
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.pacing import Novelty, SlowMode
from danmaku.domain.room import RoomState
from danmaku.filter.clusters import Clusters
from danmaku.filter.floods import Repeats

NOVEL_TEXTS_MAX = 5000  # of one room that wants nothing said twice


def turn_of(fact: Fact) -> tuple[AccountId, Millis] | None:
    """Whose turn a comment took, and when; None: it is no comment that has just been sent."""
    if isinstance(fact, CommentPublished) and not fact.imported and fact.origin is None:
        return fact.author, fact.at_ms
    if isinstance(fact, CommentHeld):
        return fact.author, fact.at_ms
    if isinstance(fact, CommentRefused) and fact.origin is None:
        return fact.author, fact.at_ms
    return None


class LiveRoom:
    """What admission and the doors ask about a room.

    Args:
        version: Seq of the entry that last set `state` or the room's own words.
        top: Seq of the newest entry.
        words_seq: Seq of the entry that set the room's own words; None: it never had any.
        clusters: Where many who say nearly the same are noticed, in all rooms; None: nowhere.
    """

    def __init__(  # noqa: PLR0913 -- a room is made of these
        self,
        room: RoomId,
        state: RoomState,
        *,
        owner: AccountId | None,
        version: Seq,
        top: Seq,
        repeats: Repeats,
        words_seq: Seq | None = None,
        clusters: Clusters | None = None,
    ) -> None:
        self.room = room
        self.state = state
        self.owner = owner
        self.version = version
        self.top = top
        self.words_seq = words_seq
        self.slow = SlowMode(state.policy.slow_ms)
        self._repeats = repeats
        self._novelty = Novelty(NOVEL_TEXTS_MAX)
        self._clusters = clusters

    def apply(self, entry: Entry) -> None:
        """Follow the record; entries that are known already change nothing."""
        if entry.seq <= self.top:
            return
        self.top = entry.seq
        if isinstance(entry.fact, RoomOpened | RoomChanged):
            self.state = entry.fact.state
            self.version = entry.seq
            self.slow.set_gap(entry.fact.state.policy.slow_ms)
        elif isinstance(entry.fact, RoomWordsSet):
            self.words_seq = self.version = entry.seq
        elif (turn := turn_of(entry.fact)) is not None:
            self.slow.note_turn(*turn)

    def note_text(self, author: Hashable, skeleton: str, now_ms: int) -> bool:
        """Note what is said; False if it was said too often lately."""
        return self._repeats.note(author, skeleton, now_ms)

    def is_new(self, skeleton: str) -> bool:
        """Note what is said where nothing is said twice; False if it was said here lately."""
        return not self.state.policy.unique or self._novelty.note(skeleton)

    def cluster_of(
        self, author: Hashable, key: str, now_ms: int, *, since_ms: int | None
    ) -> str | None:
        """Note what is said, and name the campaign that it is part of; as `Clusters.note`."""
        if self._clusters is None:
            return None
        return self._clusters.note(self.room, author, key, now_ms, since_ms=since_ms)

    def call(self, key: str, now_ms: int) -> None:
        """Note what the room's keeper says: those who join in are no campaign."""
        if self._clusters is not None:
            self._clusters.call(self.room, key, now_ms)
