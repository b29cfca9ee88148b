"""A text by its syllables: finds a word whatever homophones it is written with.

Each ideograph becomes one private code for its syllable without tone, each digit that of its
Chinese name; the rest stays as it is. Short words would be drowned by chance, as a row of two
syllables is shared by dozens of everyday words: nothing below three letters is looked for this
way, and of three most have to stand as they are written.
"""

from functools import cache
from itertools import islice, product
from typing import Final

from danmaku.filter.tables import tables

SOUND_LETTERS_MIN: Final = 3
SOUND_PATTERNS_MAX: Final = 4

_CODES_FROM = 0xE000  # private use: no text has a meaning there, and folding leaves none of it
_CODED = 0xA000  # after the last ideograph of the basic plane
_DIGITS = {
    "0": "ling",
    "1": "yi",
    "2": "er",
    "3": "san",
    "4": "si",
    "5": "wu",
    "6": "liu",
    "7": "qi",
    "8": "ba",
    "9": "jiu",
}


@cache
def _codes() -> dict[str, str]:
    syllables = sorted({one for row in tables().readings.values() for one in row})
    return {syllable: chr(_CODES_FROM + number) for number, syllable in enumerate(syllables)}


@cache
def sounding() -> str:
    """The table for `str.translate` that reads a key by its syllables, letter for letter."""
    codes = _codes()
    first = {char: codes[row[0]] for char, row in tables().readings.items()}
    first |= {digit: codes[syllable] for digit, syllable in _DIGITS.items()}
    return "".join([first.get(chr(at)) or chr(at) for at in range(_CODED)])


def sound_patterns(key: str) -> tuple[str, ...]:
    """The rows of syllables that a word is heard as; none if it is short or no Chinese."""
    if len(key) < SOUND_LETTERS_MIN:
        return ()
    codes = _codes()
    rows = [[codes[one] for one in tables().readings.get(char) or _digit_row(char)] for char in key]
    return tuple(map("".join, islice(product(*rows), SOUND_PATTERNS_MAX))) if all(rows) else ()


def _digit_row(char: str) -> tuple[str, ...]:
    return (_DIGITS[char],) if char in _DIGITS else ()


def is_heard(word: str, spelled: str) -> bool:
    """Whether enough of `spelled` is written as in `word` to be no other word of its sound.

    Args:
        word: The key of the word.
        spelled: What stands in the text, as long.
    """
    same = sum(map(str.__eq__, word, spelled))
    if len(word) == SOUND_LETTERS_MIN:
        return same == SOUND_LETTERS_MIN - 1
    return len(word) // 2 <= same < len(word)
