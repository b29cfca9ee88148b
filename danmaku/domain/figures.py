"""Numbers about a stretch of the record: how much of what happened, and how long it took.

Article: articles.Article.INSPECTION
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from danmaku.domain.cases import CaseKind
from danmaku.domain.ids import RoomId


@dataclass(frozen=True, slots=True)
class Spread:
    """How long things took; milliseconds, by nearest rank."""

    count: int
    median_ms: int
    p95_ms: int


NO_SPREAD = Spread(0, 0, 0)


def spread_of(took_ms: Iterable[int]) -> Spread:
    """The spread of these; of none it is all zeros."""
    rising = sorted(took_ms)
    return Spread(len(rising), _ranked(rising, 50), _ranked(rising, 95))


def _ranked(rising: list[int], percent: int) -> int:
    if not rising:
        return 0
    return rising[-(-len(rising) * percent // 100) - 1]


@dataclass(slots=True)
class Figures:
    """What a period holds; grows with rooms and kinds, not with entries."""

    kinds: Counter[tuple[RoomId, str]] = field(default_factory=Counter)  # entries by chain and kind
    recalled: Counter[tuple[str, str]] = field(default_factory=Counter)  # by whom, category
    measures: Counter[tuple[str, str]] = field(default_factory=Counter)  # step, category
    handled: dict[CaseKind, Spread] = field(default_factory=dict)  # of cases decided in it

    def total(self, kind: str) -> int:
        """Entries of a kind in all chains."""
        return sum(count for (_, one), count in self.kinds.items() if one == kind)
