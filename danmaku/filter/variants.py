"""Other ways to write a word: the patterns that stand for it in the matcher.

A word is looked for as it is spelled and, if its rule reads freely, as pinyin, with substitutes for
its characters, in its parts, and backwards. All are ordinary patterns of one automaton: they cost
memory, not time. What a pattern may not decide is told by its kind: `screen` lets the uncertain
ones hold a comment, never refuse it.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import combinations, islice, product
from typing import Final, NamedTuple

from danmaku.filter.leet import leet_of
from danmaku.filter.normalize import fold, key_of, plain_of
from danmaku.filter.sounds import SOUND_LETTERS_MIN
from danmaku.filter.tables import tables

PATTERNS_MAX: Final = 96
"""Most patterns of one word; the likelier ones come first."""

JOINT: Final = "\x03"
"""Stands between two syllables of a pattern, where a writer may put a space."""

VARIED_LETTERS_MAX: Final = 8
"""Longer words are read freely as a whole only: their parts have too many combinations."""

SPLIT_MIXTURES_MAX: Final = 16

_REVERSED_HAN_MIN = 3
_REVERSED_LATIN_MIN = 4
_PINYIN_LETTERS_MIN = 4
_ENGLISH_ENDING = "e"  # "made", "bite", "face": four letters that are pinyin as well
_INITIALS_LETTERS_MIN = 4
_WILDCARD_LETTERS_MIN = 4

# With these a reversed word of three is likely to be two words that met by chance.
_GRAMMAR = frozenset("的了吧我你他她它是不在去来就都也有和啊呢吗这那个")
_VOWELS = frozenset("aeiou")
# Radicals as they are typed alone: nobody writes them but to take a character apart; 才 is typed
# where 扌 is not to be found.
_BARE_RADICALS = frozenset("才亻扌讠纟氵忄犭礻衤钅饣彳辶艹冫刂宀疒攵灬阝糹訁釒飠氺罒⺮")


class Kind(StrEnum):
    """How a text spells what it was hit for."""

    WORD = "word"
    SKIP = "skip"
    REPEAT = "repeat"
    LEET = "leet"
    WILDCARD = "wildcard"
    SWAPPED = "swapped"
    PINYIN = "pinyin"
    SUBSTITUTE = "substitute"
    SOUND = "sound"
    SPLIT = "split"
    REVERSED = "reversed"
    COMBO = "combo"
    REGEX = "regex"
    CONTACT = "contact"
    LEARNED = "learned"


class Pattern(NamedTuple):
    """One way to write a word: its skeleton, with joints between the syllables of pinyin."""

    spelled: str
    kind: Kind


def patterns_of(
    word: str, *, variants: bool, initials: bool = False, leet: bool = False
) -> tuple[Pattern, ...]:
    """Every way in which `word` is looked for, the plain one first, none twice."""
    spelled = fold(word).skeleton
    letters = [char for char in plain_of(word) if char.isalnum()]
    ways: Iterable[Pattern] = (Pattern(spelled, Kind.WORD),)
    if leet and spelled.isascii() and leet_of(spelled) != spelled:
        ways = (*ways, Pattern(leet_of(spelled), Kind.LEET))
    if initials and len(letters) <= VARIED_LETTERS_MAX:
        ways = (*ways, *_initials(letters))
    if variants:
        ways = (*ways, *_variants(spelled, letters))
    seen: dict[str, Pattern] = {}
    for way in ways:
        seen.setdefault(way.spelled.replace(JOINT, ""), way)
    return tuple(islice(seen.values(), PATTERNS_MAX))


def _variants(spelled: str, letters: Sequence[str]) -> Iterator[Pattern]:
    if spelled.isascii() and "".join(letters).isascii():
        yield from _latin_variants(spelled)
    elif len(letters) == len(spelled):
        yield from _reversed(spelled)
        if len(letters) <= VARIED_LETTERS_MAX:
            yield from _han_variants(letters)


def _latin_variants(spelled: str) -> Iterator[Pattern]:
    if len(spelled) >= _REVERSED_LATIN_MIN and spelled != spelled[::-1]:
        yield Pattern(spelled[::-1], Kind.REVERSED)
    if len(spelled) >= _WILDCARD_LETTERS_MIN:
        for at in range(1, len(spelled) - 2):
            yield Pattern(_swapped(spelled, at), Kind.SWAPPED)
        for at in range(1, len(spelled) - 1):
            if spelled[at] in _VOWELS:
                yield Pattern(spelled[:at] + JOINT + spelled[at + 1 :], Kind.WILDCARD)


def _swapped(spelled: str, at: int) -> str:
    return spelled[:at] + spelled[at + 1] + spelled[at] + spelled[at + 2 :]


def _reversed(spelled: str) -> Iterator[Pattern]:
    backwards = spelled[::-1]
    is_chance = len(spelled) == _REVERSED_HAN_MIN and not _GRAMMAR.isdisjoint(spelled)
    if len(spelled) >= _REVERSED_HAN_MIN and backwards != spelled and not is_chance:
        yield Pattern(backwards, Kind.REVERSED)


def _han_variants(letters: Sequence[str]) -> Iterator[Pattern]:
    rows = [tables().substitutes.get(char, "") for char in letters]
    yield from _pinyin(letters)
    for at, row in enumerate(rows):
        for other in row:
            yield _replaced(letters, at, other, Kind.SUBSTITUTE)
    yield from _splits(letters)
    if len(key_of("".join(letters))) < SOUND_LETTERS_MIN:  # others are found by their sound
        yield from _siblings(letters)
    yield from _substituted_twice(letters, rows)


def _siblings(letters: Sequence[str]) -> Iterator[Pattern]:
    """One letter replaced by one that sounds like it and has a part of it, if that is no word."""
    for at, char in enumerate(letters):
        for other in tables().siblings.get(char, ""):
            sibling = _replaced(letters, at, other, Kind.SUBSTITUTE)
            if sibling.spelled not in tables().words:
                yield sibling


def _pinyin(letters: Sequence[str]) -> Iterator[Pattern]:
    """The whole word in syllables, then any mixture of syllables and characters."""
    readings = [tables().readings.get(char, ())[:1] for char in letters]
    if not all(readings):
        return
    syllables = [row[0] for row in readings]
    whole = "".join(syllables)
    at_least = _PINYIN_LETTERS_MIN + (len(letters) == 1 or whole.endswith(_ENGLISH_ENDING))
    if len(whole) >= at_least:
        yield Pattern(JOINT.join(syllables), Kind.PINYIN)
    initials = "".join(syllable[0] for syllable in syllables)
    if len(initials) >= _INITIALS_LETTERS_MIN and _VOWELS.isdisjoint(initials):
        yield Pattern(initials, Kind.PINYIN)
    yield from _mixed(letters, syllables)
    if len(letters) > 2:  # noqa: PLR2004 -- one letter for a character needs two that are left
        for at, syllable in enumerate(syllables):
            yield _replaced(letters, at, syllable[0], Kind.PINYIN)


def _initials(letters: Sequence[str]) -> Iterator[Pattern]:
    rows = [
        (char, *(way for one in tables().readings.get(char, ())[:1] for way in (one, one[0])))
        for char in letters
    ]
    for row in islice(product(*rows), PATTERNS_MAX):
        if list(row) != list(letters):
            yield Pattern(_folded(row), Kind.PINYIN)


def _mixed(letters: Sequence[str], syllables: Sequence[str]) -> Iterator[Pattern]:
    choices = zip(letters, syllables, strict=True)
    for row in sorted(product(*choices), key=lambda row: sum(map(str.isascii, row))):
        if not all(map(str.isascii, row)) and list(row) != list(letters):
            yield Pattern(_folded(row), Kind.PINYIN)


def _substituted_twice(letters: Sequence[str], rows: Sequence[str]) -> Iterator[Pattern]:
    for first, second in combinations(range(len(letters)), 2):
        for one, two in product(rows[first], rows[second]):
            once = [*letters[:first], one, *letters[first + 1 :]]
            yield _replaced(once, second, two, Kind.SUBSTITUTE)


def _splits(letters: Sequence[str]) -> Iterator[Pattern]:
    """Each character alone in its parts, then all that come apart."""
    rows = [_parts(char, bare_only=len(letters) <= 2) for char in letters]  # noqa: PLR2004
    for at, row in enumerate(rows):
        for parts in row:
            yield _replaced(letters, at, parts, Kind.SPLIT)
    both = [(char, *row[:1]) for char, row in zip(letters, rows, strict=True)]
    for row in islice(product(*both), SPLIT_MIXTURES_MAX):
        if list(row) != list(letters):
            yield Pattern(_folded(row), Kind.SPLIT)


def _parts(char: str, *, bare_only: bool) -> tuple[str, ...]:
    """Ways to take a character apart; small strokes may be left out.

    Args:
        char: An ideograph.
        bare_only: In place of a radical stands nothing but the radical itself: a short word
            whose parts are characters of their own meets too many others.
    """
    rows = tables().splits.get(char, ())
    shown = [row for row in rows if not _BARE_RADICALS.isdisjoint(row)] if bare_only else rows
    found = shown or rows
    shorter = [row[0] + other for row in found if len(row) > 2 for other in row[1:]]  # noqa: PLR2004
    bare_first = sorted(found, key=lambda row: (len(row), _BARE_RADICALS.isdisjoint(row)))
    return tuple(dict.fromkeys((*bare_first, *shorter)))


def _replaced(letters: Sequence[str], at: int, other: str, kind: Kind) -> Pattern:
    return Pattern(_folded((*letters[:at], other, *letters[at + 1 :])), kind)


def _folded(row: Iterable[str]) -> str:
    return fold("".join(row)).skeleton
