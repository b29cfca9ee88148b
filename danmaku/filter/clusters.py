"""Which of many like texts belong to one campaign, named so that a person decides on it once.

Many who say nearly the same are one; of accounts that are new here, few are enough. Exactly the
same is cheering, and what the keeper of a place has said there is an announced greeting: neither
ever counts.

Article: articles.Article.NO_HIRED_POSTERS
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Final

from danmaku.filter.waves import Measures, Wave, Waves, pairs_of

CALLS_MAX: Final = 8  # of a keeper that are remembered of one place
PAIRS_MIN: Final = 5  # of neighbouring letters; with fewer a text is laughter or cheering
PLACES_MAX: Final = 1000  # whose calls and clusters are remembered; longest silent ones go first
CALL_MS: Final = 600_000  # so long a call holds
QUIET_MS: Final = 60_000  # so long after its last text a cluster is over

PREFIX: Final = "cluster-"
"""How the names of clusters begin, as verdicts bear them in the place of a rule."""


@dataclass(frozen=True, slots=True)
class _Cluster:
    began_ms: int
    last_ms: int


class Clusters:
    """See the module. Lives on one thread; memory follows what is said within its windows.

    Args:
        newcomers_min: Authors that make a cluster if all of them are new.
        newcomer_ms: How long an author is new.
        measures: Of those that are made by everybody.
    """

    def __init__(
        self, newcomers_min: int, newcomer_ms: int, measures: Measures | None = None
    ) -> None:
        everybody = measures or Measures()
        self._newcomer_ms = newcomer_ms
        self._likeness = everybody.likeness
        self._everybody = Waves(everybody)
        self._newcomers = Waves(
            # Three who are alike by chance are found more often than eight: ask for more likeness.
            replace(everybody, authors_min=newcomers_min, like_min=12, likeness=0.65)
        )
        self._clusters: OrderedDict[Hashable, _Cluster] = OrderedDict()
        self._calls: OrderedDict[Hashable, OrderedDict[str, int]] = OrderedDict()

    def call(self, place: Hashable, key: str, now_ms: int) -> None:
        """Note what the keeper of a place says: who joins in is no campaign."""
        calls = self._calls.setdefault(place, OrderedDict())
        calls[key] = now_ms
        calls.move_to_end(key)
        self._calls.move_to_end(place)
        if len(calls) > CALLS_MAX:
            calls.popitem(last=False)
        if len(self._calls) > PLACES_MAX:
            self._calls.popitem(last=False)

    def note(
        self, place: Hashable, author: Hashable, key: str, now_ms: int, *, since_ms: int | None
    ) -> str | None:
        """Note that `author` says this in `place`.

        Args:
            place: Where; what is said elsewhere does not count.
            author: One author counts once.
            key: What is said, as it is scanned.
            now_ms: Any clock.
            since_ms: When the author came to the house; None: long ago.

        Returns:
            The name of the cluster that it belongs to, unique in its place; None: to none.
        """
        if len(pairs_of(key)) < PAIRS_MIN:
            return None
        waves = {self._everybody.note(place, author, key, now_ms)}
        if since_ms is not None and now_ms - since_ms < self._newcomer_ms:
            waves.add(self._newcomers.note(place, author, key, now_ms))
        if Wave.VARIED not in waves or self._is_called(place, key, now_ms):
            return None
        return self._named(place, now_ms)

    def _is_called(self, place: Hashable, key: str, now_ms: int) -> bool:
        pairs = pairs_of(key)
        for call, at_ms in self._calls.get(place, {}).items():
            called = pairs_of(call)
            together = len(pairs | called)
            is_alike = len(pairs & called) >= self._likeness * together
            if now_ms - at_ms < CALL_MS and is_alike:
                return True
        return False

    def _named(self, place: Hashable, now_ms: int) -> str:
        known = self._clusters.get(place)
        is_over = known is None or now_ms - known.last_ms >= QUIET_MS
        began_ms = now_ms if known is None or is_over else known.began_ms
        self._clusters[place] = _Cluster(began_ms, now_ms)
        self._clusters.move_to_end(place)
        if len(self._clusters) > PLACES_MAX:
            self._clusters.popitem(last=False)
        return f"{PREFIX}{began_ms}"
