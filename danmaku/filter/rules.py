"""The rule file: what people write, checked once, as values.

A rule set is immutable and names itself by a digest of its file, so a verdict that carries
the version can be held against exactly the rules that gave it. Whether a word *can* match
is checked here too, for a rule that never fires is worse than one that is refused.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final, NoReturn, TypeVar

from danmaku.filter.normalize import fold

WORDS_MAX: Final = 100_000
WORD_CODE_POINTS_MAX: Final = 100
VERSION_HEX_DIGITS: Final = 16

FAULT_CATEGORY: Final = "filter_fault"
"""What a comment is held for when the filter failed; no rule may claim it."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_RULE_KEYS = frozenset({"id", "category", "class", "action", "words", "latin_boundary"})
_ALLOW_KEYS = frozenset({"phrases"})

_Choice = TypeVar("_Choice", bound=StrEnum)


class Klass(StrEnum):
    """On what ground a category stands: the law, the platform's rules, or the house's taste."""

    ILLEGAL = "illegal"
    NEGATIVE = "negative"
    HOUSE = "house"


class Action(StrEnum):
    """What becomes of a comment; each outweighs those above it."""

    PASS = "pass"  # noqa: S105 -- a verdict, no password
    MASK = "mask"
    HOLD = "hold"
    REFUSE = "refuse"

    @property
    def weight(self) -> int:
        """Rank among the actions, 0 for `pass`."""
        return _WEIGHTS[self]


_WEIGHTS = {action: weight for weight, action in enumerate(Action)}


class RuleFileError(ValueError):
    """A rule file does not say what it must; the message names the place.

    Args:
        where: The rule, phrase list or line that is wrong, in words for whoever edits the file.
        what: What is wrong with it.
    """

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that mean the same to the house.

    Attributes:
        rule_id: Unique in its rule set; recorded with every hit.
        words: As written in the file; none folds to nothing.
        latin_boundary: Whether a word that begins or ends with a Latin letter is hit only
            where no further letter follows on that side: "ass" is not in "class".
    """

    rule_id: str
    category: str
    klass: Klass
    action: Action
    words: tuple[str, ...]
    latin_boundary: bool = True


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Everything one version of the filter knows.

    Attributes:
        version: Digest of the file it was read from.
        rules: Those that act; their action is never `pass`.
        allowed: Phrases that protect what they cover.
    """

    version: str
    rules: tuple[Rule, ...]
    allowed: tuple[str, ...]


def parse_rules(text: str) -> Ruleset:
    """Read a rule file (TOML; docs/filter.md shows one).

    Raises:
        RuleFileError: At the first thing that is wrong. Nothing is half read: the caller
            keeps the rule set that it has.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleFileError("rule file", str(error)) from error
    _known_keys("rule file", document, frozenset({"rule", "allow"}))
    rules = [
        _rule(f"rule {place}", table)
        for place, table in enumerate(_tables(document, "rule"), start=1)
    ]
    allowed = [
        phrase
        for place, table in enumerate(_tables(document, "allow"), start=1)
        for phrase in _allowed(f"allow {place}", table)
    ]
    _distinct_ids(rules)
    _bounded(rules, allowed)
    return Ruleset(
        version=sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:VERSION_HEX_DIGITS],
        rules=tuple(rule for rule in rules if rule.action is not Action.PASS),
        allowed=(
            *allowed,
            *(word for rule in rules if rule.action is Action.PASS for word in rule.words),
        ),
    )


def _tables(document: Mapping[str, object], key: str) -> Sequence[Mapping[str, object]]:
    tables = document.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise RuleFileError(key, f"write it as [[{key}]]")
    return tables


def _rule(place: str, table: Mapping[str, object]) -> Rule:
    rule_id = _name(place, table, "id")
    where = f'{place} ("{rule_id}")'
    _known_keys(where, table, _RULE_KEYS)
    category = _name(where, table, "category")
    if category == FAULT_CATEGORY:
        raise RuleFileError(where, f"category {FAULT_CATEGORY} belongs to the filter itself")
    latin_boundary = table.get("latin_boundary", True)
    if not isinstance(latin_boundary, bool):
        _wrong(where, "latin_boundary", "true or false")
    return Rule(
        rule_id=rule_id,
        category=category,
        klass=_choice(where, table, "class", Klass),
        action=_choice(where, table, "action", Action),
        words=_words(where, table, "words"),
        latin_boundary=latin_boundary,
    )


def _allowed(where: str, table: Mapping[str, object]) -> tuple[str, ...]:
    _known_keys(where, table, _ALLOW_KEYS)
    return _words(where, table, "phrases")


def _known_keys(where: str, table: Mapping[str, object], known: frozenset[str]) -> None:
    unknown = sorted(table.keys() - known)
    if unknown:
        raise RuleFileError(
            where, f"unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )


def _name(where: str, table: Mapping[str, object], key: str) -> str:
    name = table.get(key)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        _wrong(where, key, "up to 64 of a-z, 0-9, _ and -, a letter first")
    return name


def _choice(where: str, table: Mapping[str, object], key: str, choices: type[_Choice]) -> _Choice:
    try:
        return choices(str(table.get(key)))
    except ValueError:
        _wrong(where, key, f"one of {', '.join(choices)}")


def _words(where: str, table: Mapping[str, object], key: str) -> tuple[str, ...]:
    words = table.get(key)
    if not isinstance(words, list) or not words:
        _wrong(where, key, "a list of at least one word")
    return tuple(_word(where, word) for word in words)


def _word(where: str, word: object) -> str:
    if not isinstance(word, str) or len(word) > WORD_CODE_POINTS_MAX:
        raise RuleFileError(
            where, f"{word!r:.40} must be text of at most {WORD_CODE_POINTS_MAX} characters"
        )
    if not fold(word).skeleton:
        raise RuleFileError(where, f"{word!r} has no letter, digit or ideograph to look for")
    return word


def _distinct_ids(rules: Iterable[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.rule_id in seen:
            raise RuleFileError(f'rule "{rule.rule_id}"', "two rules have this id")
        seen.add(rule.rule_id)


def _bounded(rules: Iterable[Rule], allowed: Sequence[str]) -> None:
    words_count = sum(len(rule.words) for rule in rules) + len(allowed)
    if words_count > WORDS_MAX:
        raise RuleFileError("rule file", f"{words_count} words are more than {WORDS_MAX}")


def _wrong(where: str, key: str, expected: str) -> NoReturn:
    raise RuleFileError(where, f"{key} must be {expected}")
