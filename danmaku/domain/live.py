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
from danmaku.domain.pacing import SlowMode
from danmaku.domain.room import RoomState
from danmaku.filter.floods import Repeats
from danmaku.filter.waves import Wave, Waves


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
        waves: Where many who say nearly the same are noticed, in all rooms; None: nowhere.
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
        waves: Waves | None = None,
    ) -> None:
        self.room = room
        self.state = state
        self.owner = owner
        self.version = version
        self.top = top
        self.words_seq = words_seq
        self.slow = SlowMode(state.policy.slow_ms)
        self._repeats = repeats
        self._waves = waves

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

    def is_campaign(self, author: Hashable, key: str, now_ms: int) -> bool:
        """Note what is said, and tell whether many say nearly that: a chorus is none."""
        if self._waves is None:
            return False
        return self._waves.note(self.room, author, key, now_ms) is Wave.VARIED
