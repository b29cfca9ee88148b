"""Words that meet by chance: a disguise that is made of parts of everyday words is none.

"苦涩情绪" holds 涩情, which stands for another word, but 苦涩 and 情绪 are words of their own. Only
asked for disguises: what is spelled as the rule spells it is for allowed phrases to protect.
"""

from typing import Final

from danmaku.filter.lexicon import Entry
from danmaku.filter.normalize import fold, key_of
from danmaku.filter.tables import tables
from danmaku.filter.variants import Kind

ACROSS_WORDS: Final = frozenset((Kind.SUBSTITUTE, Kind.SPLIT))
"""Kinds to which this applies; words that are heard are looked at likewise."""

_WORD_LETTERS = range(2, 5)


def is_chance(entry: Entry, key: str, first: int, stop: int) -> bool:
    """Whether what stands at `key[first:stop]` belongs to everyday words.

    Args:
        entry: What it was found as.
        key: The text as it was scanned.
        first: Where it begins.
        stop: After its end.
    """
    words = tables().words
    if entry.kind is not Kind.SUBSTITUTE and key[first:stop] in words:
        return True
    if entry.kind is Kind.SPLIT:
        return _is_in_word(key, first, first, stop) and _is_in_word(key, stop - 1, first, stop)
    word = key_of(fold(entry.word).skeleton)
    if stop - first == _WORD_LETTERS.start:
        return any(_is_in_word(key, at, first, stop) for at in (first, stop - 1))
    return any(
        _is_in_word(key, first + at, first, stop)
        for at in range(stop - first)
        if at >= len(word) or key[first + at] != word[at]
    )


def _is_in_word(key: str, at: int, first: int, stop: int) -> bool:
    """Whether the letter at `at` belongs to a word that reaches out of the place."""
    words = tables().words
    return any(
        key[start : start + length] in words
        for length in _WORD_LETTERS
        for start in range(max(0, at - length + 1), min(at, len(key) - length) + 1)
        if start < first or start + length > stop
    )
