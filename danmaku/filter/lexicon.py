"""The words of a rule set as one automaton, with what is needed to judge what it finds.

Immutable. Patterns are numbered: the first stand for the words themselves, in the order of the
rules, then of the parts of combinations, then of the allowed phrases; after them come the variants.
Only these need to be stored, so a lexicon of a hundred thousand words is loaded from bytes in
milliseconds, and nothing of it is touched before something is found.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from danmaku.filter.automaton import Matcher, matcher_of
from danmaku.filter.normalize import fold, key_of
from danmaku.filter.rules import EXACT, Reading, Ruleset
from danmaku.filter.sounds import sound_patterns
from danmaku.filter.variants import JOINT, Kind, patterns_of

ENTRIES_KEPT_MAX: Final = 4096
"""In a flood the same few words are found over and over."""

ALLOWED: Final = -1
"""Owner of the phrases that protect what they cover."""

_KINDS = tuple(Kind)
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
_PART = Reading(leet=False, variants=False)


class Part(NamedTuple):
    """Where a word of a combination belongs.

    Attributes:
        rule: Number of the rule.
        combo: Number of the combination in it.
        part: Number of the part; -1 for the words in whose presence it means no harm.
    """

    rule: int
    combo: int
    part: int


Owner = int | Part
"""A rule's number, `ALLOWED`, or a part of a combination."""


class Entry(NamedTuple):
    """What a pattern stands for.

    Attributes:
        word: As written in the rule.
        spelled: The pattern, with its joints.
    """

    owner: Owner
    word: str
    kind: Kind
    spelled: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Variants:
    """The patterns that are no words themselves.

    Attributes:
        words: Number of the word that each stands for, as bytes of 32-bit integers.
        kinds: Number of the kind of each.
        spelled: Each with its joints.
        sound_words: Number of the word that each row of syllables stands for.
    """

    words: bytes
    kinds: bytes
    spelled: tuple[str, ...]
    sound_words: bytes


class Lexicon:
    """All words of a rule set, ready to be searched for.

    Args:
        ruleset: Where the words come from.
        variants: What was made of them.
        matcher: Finds the keys of the words and of the variants.
        sounds: Finds words by their syllables; None if there are none to find.
        sound_keys: What `sounds` looks for.
    """

    def __init__(
        self,
        ruleset: Ruleset,
        variants: Variants,
        matcher: Matcher,
        sounds: Matcher | None,
        sound_keys: tuple[str, ...],
    ) -> None:
        self.sound_keys: Final = sound_keys
        self.matcher: Final = matcher
        self.sounds: Final = sounds
        self.variants: Final = variants
        self._ruleset = ruleset
        self._words, self._owners = _words_of(ruleset)
        self._variant_words = array("I", variants.words)
        self._sound_words = array("I", variants.sound_words)
        self.entry = lru_cache(ENTRIES_KEPT_MAX)(self._pattern)
        self.sound_entry = lru_cache(ENTRIES_KEPT_MAX)(self._sound)

    def _pattern(self, pattern: int) -> Entry:
        """What the pattern with this number stands for."""
        at = pattern - len(self._words)
        if at < 0:
            word = self._words[pattern]
            return self._entry(pattern, Kind.WORD, fold(word).skeleton)
        kind = _KINDS[self.variants.kinds[at]]
        return self._entry(self._variant_words[at], kind, self.variants.spelled[at])

    def _sound(self, pattern: int) -> Entry:
        """What the row of syllables with this number stands for."""
        word = self._sound_words[pattern]
        return self._entry(word, Kind.SOUND, fold(self._words[word]).skeleton)

    def _entry(self, word: int, kind: Kind, spelled: str) -> Entry:
        owner = self._owners[word]
        reading = _reading_of(self._ruleset, owner)
        return Entry(owner, self._words[word], kind, spelled, reading)


def _reading_of(ruleset: Ruleset, owner: Owner) -> Reading:
    if isinstance(owner, Part):
        return _PART
    return EXACT if owner == ALLOWED else ruleset.rules[owner].reading


def lexicon_of(ruleset: Ruleset) -> Lexicon:
    """Build the automaton of a rule set.

    Cost: about 5 us a word, ten times that for words that are read freely; a start-up or a helper
        process affords that, a hot path does not.
    """
    variants, sound_keys = _variants_of(ruleset)
    matcher = matcher_of(keys_of(ruleset, variants))
    sounds = matcher_of(sound_keys) if sound_keys else None
    return Lexicon(ruleset, variants, matcher, sounds, sound_keys)


def keys_of(ruleset: Ruleset, variants: Variants) -> list[str]:
    """What the matcher looks for, by the numbers of the patterns."""
    words, _ = _words_of(ruleset)
    keys = [key_of(fold(word).skeleton) for word in words]
    keys.extend(key_of(way.replace(JOINT, "")) for way in variants.spelled)
    return keys


def _variants_of(ruleset: Ruleset) -> tuple[Variants, tuple[str, ...]]:
    """The variants of all words, and the rows of syllables that words are heard as."""
    numbers, kinds, sound_words = array("I"), bytearray(), array("I")
    spelled: list[str] = []
    sound_keys: list[str] = []
    for number, (word, owner) in enumerate(zip(*_words_of(ruleset), strict=True)):
        reading = _reading_of(ruleset, owner)
        if not (reading.variants or reading.initials or reading.leet):
            continue
        _, *others = patterns_of(
            word, variants=reading.variants, initials=reading.initials, leet=reading.leet
        )
        numbers.extend([number] * len(others))
        kinds.extend(_NUMBERS[way.kind] for way in others)
        spelled.extend(way.spelled for way in others)
        sounds = sound_patterns(key_of(fold(word).skeleton)) if reading.variants else ()
        sound_words.extend([number] * len(sounds))
        sound_keys.extend(sounds)
    variants = Variants(numbers.tobytes(), bytes(kinds), tuple(spelled), sound_words.tobytes())
    return variants, tuple(sound_keys)


def _words_of(ruleset: Ruleset) -> tuple[list[str], list[Owner]]:
    """All words in the order of their numbers, and whose each is."""
    words: list[str] = []
    owners: list[Owner] = []
    for number, rule in enumerate(ruleset.rules):
        words.extend(rule.words)
        owners.extend([number] * len(rule.words))
    for part, word in _part_words(ruleset):
        words.append(word)
        owners.append(part)
    words.extend(ruleset.allowed)
    owners.extend([ALLOWED] * len(ruleset.allowed))
    return words, owners


def _part_words(ruleset: Ruleset) -> Iterator[tuple[Part, str]]:
    for number, rule in enumerate(ruleset.rules):
        for at, combo in enumerate(rule.combos):
            for place, part in enumerate(combo.parts):
                for word in part:
                    yield Part(number, at, place), word
            for word in combo.none:
                yield Part(number, at, -1), word
