"""Many new accounts at a time: who turn on one person, or come to one place all at once.

Neither looks at how alike their words are. Old accounts count in neither: a quarrel among regulars
is a quarrel.

Article: articles.Article.NO_HIRED_POSTERS
"""

import re
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Final

from danmaku.filter.normalize import fold, key_of

WITHIN_MS: Final = 60_000  # so long somebody counts after speaking
BORN_WITHIN_MS: Final = 600_000
"""Accounts that were made in one such stretch of time, or in two that follow, came together."""
TEXTS_MIN: Final = 3  # different ones; many who call out one and the same thing are cheering
NAMES_MAX: Final = 3  # in one text; who names more has no one target
HEARD_MAX: Final = 256  # accounts that are remembered of one place or target
KEPT_MAX: Final = 1000  # places and targets; those longest unheard of go first

_NAMED = re.compile(
    r"(?<![a-zA-Z0-9])[@＠]([^\s@＠#＃,，。:：!！?？]{1,24})|[#＃](\d{1,9})|(\d{1,9})楼"
)


def targets_of(text: str) -> frozenset[str]:
    """Whom or what a text names outright: `@name`, `#12` or `12楼`.

    Cost: one search, which ends at once where none of the signs is.
    """
    found = set()
    for name, *numbers in _NAMED.findall(text):
        found.add(f"@{key_of(fold(name).skeleton)}" if name else f"#{next(filter(None, numbers))}")
    return frozenset(found if len(found) <= NAMES_MAX else ())


@dataclass(slots=True)
class _Heard:
    """Who spoke lately, the latest last: when, and how to count them."""

    by: OrderedDict[Hashable, tuple[int, Hashable]] = field(default_factory=OrderedDict)
    counts: Counter[Hashable] = field(default_factory=Counter)

    def note(self, author: Hashable, now_ms: int, kind: Hashable) -> None:
        """Cost: as many as are over; each was added by a call of its own."""
        if author in self.by:
            self._uncount(self.by.pop(author))
        self.by[author] = (now_ms, kind)
        self.counts[kind] += 1
        while len(self.by) > HEARD_MAX or self._first_ms() <= now_ms - WITHIN_MS:
            self._uncount(self.by.popitem(last=False)[1])

    def _first_ms(self) -> int:
        at_ms, _ = next(iter(self.by.values()))
        return at_ms

    def _uncount(self, said: tuple[int, Hashable]) -> None:
        _, kind = said
        self.counts[kind] -= 1
        if not self.counts[kind]:
            del self.counts[kind]


class _Board:
    """What was heard in each of many places, within bounds."""

    def __init__(self) -> None:
        self._places: OrderedDict[Hashable, _Heard] = OrderedDict()  # longest silent first

    def at(self, place: Hashable) -> _Heard:
        heard = self._places.setdefault(place, _Heard())
        self._places.move_to_end(place)
        if len(self._places) > KEPT_MAX:
            self._places.popitem(last=False)
        return heard


class Brigades:
    """Notices when many new accounts name one target, in texts of their own.

    Belongs to one thread; time is an argument.

    Args:
        authors_min: Accounts that are many.
    """

    def __init__(self, authors_min: int) -> None:
        self._authors_min = authors_min
        self._board = _Board()

    def note(
        self, place: Hashable, author: Hashable, key: str, targets: Iterable[str], now_ms: int
    ) -> str | None:
        """Note that a new account names these here; the target that many turn on, if any is."""
        turned_on = None
        for target in targets:
            heard = self._board.at((place, target))
            heard.note(author, now_ms, key)
            if len(heard.by) >= self._authors_min and len(heard.counts) >= TEXTS_MIN:
                turned_on = target
        return turned_on


class Surges:
    """Notices when many accounts that were made at about the same time speak in one place.

    Belongs to one thread; time is an argument.

    Args:
        authors_min: Accounts that are many.
    """

    def __init__(self, authors_min: int) -> None:
        self._authors_min = authors_min
        self._board = _Board()

    def note(self, place: Hashable, author: Hashable, now_ms: int, *, since_ms: int) -> bool:
        """Note that a new account speaks here; whether it came together with many.

        Args:
            place: Where.
            author: Who.
            now_ms: Any clock.
            since_ms: When the account was made.
        """
        heard, born = self._board.at(place), since_ms // BORN_WITHIN_MS
        heard.note(author, now_ms, born)
        together = heard.counts[born] + max(heard.counts[born - 1], heard.counts[born + 1])
        return together >= self._authors_min
