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
    Verdict,
)
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.pacing import Novelty, SlowMode
from danmaku.domain.room import RoomState
from danmaku.filter.brigades import targets_of
from danmaku.filter.clusters import PREFIX, Clusters, Said
from danmaku.filter.floods import Repeats
from danmaku.filter.normalize import Scanned

NOVEL_TEXTS_MAX = 5000  # of one room that wants nothing said twice
SURGE_GAP_MS = 30_000  # between two comments of an account that came with a surge of new ones


def turn_of(fact: Fact) -> tuple[AccountId, Millis] | None:
    """Whose turn a comment took, and when; None: it is no comment that has just been sent."""
    if isinstance(fact, CommentPublished) and not fact.imported and fact.origin is None:
        return fact.author, fact.at_ms
    if isinstance(fact, CommentHeld | CommentRefused) and fact.origin is None:
        return fact.author, fact.at_ms
    return None


def cluster_in(verdict: Verdict) -> str | None:
    """The campaign that a comment was held as a part of; None: it was held for itself."""
    return next((hit.rule for hit in verdict.hits if hit.rule.startswith(PREFIX)), None)


class LiveRoom:
    """What admission and the doors ask about a room.

    Args:
        version: Seq of the entry that last set `state` or the room's own words.
        top: Seq of the newest entry.
        repeats: What was said lately, in all rooms: one that nobody speaks in any more would go on
            remembering its last words, for what is over is forgotten when somebody speaks.
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
            if isinstance(entry.fact, CommentHeld):
                self._adopt_cluster(entry.fact)

    def _adopt_cluster(self, held: CommentHeld) -> None:
        name = cluster_in(held.verdict)
        if self._clusters is not None and name is not None:
            self._clusters.adopt(self.room, name, held.at_ms)

    def note_text(self, author: Hashable, skeleton: str, now_ms: int) -> bool:
        """Note what is said; False if it was said too often lately."""
        return self._repeats.note((self.room, author), skeleton, now_ms)

    def is_new(self, skeleton: str) -> bool:
        """Note what is said where nothing is said twice; False if it was said here lately."""
        return not self.state.policy.unique or self._novelty.note(skeleton)

    def take_back(self, author: Hashable, skeleton: str) -> None:
        """Forget what was noted of a text that may not have been recorded: it may come again."""
        self._repeats.take_back((self.room, author), skeleton)
        self._novelty.take_back(skeleton)

    def cluster_of(
        self, author: Hashable, scanned: Scanned, now_ms: int, *, since_ms: int | None
    ) -> str | None:
        """Note what is said, and name the campaign that it is part of; as `Clusters.note`."""
        if (clusters := self._clusters) is None:
            return None
        is_new = clusters.is_new(since_ms, now_ms)
        said = Said(scanned.key, targets_of(scanned.text) if is_new else frozenset())
        return clusters.note(self.room, author, said, now_ms, since_ms=since_ms)

    def newcomer_gap_ms(self, author: Hashable, now_ms: int, *, since_ms: int | None) -> int:
        """How long an account waits between comments that came here together with many."""
        if (
            self._clusters is None
            or since_ms is None
            or not self._clusters.is_new(since_ms, now_ms)
        ):
            return 0
        is_surge = self._clusters.is_surge(self.room, author, now_ms, since_ms=since_ms)
        return SURGE_GAP_MS if is_surge else 0

    def call(self, key: str, now_ms: int) -> None:
        """Note what the room's keeper says: those who join in are no campaign."""
        if self._clusters is not None:
            self._clusters.call(self.room, key, now_ms)
