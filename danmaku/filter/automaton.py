"""The multi-pattern matcher: which words of a rule set stand in a text, and where.

An automaton is built once, never changed, and swapped as a value: whoever holds one goes
on with it while the next one is built. Searching changes nothing in it.

Only the skeleton is scanned. A word that stands in the text unbroken stands in the
skeleton too, so one scan finds both it and its spaced-out forms; what was skipped between
its letters is then judged by the gap rule, on the original text. Patterns and text are
UTF-8 read as Latin-1: the trie looks for a child among its siblings one by one, and bytes
keep the siblings few (three times faster at a thousand words, ten at a hundred thousand).
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

import ahocorasick

from danmaku.filter.normalize import GAP, NOTHING, Folded, fold
from danmaku.filter.rules import Rule, Ruleset

GAP_CODE_POINTS_MAX: Final = 8
"""Longest stretch between two letters of one word; a family emoji takes five."""

SHORT_LATIN_LETTERS: Final = 3
"""Latin words up to this long are not looked for across gaps: too many meet by chance."""

SHORT_LETTERS: Final = 2
"""Words up to this long are not looked for across the end of a sentence or a word."""

_ENDS_OF_SENTENCE = frozenset(",;:?!，。；：？！")
_SPACE = " "
_INSIDE_ENGLISH = frozenset((_SPACE, "'", "\u2019"))


class Match(NamedTuple):  # a tuple, for a flood of hits makes many of them
    """A word of a rule that stands in a text.

    Attributes:
        word: As written in the rule.
        start: Offset of its first code point in the original text.
        end: Offset after its last one, and after the marks that stand upon that one.
    """

    rule: Rule
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What the trie answers at the end of one skeleton.

    Attributes:
        letters_count: Length of the skeleton in code points.
        words: The rules that look for it, each with its own spelling.
        own_breaks: Letters after which one of these spellings has a gap itself.
        phrases: Folded spellings of the allowed phrases with this skeleton.
    """

    letters_count: int
    words: tuple[tuple[Rule, str], ...]
    own_breaks: frozenset[int]
    phrases: frozenset[str]


class _Found(NamedTuple):
    """A pattern in a skeleton, placed in the original text."""

    pattern: _Pattern
    places: Sequence[int]  # offset of each letter
    start: int
    end: int  # after the last letter; marks upon it are not counted


