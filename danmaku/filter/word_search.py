"""Finds the words of a lexicon in a text: as spelled, as heard, in leet, and as shown backwards.

One scan of the key answers for most of it, a second one for words that are heard. Only a text with
Latin letters and signs that stand for some is scanned again, once or twice.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from danmaku.filter.acceptance import Match, Reader
from danmaku.filter.chance import ACROSS_WORDS, is_chance
from danmaku.filter.leet import is_leet, latin_pieces, leet_views
from danmaku.filter.lexicon import Entry, Lexicon
from danmaku.filter.normalize import key_of, skeleton_of
from danmaku.filter.sounds import SOUND_LETTERS_MIN, is_heard, sounding
from danmaku.filter.tables import GAP, tables
from danmaku.filter.variants import Kind

RIGHT_TO_LEFT: Final = "\u202e"

_IN_LEET = frozenset((Kind.WORD, Kind.SWAPPED, Kind.LEET))
_SPELLED = frozenset(Kind) - {Kind.LEET}

_flag = re.compile("[\U0001f1e6-\U0001f1ff]").search

Places = Sequence[tuple[int, int, int]]


class WordSearch:
    """One lexicon, ready to be searched for.

    Args:
        lexicon: What to look for.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._find = lexicon.matcher.find
        self._hear = lexicon.sounds.find if lexicon.sounds else None
        self._folding = tables().folded
        self._sounding = sounding()

    def search(self, text: str, folded: str, key: str, *, has_latin: bool) -> Sequence[Match]:
        """Find every word that stands in `text`, allowed phrases and parts of combinations too.

        Args:
            text: The original.
            folded: It as it is read, place for place.
            key: What is scanned of it.
            has_latin: Whether there are Latin letters in it; without, there is no leet.

        Cost: two scans in C; more only where something is found, or may be leet.
        """
        places = self._find(key)
        heard: Places = ()
        if self._hear is not None and len(key) >= SOUND_LETTERS_MIN:
            heard = self._hear(key.translate(self._sounding))
        if not (places or heard or has_latin or RIGHT_TO_LEFT in text):
            return ()
        matches: list[Match] = []
        if places or heard:
            reader = Reader(text, folded, key)
            matches += self._words(reader, places)
            matches += self._heard(reader, heard)
        if has_latin:
            matches += self._in_leet(text, folded)
            if _flag(text) is not None:
                matches += self._past_flags(text, folded)
        if RIGHT_TO_LEFT in text:
            matches += self._backwards(text)
        return matches

    def _words(
        self, reader: Reader, places: Places, kinds: frozenset[Kind] = _SPELLED
    ) -> Iterator[Match]:
        entry_of = self._lexicon.entry
        for first, stop, pattern in places:
            entry = entry_of(pattern)
            if entry.kind not in kinds:
                continue
            if entry.kind not in ACROSS_WORDS or not _is_chance(entry, reader, first, stop):
                yield from reader.matches(entry, first, stop)

    def _heard(self, reader: Reader, places: Places) -> Iterator[Match]:
        for first, stop, pattern in places:
            entry = self._lexicon.sound_entry(pattern)
            spelled = reader.key[first:stop]
            if is_heard(key_of(entry.spelled), spelled):
                entry = entry._replace(spelled=spelled)
                if not _is_chance(entry, reader, first, stop):
                    yield from reader.matches(entry, first, stop)

    def _in_leet(self, text: str, folded: str) -> Iterator[Match]:
        for start, end in latin_pieces(text, folded):
            for match in self._leet_in(text[start:end], folded[start:end]):
                yield match._replace(
                    kind=Kind.LEET, start=start + match.start, end=start + match.end
                )

    def _leet_in(self, text: str, folded: str) -> Iterator[Match]:
        for view in leet_views(text):
            read = view.translate(self._folding)
            key = key_of(skeleton_of(read))
            if not (places := self._find(key)):
                continue
            for match in self._words(Reader(text, read, key), places, _IN_LEET):
                start, end = match.start, match.end
                if (
                    match.entry.reading.leet
                    and match.entry.spelled.isascii()
                    and is_leet(text[start:end], read[start:end], folded[start:end])
                ):
                    yield match

    def _past_flags(self, text: str, folded: str) -> Iterator[Match]:
        """Read flags as pictures, not as the two letters that each is typed with."""
        seen = "".join(
            [GAP if _flag(char) else read for char, read in zip(text, folded, strict=True)]
        )
        key = key_of(skeleton_of(seen))
        for match in self._words(Reader(text, seen, key), self._find(key)):
            if _flag(text, match.start, match.end) is not None:
                yield match

    def _backwards(self, text: str) -> Iterator[Match]:
        """Read what a direction control shows from right to left as it is shown."""
        shown = text[::-1]
        folded = shown.translate(self._folding)
        key = key_of(skeleton_of(folded))
        for match in self._words(Reader(shown, folded, key), self._find(key)):
            start, end = len(text) - match.end, len(text) - match.start
            if RIGHT_TO_LEFT in text[:start]:
                yield match._replace(kind=Kind.REVERSED, start=start, end=end)


def _is_chance(entry: Entry, reader: Reader, first: int, stop: int) -> bool:
    before, after = reader.around(first, stop)
    return is_chance(entry, reader.key[before:after], first - before, stop - before)
