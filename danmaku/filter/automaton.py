"""The multi-pattern matcher: which patterns stand in a text, and where.

Two engines behind one interface, each where it is best. `Charwise` (daachorse) for large lists: it
scans a comment in a fraction of a microsecond whatever the size, and is loaded from bytes in
milliseconds. `Trie` (pyahocorasick) for the many small ones: it is built in microseconds and takes
a few kilobytes, where the other's code table spans the whole range of characters.

A matcher is built once, never changed, and swapped as a value: whoever holds one goes on with it
while the next one is built. Offsets are code points, and all overlapping matches are given: which
of them count is not decided here.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import ahocorasick
from daachorse import CharwiseDoubleArrayAhoCorasick

SMALL_LIST_MAX: Final = 256
"""Patterns up to which the trie is the smaller and quicker one to build."""


class Place(NamedTuple):
    """Where a pattern stands: code points from `start` up to, not including, `end`."""

    start: int
    end: int
    pattern: int


class Matcher(Protocol):
    """Finds patterns, numbered as they were given."""

    def find(self, text: str) -> Sequence[tuple[int, int, int]]:
        """All places (start, end, pattern) at which a pattern stands, by their ends."""
        ...


class Charwise:
    """A double array over code points, for lists of any size.

    Args:
        patterns: None empty, none with a lone surrogate.
        array: They are in it already.

    Cost: 3 us a pattern to build, 70 bytes a pattern to keep.
    """

    def __init__(
        self,
        patterns: Sequence[str] = (),
        *,
        array: CharwiseDoubleArrayAhoCorasick | None = None,
    ) -> None:
        self._array = array or CharwiseDoubleArrayAhoCorasick(list(patterns))
        self.find = self._array.find_overlapping
        self.find_longest = self._array.find_overlapping_no_suffix  # one place for each end

    def packed(self) -> bytes:
        """The matcher as bytes, for `unpacked`."""
        return bytes(self._array.serialize())

    @classmethod
    def unpacked(cls, packed: bytes) -> "Charwise":
        """Load what `packed` gave, in milliseconds.

        Raises:
            ValueError: These bytes are no matcher.
        """
        return cls(array=CharwiseDoubleArrayAhoCorasick.deserialize(packed))


class Trie:
    """A trie with failure links, for small lists.

    Args:
        patterns: None empty.

    Cost: half a microsecond a pattern to build, 200 bytes a pattern to keep.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        rows: dict[str, list[int]] = {}
        for number, pattern in enumerate(patterns):
            rows.setdefault(pattern, []).append(number)
        self._trie = ahocorasick.Automaton()
        for pattern, numbers in rows.items():
            self._trie.add_word(pattern, (len(pattern), tuple(numbers)))
        self._trie.make_automaton()
        self._is_empty = not rows

    def find(self, text: str) -> Sequence[tuple[int, int, int]]:
        """All places at which a pattern stands."""
        if self._is_empty:
            return ()
        # iter_long would choose the longest for us, but loses matches: never use it.
        return [
            Place(last + 1 - length, last + 1, number)
            for last, (length, numbers) in self._trie.iter(text)
            for number in numbers
        ]


def matcher_of(patterns: Sequence[str]) -> Matcher:
    """The engine that suits a list of this size."""
    return Trie(patterns) if len(patterns) <= SMALL_LIST_MAX else Charwise(patterns)
