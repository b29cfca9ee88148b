"""Which of many like texts belong to one campaign, named so that a person decides on it once.

Many who say nearly the same are one; of accounts that are new here, few are enough, and those who
turn on one target are one whatever they say. Exactly the same is cheering, and what the keeper of a
place has said there is an announced greeting: neither ever counts.

Article: articles.Article.NO_HIRED_POSTERS
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Final

from danmaku.filter.brigades import Brigades, Surges
from danmaku.filter.waves import Measures, Wave, Waves, are_alike, pairs_of

CALLS_MAX: Final = 8  # of a keeper that are remembered of one place
PAIRS_MIN: Final = 5  # of neighbouring letters; with fewer a text is laughter or cheering
PLACES_MAX: Final = 1000  # whose calls and clusters are remembered; longest silent ones go first
CALL_MS: Final = 600_000  # so long a call holds
QUIET_MS: Final = 60_000  # so long after its last text a cluster is over

TARGET: Final = "target"  # in the names of clusters of those who turn on one
PREFIX: Final = "cluster-"
"""How the names of clusters begin, as verdicts bear them in the place of a rule."""


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Who is new, and how many new accounts are many.

    Attributes:
        new_ms: How long an account is new.
        alike_min: Who say nearly the same.
        target_min: Who turn on one target.
        surge_min: Who were made at about the same time and speak in one place.
    """

    new_ms: int
    alike_min: int = 3
    target_min: int = 5
    surge_min: int = 20


@dataclass(frozen=True, slots=True)
class Said:
    """A text on its way, as it is compared.

    Attributes:
        key: As it is scanned.
        targets: Whom it names (`brigades.targets_of`); only of new accounts it is asked.
    """

    key: str
    targets: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class _Cluster:
    name: str
    last_ms: int


class Clusters:
    """See the module. Lives on one thread; memory follows what is said within its windows.

    Args:
        newcomers: When they are many.
        measures: Of those clusters that are made by everybody.
    """

    def __init__(self, newcomers: Newcomers, measures: Measures | None = None) -> None:
        everybody = measures or Measures()
        self._new_ms = newcomers.new_ms
        self._likeness = everybody.likeness
        self._everybody = Waves(everybody)
        self._newcomers = Waves(
            # Three who are alike by chance are found more often than eight: ask for more likeness.
            replace(everybody, authors_min=newcomers.alike_min, like_min=12, likeness=0.65)
        )
        self._brigades = Brigades(newcomers.target_min)
        self._surges = Surges(newcomers.surge_min)
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

    def is_new(self, since_ms: int | None, now_ms: int) -> bool:
        """Whether an account is new that was made then; None: it was not."""
        return since_ms is not None and now_ms - since_ms < self._new_ms

    def is_surge(self, place: Hashable, author: Hashable, now_ms: int, *, since_ms: int) -> bool:
        """Note that a new account is about to speak; whether it came together with many."""
        return self._surges.note(place, author, now_ms, since_ms=since_ms)

    def note(
        self, place: Hashable, author: Hashable, said: Said, now_ms: int, *, since_ms: int | None
    ) -> str | None:
        """Note that `author` says this in `place`.

        Args:
            place: Where; what is said elsewhere does not count.
            author: One author counts once.
            said: What.
            now_ms: Any clock.
            since_ms: When the author came to the house; None: long ago.

        Returns:
            The name of the cluster that it belongs to, unique in its place; None: to none.
        """
        key, target, is_new = said.key, None, self.is_new(since_ms, now_ms)
        if is_new and said.targets:
            target = self._brigades.note(place, author, key, said.targets, now_ms)
        waves = set[Wave]()
        if len(pairs_of(key)) >= PAIRS_MIN:
            waves.add(self._everybody.note(place, author, key, now_ms))
            if is_new:
                waves.add(self._newcomers.note(place, author, key, now_ms))
        if target is None and Wave.VARIED not in waves:
            return None
        if self._is_called(place, key, now_ms):
            return None
        return self._named(place, None if Wave.VARIED in waves else target, now_ms)

    def adopt(self, place: Hashable, name: str, now_ms: int) -> None:
        """Learn how another node calls what goes on in a place, so that it is one cluster."""
        began = name.removeprefix(PREFIX)
        if not began.isdigit():
            return  # of a target: who that is does not stand in the name
        known = self._clusters.get((place, None))
        is_running = known is not None and now_ms - known.last_ms < QUIET_MS
        if known is None or not is_running or int(began) < int(known.name.removeprefix(PREFIX)):
            self._keep((place, None), _Cluster(name, now_ms))

    def _is_called(self, place: Hashable, key: str, now_ms: int) -> bool:
        pairs = pairs_of(key)
        for call, at_ms in self._calls.get(place, {}).items():
            if now_ms - at_ms < CALL_MS and are_alike(pairs, pairs_of(call), self._likeness):
                return True
        return False

    def _named(self, place: Hashable, target: str | None, now_ms: int) -> str:
        known = self._clusters.get((place, target))
        if known is None or now_ms - known.last_ms >= QUIET_MS:
            name = f"{PREFIX}{now_ms}" if target is None else f"{PREFIX}{TARGET}-{now_ms}"
        else:
            name = known.name
        self._keep((place, target), _Cluster(name, now_ms))
        return name

    def _keep(self, key: Hashable, cluster: _Cluster) -> None:
        self._clusters[key] = cluster
        self._clusters.move_to_end(key)
        if len(self._clusters) > PLACES_MAX:
            self._clusters.popitem(last=False)
