"""What a case says: the fields of `filter judge`, checked.

An option that is not known here is told, never guessed at.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Annotated, Final, Literal

import msgspec
import re2

from danmaku.filter.findings import Hit
from danmaku.filter.normalize import fold
from danmaku.filter.patterns import fault_of
from danmaku.filter.rules import Action, Combo, Contact, Klass, Reading, Rule
from danmaku.filter.tables import GAP
from danmaku.filter.variants import Kind

FREE: Final = Reading()
"""How a lexicon that is named is read."""

STRICT: Final = Reading(latin_boundary=False, gaps=False, repeats=False, leet=False, variants=False)
"""How a lexicon that stands in the case is read, where the options say nothing."""

REACHED: Final = tuple(one for one in Contact if one not in (Contact.IPV4, Contact.DIGITS))
"""Contacts that are looked for beside a lexicon that is named."""

_READINGS = {
    "latin_word_boundary": "latin_boundary",
    "skip_special": "gaps",
    "collapse_repeats": "repeats",
    "leet": "leet",
    "pinyin": "variants",
    "pinyin_initials": "initials",
    "suffixes_ok": "inflections",
}
PATTERNS_ID: Final = "regex"
"""Id of the rule with the patterns that a case brings along."""

_NOT_OURS = frozenset(("fold_number_style",))  # number styles are always folded


class Row(msgspec.Struct, frozen=True):
    """One word of a lexicon."""

    term: str
    category: str = "list"
    action: Literal["pass", "neutral", "mask", "hold", "block", "refuse"] = "hold"
    boundary: Literal["latin", "none"] | None = None
    short: bool = False

    def kind(self, reading: Reading) -> Rule:
        """Its properties, as a rule without words."""
        latin = reading.latin_boundary if self.boundary is None else self.boundary == "latin"
        free = replace(reading, latin_boundary=latin)
        if self.short:
            free = replace(free, gaps=False, leet=False)
        action = Action.REFUSE if self.action == "block" else Action(self.action)
        return Rule(self.category, self.category, Klass.HOUSE, action, reading=free)


class ComboOption(msgspec.Struct, frozen=True):
    """Words that object only together."""

    all: list[str | list[str]]
    within: int = 10
    order: Literal["given", "any"] = "given"
    none: list[str] = []

    def combo(self) -> Combo:
        """As a rule has it.

        Raises:
            ValueError: A part is without letters, so that it could stand anywhere.
        """
        parts = [tuple(part) if isinstance(part, list) else (part,) for part in self.all]
        for word in (*chain.from_iterable(parts), *self.none):
            if not fold(word).skeleton:
                raise ValueError(f"{word!r} has no letters")
        return Combo(tuple(parts), self.within, self.order == "given", tuple(self.none))


class Options(msgspec.Struct, frozen=True):
    """How a case wants to be read; None: as is usual for its lexicon."""

    latin_word_boundary: bool | None = None
    skip_special: bool | None = None
    collapse_repeats: bool | None = None
    leet: bool | None = None
    pinyin: bool | None = None
    pinyin_initials: bool | None = None
    suffixes_ok: bool | None = None
    fold_number_style: bool = True
    skip_chars: str | list[str] | None = None
    digit_boundary: bool = False
    match: Literal["overlapping", "leftmost_longest", "leftmost_first_end"] | None = None
    mask_char: Annotated[str, msgspec.Meta(min_length=1)] = "*"
    extract: list[str] | None = None
    min_digits: int = 8
    regex: str | list[str] = []
    combo: ComboOption | None = None
    ops: list[tuple[Literal["add", "del", "allow", "unallow"], str]] = []
    categories: dict[str, Annotated[list[str], msgspec.Meta(min_length=1)]] = {}
    only_categories: list[str] | None = None
    max_run: int | None = None
    min_distinct_ratio: float | None = None
    min_len: int | None = None

    def reading(self, usual: Reading) -> Reading:
        """How freely the words are read."""
        said = {name: getattr(self, option) for option, name in _READINGS.items()}
        if self.skip_chars is not None and self.skip_special is None:
            said["gaps"] = True
        return replace(usual, **{name: on for name, on in said.items() if on is not None})

    def unsupported(self, named: Iterable[str]) -> list[str]:
        """The options, of those that a case names, that are not done as it asks."""
        unknown = set(named) - set(self.__struct_fields__)
        if not self.fold_number_style:
            unknown |= _NOT_OURS
        unknown |= {f"extract {one}" for one in self.extract or () if one not in {*Contact}}
        return sorted(unknown)

    @property
    def asks_for_shouting(self) -> bool:
        """Whether loudness is judged, too."""
        return any(one is not None for one in (self.max_run, self.min_distinct_ratio, self.min_len))


class Case(msgspec.Struct, frozen=True):
    """One case: a text, what is looked for in it, and how.

    Attributes:
        lexicon: Its name, or its words; None: there are none.
        whitelist: Its name, or its phrases; None: there are none.
    """

    text: str
    id: str | int | None = None
    lexicon: str | list[str | Row] | None = None
    whitelist: str | list[str] | None = None
    options: Options | None = None


def edited(
    rows: Sequence[Row], phrases: Sequence[str], edits: Iterable[tuple[str, str]]
) -> tuple[list[Row], list[str]]:
    """Apply hot edits in their order to a lexicon and its allowed phrases."""
    terms, allowed = list(rows), list(phrases)
    for verb, word in edits:
        match verb:
            case "add":
                terms.append(Row(word))
            case "del":
                terms = [row for row in terms if row.term != word]
            case "allow":
                allowed.append(word)
            case _:
                allowed = [phrase for phrase in allowed if phrase != word]
    return terms, allowed


def word_rules(rows: Iterable[Row], reading: Reading, options: Options) -> Iterator[Rule]:
    """The words as rules, one for each set of equal properties."""
    words: dict[Rule, list[str]] = {}
    for row in rows:
        kind = row.kind(reading)
        if row.term in options.categories:
            kind = replace(kind, category=options.categories[row.term][0])
        if options.only_categories is None or kind.category in options.only_categories:
            words.setdefault(kind, []).append(row.term)
    for number, (kind, found) in enumerate(words.items(), start=1):
        signs = [word for word in found if _is_of_signs(word)]
        yield replace(
            kind,
            rule_id=f"{kind.category}-{number}",
            words=tuple(word for word in found if fold(word).skeleton and word not in signs),
            patterns=tuple(map(re2.escape, signs)),
        )


def _is_of_signs(word: str) -> bool:
    """Whether a word begins or ends with a sign, so that letters alone do not say it."""
    folded = fold(word.strip()).text
    return GAP in (folded[:1], folded[-1:])


def term_of(hit: Hit) -> str:
    """The word of the lexicon that a hit stands for, also where it is looked for as a pattern."""
    is_word = hit.kind is Kind.REGEX and hit.rule_id != PATTERNS_ID
    return _ESCAPED.sub(r"\1", hit.term) if is_word else hit.term


_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def other_rules(options: Options) -> Iterator[Rule]:
    """The patterns, combinations and contacts that the options ask for.

    Raises:
        ValueError: A pattern is none.
    """
    rule = Rule("options", "options", Klass.HOUSE, Action.HOLD)
    regex = [options.regex] if isinstance(options.regex, str) else options.regex
    for pattern in regex:
        if fault := fault_of(pattern):
            raise ValueError(f"{pattern!r} is {fault}")
    if regex:
        yield replace(rule, rule_id=PATTERNS_ID, patterns=tuple(regex))
    if options.combo is not None:
        yield replace(rule, rule_id="combo", combos=(options.combo.combo(),))
    if options.extract is not None:
        wanted = [contact for contact in Contact if contact in options.extract]
        if Contact.PHONE in wanted:
            wanted.append(Contact.LANDLINE)
        yield replace(
            rule, rule_id="extract", contacts=tuple(wanted), digits_min=options.min_digits
        )
