"""Many accounts saying one thing at a time: a chorus, or a campaign.

Two texts are alike by the pairs of neighbouring letters that they share (Jaccard). A counter or a
few odd signs at the end cost a text few of its pairs, while two honest sentences on one subject
share hardly any. Only long texts are looked at: short ones are laughter, and all laughter is alike.

The answer is no judgement. Whoever asks decides what follows from it.
"""

from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

TEXTS_MAX: Final = 64  # that are remembered of one place; the ones longest unsaid go first


class Wave(StrEnum):
    """What a text is part of."""

    NONE = "none"
    CHORUS = "chorus"  # enough authors say exactly this: people cheering, as a rule
    VARIED = "varied"  # enough authors say nearly this: how adverts get round a duplicate filter


@dataclass(frozen=True, slots=True)
class Measures:
    """From where on it is a wave.

    Attributes:
        within_ms: How long a text counts.
        authors_min: Different authors that make a wave.
        same_min: Letters from which on equal texts count.
        like_min: Letters from which on texts count that are merely alike.
        likeness: Share of common pairs of letters from which on two texts are alike, 0 to 1.
            Campaigns with a counter at the end are at 0.6 and more, honest talk of one subject
            below 0.4.
    """

    within_ms: int = 10_000
    authors_min: int = 8
    same_min: int = 6
    like_min: int = 8
    likeness: float = 0.55


@dataclass(slots=True)
class _Text:
    """One text that was said lately; `authors` with the time of each, the latest last."""

    pairs: frozenset[str]
    authors: OrderedDict[Hashable, int] = field(default_factory=OrderedDict)
    last_ms: int = 0


class _Place:
    """What was said lately in one place, findable by pairs of letters."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._texts: OrderedDict[str, _Text] = OrderedDict()  # longest unsaid first
        self._with_pair: dict[str, set[str]] = {}
        self.last_ms = 0

    def note(self, author: Hashable, key: str, now_ms: int) -> Wave:
        measures = self._measures
        now_ms = self.last_ms = max(now_ms, self.last_ms)
        since_ms = now_ms - measures.within_ms
        self._forget_before(since_ms)
        said = self._said(author, key, now_ms)
        authors = {one for one, at_ms in said.authors.items() if at_ms > since_ms}
        if len(authors) >= measures.authors_min:
            return Wave.CHORUS
        if len(key) < measures.like_min:
            return Wave.NONE
        for other in self._alike(said):
            authors |= {one for one, at_ms in other.authors.items() if at_ms > since_ms}
        return Wave.VARIED if len(authors) >= measures.authors_min else Wave.NONE

    def _said(self, author: Hashable, key: str, now_ms: int) -> _Text:
        said = self._texts.get(key)
        if said is None:
            said = self._texts[key] = _Text(pairs_of(key))
            for pair in said.pairs:
                self._with_pair.setdefault(pair, set()).add(key)
            if len(self._texts) > TEXTS_MAX:
                self._drop_oldest()
        self._texts.move_to_end(key)
        said.last_ms = said.authors[author] = now_ms
        said.authors.move_to_end(author)
        if len(said.authors) > self._measures.authors_min:
            said.authors.popitem(last=False)  # more than enough for a wave
        return said

    def _alike(self, said: _Text) -> Iterator[_Text]:
        shared = Counter(key for pair in said.pairs for key in self._with_pair[pair])
        for key, count in shared.items():
            other = self._texts[key]
            together = len(said.pairs) + len(other.pairs) - count
            if len(key) >= self._measures.like_min and count >= self._measures.likeness * together:
                yield other

    def _forget_before(self, limit_ms: int) -> None:
        while self._texts and next(iter(self._texts.values())).last_ms <= limit_ms:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        key, said = self._texts.popitem(last=False)
        for pair in said.pairs:
            self._with_pair[pair].discard(key)
            if not self._with_pair[pair]:
                del self._with_pair[pair]


class Waves:
    """Notices when many say the same, or nearly the same, in one place.

    Belongs to one thread. A place where nobody has spoken for the length of the window is
    forgotten, and of each place the latest texts and authors are kept: memory follows what is said
    within one window.
    """

    def __init__(self, measures: Measures) -> None:
        self._measures = measures
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()  # longest silent first

    def note(self, place: Hashable, author: Hashable, key: str, now_ms: int) -> Wave:
        """Note that `author` says this in `place`, and tell what it is part of.

        Args:
            place: Where; what is said elsewhere does not count.
            author: One author counts once.
            key: What is said, as it is scanned (`normalize.key_of`).
            now_ms: Any clock; one that steps back stands still for the place.

        Cost: a short text none; else the pairs of the text times the texts that have them too.
        """
        self._forget_before(now_ms - self._measures.within_ms)
        if len(key) < min(self._measures.same_min, self._measures.like_min):
            return Wave.NONE
        here = self._places.get(place)
        if here is None:
            here = self._places[place] = _Place(self._measures)
        self._places.move_to_end(place)
        return here.note(author, key, now_ms)

    def _forget_before(self, limit_ms: int) -> None:
        while self._places and next(iter(self._places.values())).last_ms <= limit_ms:
            self._places.popitem(last=False)


def pairs_of(key: str) -> frozenset[str]:
    """The pairs of neighbouring letters of a text."""
    return frozenset(key[at : at + 2] for at in range(len(key) - 1))


def are_alike(pairs: frozenset[str], others: frozenset[str], likeness: float) -> bool:
    """Whether two texts share so much of their pairs, 0 to 1."""
    return len(pairs & others) >= likeness * len(pairs | others)