class Automaton:
    """All words and allowed phrases of a rule set, ready to be searched for.

    Cost: building holds the interpreter for about 4 us a word; a start-up or a helper
        thread affords that, a hot path does not.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        self._trie = ahocorasick.Automaton()
        for skeleton, pattern in _patterns(ruleset).items():
            self._trie.add_word(_bytes_view(skeleton), pattern)
        self._trie.make_automaton()
        self._is_empty = not len(self._trie)

    def search(self, text: str, folded: Folded) -> list[Match]:
        """Find every word that stands in `text` and that no allowed phrase protects.

        Matches may overlap; they come in the order of their ends.

        Args:
            text: The original.
            folded: `fold(text)`, which the caller has already.

        Cost: one scan in C; more only where the scan finds something.
        """
        if self._is_empty:
            return []
        # iter_long would choose the longest for us, but loses matches: never use it.
        ends = list(self._trie.iter(_bytes_view(folded.skeleton)))
        if not ends:
            return []
        found = list(_placed(ends, folded))
        protected_to = _protected_to(found, folded)
        return [
            Match(rule, word, one.start, _after_marks(text, one.end))
            for one in found
            if one.pattern.words
            and _may_bridge(one, text, folded)
            and one.end > protected_to[one.start]
            for rule, word in one.pattern.words
            if not (rule.latin_boundary and _is_inside_latin_word(one, folded))
        ]


def _patterns(ruleset: Ruleset) -> dict[str, _Pattern]:
    words: dict[str, list[tuple[Rule, str]]] = {}
    phrases: dict[str, set[str]] = {}
    for rule in ruleset.rules:
        for word in rule.words:
            words.setdefault(fold(word).skeleton, []).append((rule, word))
    for phrase in ruleset.allowed:
        folded = fold(phrase)
        phrases.setdefault(folded.skeleton, set()).add(folded.text)
    return {
        skeleton: _Pattern(
            letters_count=len(skeleton),
            words=tuple(words.get(skeleton, ())),
            own_breaks=frozenset(at for _, word in words.get(skeleton, ()) for at in _breaks(word)),
            phrases=frozenset(phrases.get(skeleton, ())),
        )
        for skeleton in words.keys() | phrases.keys()
    }


def _breaks(word: str) -> Iterator[int]:
    for at, (before, after) in enumerate(pairwise(fold(word).offsets())):
        if after - before > 1:
            yield at


def _bytes_view(skeleton: str) -> str:
    return skeleton.encode().decode("latin-1")


def _placed(ends: list[tuple[int, _Pattern]], folded: Folded) -> Iterator[_Found]:
    offsets = folded.offsets()
    encoded = folded.skeleton.encode()
    for last_byte, pattern in ends:
        stop = len(encoded[: last_byte + 1].decode())
        places = offsets[stop - pattern.letters_count : stop]
        yield _Found(pattern, places, places[0], places[-1] + 1)


def _protected_to(found: Iterable[_Found], folded: Folded) -> Sequence[int]:
    """Tell for every offset how far allowed phrases reach that begin there or before.

    A phrase protects only where it stands exactly as spelled. It reaches across no gap but
    its own: else a few dots would make any word part of a harmless one.
    """
    reach = [0] * len(folded.text)
    for one in found:
        if folded.text[one.start : one.end] in one.pattern.phrases:
            reach[one.start] = max(reach[one.start], one.end)
    return list(accumulate(reach, max))


def _may_bridge(one: _Found, text: str, folded: Folded) -> bool:
    """Judge what stands between the letters of a word.

    What nobody sees is no gap at all, however long; where the word itself has a gap, so may
    the text.
    """
    if one.end - one.start == one.pattern.letters_count:
        return True
    is_latin = all(folded.text[at].isascii() for at in one.places)
    parts_words = _parts_english if is_latin else _parts_words
    return not any(
        GAP in folded.text[before + 1 : after]
        and (
            after - before - 1 > GAP_CODE_POINTS_MAX
            or (
                at not in one.pattern.own_breaks
                and parts_words(text[before + 1 : after], one.places, at)
            )
        )
        for at, (before, after) in enumerate(pairwise(one.places))
    )


def _parts_words(gap: str, places: Sequence[int], _at: int) -> bool:
    """Tell whether a writer who means no harm would put `gap` between two ideographs."""
    return len(places) <= SHORT_LETTERS and (gap == _SPACE or not _ENDS_OF_SENTENCE.isdisjoint(gap))


def _parts_english(gap: str, places: Sequence[int], at: int) -> bool:
    """Tell whether `gap`, after the letter `at`, is likely to stand between two words.

    "an us" and "who're" are English, "f u ck" is not: a lone letter gives it away.
    """
    if len(places) <= SHORT_LATIN_LETTERS:
        return True
    is_pair_before = at > 0 and places[at] - places[at - 1] == 1
    is_pair_after = at + 2 < len(places) and places[at + 2] - places[at + 1] == 1
    return gap in _INSIDE_ENGLISH and is_pair_before and is_pair_after


def _is_inside_latin_word(one: _Found, folded: Folded) -> bool:
    text = folded.text
    return (_is_latin(text[one.start]) and _is_latin(text[: one.start].rstrip(NOTHING)[-1:])) or (
        _is_latin(text[one.end - 1]) and _is_latin(text[one.end :].lstrip(NOTHING)[:1])
    )


def _after_marks(text: str, end: int) -> int:
    while end < len(text) and unicodedata.category(text[end])[0] == "M":
        end += 1
    return end


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()
