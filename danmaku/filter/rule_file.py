"""The rule file that people write: TOML, checked once, as values.

Whether a word *can* match is checked here too, for a rule that never fires is worse than one that
is refused. All faults are found in one go, each with its line.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, TypeVar

from danmaku.filter.faults import Fault, FaultCode, RuleFileError
from danmaku.filter.normalize import fold
from danmaku.filter.patterns import fault_of
from danmaku.filter.rules import (
    RESERVED_CATEGORIES,
    Action,
    Combo,
    Contact,
    Klass,
    Provenance,
    Reading,
    Rule,
    Ruleset,
    version_of,
)

WORDS_MAX: Final = 1_000_000
WORD_CODE_POINTS_MAX: Final = 100
PARTS_MAX: Final = 4
WITHIN_MAX: Final = 100
PATTERNS_MAX: Final = 1000

NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")
READING_KEYS: Final = tuple(one.name for one in fields(Reading))
_TEXT_KEYS = ("by", "why", "basis")
_RULE_KEYS = frozenset(
    (
        *("id", "category", "class", "action", "words", "combo", "patterns", "contacts"),
        *("digits_min", "until", "since", *_TEXT_KEYS, *READING_KEYS),
    )
)
_COMBO_KEYS = frozenset(("all", "within", "order", "none"))
_ALLOW_KEYS = frozenset(("phrases", *_TEXT_KEYS))

_Choice = TypeVar("_Choice", bound=StrEnum)
_Table = Mapping[str, object]


def parse_rules(text: str, name: str = "") -> Ruleset:
    """Read a rule file (docs/filter.md shows one).

    Args:
        text: What it says.
        name: What it is called, for the error's words.

    Raises:
        RuleFileError: With everything that is wrong. Nothing is half read: the caller keeps the
            rule set that it has.
    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        placed = re.search(r"line (\d+)", str(error))
        line = int(placed[1]) if placed else text.count("\n") + 1
        raise RuleFileError([Fault(line, FaultCode.NOT_READABLE, "", str(error))], name) from error
    reader = _Reader(text)
    rules, allowed = reader.read(document)
    if reader.faults:
        raise RuleFileError(reader.faults, name)
    acting = tuple(rule for rule in rules if rule.action is not Action.PASS)
    passing = [word for rule in rules if rule.action is Action.PASS for word in rule.words]
    return Ruleset(version_of(text), acting, (*allowed, *passing))


def word_fault(word: object) -> str | None:
    """Why a word cannot be looked for; None if it can."""
    if not isinstance(word, str) or len(word) > WORD_CODE_POINTS_MAX:
        return f"{word!r:.40} must be text of at most {WORD_CODE_POINTS_MAX} characters"
    if not fold(word).skeleton:
        return f"{word!r} has no letter, digit or ideograph to look for; write it as a pattern"
    return None


class _Lines:
    """Where things stand in a TOML file, which the parser does not say."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines() or [""]
        self._headers: dict[str, list[int]] = {}
        for at, line in enumerate(self._lines):
            if header := re.match(r"\s*\[\[\s*([\w.]+)\s*\]\]", line):
                self._headers.setdefault(header[1], []).append(at)
        self._starts = sorted(at for rows in self._headers.values() for at in rows)

    def of(self, header: str, place: int, needle: str = "") -> int:
        """The line of the table of this number, or of what is looked for in it."""
        rows = self._headers.get(header, [])
        if place >= len(rows):
            return 1
        start = rows[place]
        end = next(
            (at for at in self._starts if at > start and not self._is_part(at, header)), None
        )
        for at in range(start, end if end is not None else len(self._lines)):
            if needle and needle in self._lines[at]:
                return at + 1
        return start + 1

    def _is_part(self, at: int, header: str) -> bool:
        return self._lines[at].lstrip().startswith(f"[[{header}.")


class _Reader:
    """One reading of a file: gathers what is wrong while it goes."""

    def __init__(self, text: str) -> None:
        self.faults: list[Fault] = []
        self._lines = _Lines(text)
        self._header, self._place, self._where = "", 0, ""
        self._words_count = 0

    def read(self, document: _Table) -> tuple[list[Rule], list[str]]:
        """All rules and allowed phrases; those with faults are left out."""
        self._known_keys(document, ("rule", "allow"))
        rules = [rule for table in self._tables(document, "rule") if (rule := self._rule(table))]
        seen: set[str] = set()
        for place, rule in enumerate(rules):
            if rule.rule_id in seen:
                self._header, self._place, self._where = "rule", place, f'"{rule.rule_id}"'
                self._wrong("id", FaultCode.TWICE, "two rules have this id")
            seen.add(rule.rule_id)
        allowed = [word for table in self._tables(document, "allow") for word in self._allow(table)]
        if self._words_count > WORDS_MAX:
            what = f"{self._words_count} words are more than {WORDS_MAX}"
            self.faults.append(Fault(1, FaultCode.TOO_MANY, "", what))
        return rules, allowed

    def _tables(self, document: _Table, header: str) -> Iterator[_Table]:
        tables = document.get(header, [])
        self._header = header
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            self._where = header
            self._wrong(header, FaultCode.BAD_VALUE, f"write it as [[{header}]]")
            return
        for place, table in enumerate(tables):
            self._place, self._where = place, f"{header} {place + 1}"
            yield table

    def _rule(self, table: _Table) -> Rule | None:
        before = len(self.faults)
        rule_id = self._name(table, "id")
        self._where = f'{self._where} ("{rule_id}")'
        self._known_keys(table, _RULE_KEYS)
        category = self._name(table, "category")
        if category in RESERVED_CATEGORIES:
            what = f"category {category} belongs to the house itself"
            self._wrong("category", FaultCode.RESERVED, what)
        rule = Rule(
            rule_id=rule_id,
            category=category,
            klass=self._choice(table, "class", Klass, Klass.HOUSE),
            action=self._choice(table, "action", Action, Action.HOLD),
            words=self._words(table, "words"),
            combos=tuple(self._combos(table)),
            patterns=self._patterns(table),
            contacts=self._contacts(table),
            digits_min=self._number(table, "digits_min", range(2, 100), 8),
            reading=self._reading(table),
            until_ms=self._time(table, "until"),
            provenance=self._provenance(table),
        )
        if len(self.faults) == before and not (
            rule.words or rule.combos or rule.patterns or rule.contacts
        ):
            what = "it looks for nothing: give words, combo, patterns or contacts"
            self._wrong("", FaultCode.EMPTY, what)
        return rule if len(self.faults) == before else None

    def _allow(self, table: _Table) -> tuple[str, ...]:
        self._known_keys(table, _ALLOW_KEYS)
        phrases = self._words(table, "phrases")
        if "phrases" not in table:
            self._wrong("", FaultCode.EMPTY, "phrases must be a list of at least one word")
        return phrases

    def _combos(self, table: _Table) -> Iterator[Combo]:
        combos = table.get("combo", [])
        if not isinstance(combos, list) or not all(isinstance(one, dict) for one in combos):
            self._wrong("combo", FaultCode.BAD_VALUE, "write it as [[rule.combo]]")
            return
        for combo in combos:
            self._known_keys(combo, _COMBO_KEYS)
            parts = combo.get("all")
            if not isinstance(parts, list) or len(parts) not in range(2, PARTS_MAX + 1):
                what = f"all must be a list of 2 to {PARTS_MAX} words, or lists of words"
                self._wrong("all", FaultCode.BAD_VALUE, what)
                continue
            rows = [part if isinstance(part, list) else [part] for part in parts]
            order = self._choice(combo, "order", _Order, _Order.GIVEN) if "order" in combo else None
            yield Combo(
                parts=tuple(self._words({"all": row}, "all") for row in rows),
                within=self._number(combo, "within", range(WITHIN_MAX + 1), None),
                ordered=order is not _Order.ANY,
                none=self._words(combo, "none"),
            )

    def _words(self, table: _Table, key: str) -> tuple[str, ...]:
        if key not in table:
            return ()
        words = table[key]
        if not isinstance(words, list) or not words:
            self._wrong(key, FaultCode.BAD_VALUE, f"{key} must be a list of at least one word")
            return ()
        for word in words:
            if fault := word_fault(word):
                self._wrong(str(word), FaultCode.BAD_WORD, fault)
        self._words_count += len(words)
        return tuple(map(str, words))

    def _patterns(self, table: _Table) -> tuple[str, ...]:
        patterns = table.get("patterns", [])
        if not isinstance(patterns, list) or not all(isinstance(one, str) for one in patterns):
            self._wrong("patterns", FaultCode.BAD_VALUE, "patterns must be a list of texts")
            return ()
        for pattern in patterns[:PATTERNS_MAX]:
            if fault := fault_of(pattern):
                self._wrong(pattern, FaultCode.BAD_PATTERN, f"{pattern!r:.60} is {fault}")
        if len(patterns) > PATTERNS_MAX:
            self._wrong("patterns", FaultCode.TOO_MANY, f"more than {PATTERNS_MAX} patterns")
        return tuple(patterns)

    def _contacts(self, table: _Table) -> tuple[Contact, ...]:
        named = table.get("contacts", [])
        if not isinstance(named, list) or not {*map(str, named)} <= {*Contact}:
            what = f"contacts must be some of {', '.join(Contact)}"
            self._wrong("contacts", FaultCode.BAD_VALUE, what)
            return ()
        return tuple(map(Contact, named))

    def _reading(self, table: _Table) -> Reading:
        chosen = {key: table[key] for key in READING_KEYS if key in table}
        for key, value in chosen.items():
            if not isinstance(value, bool):
                self._wrong(key, FaultCode.BAD_VALUE, f"{key} must be true or false")
        return Reading(**{key: value is True for key, value in chosen.items()})

    def _provenance(self, table: _Table) -> Provenance:
        said = {key: table.get(key, "") for key in _TEXT_KEYS}
        for key, value in said.items():
            if not isinstance(value, str):
                self._wrong(key, FaultCode.BAD_VALUE, f"{key} must be text")
        return Provenance(
            **{key: str(value) for key, value in said.items()}, since_ms=self._time(table, "since")
        )

    def _time(self, table: _Table, key: str) -> int | None:
        if key not in table:
            return None
        if (moment := millis_of(table[key])) is None:
            self._wrong(key, FaultCode.BAD_VALUE, f"{key} must be a date, or a time with its zone")
        return moment

    def _number(self, table: _Table, key: str, allowed: range, default: int | None) -> int:
        value = table.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
            what = f"{key} must be a number from {allowed.start} to {allowed.stop - 1}"
            self._wrong(key, FaultCode.BAD_VALUE, what)
            return allowed.start
        return value

    def _name(self, table: _Table, key: str) -> str:
        name = table.get(key)
        if not isinstance(name, str) or not NAME.fullmatch(name):
            what = f"{key} must be up to 64 of a-z, 0-9, _ and -, a letter first"
            self._wrong(key, FaultCode.BAD_VALUE, what)
        return str(name)

    def _choice(self, table: _Table, key: str, choices: type[_Choice], instead: _Choice) -> _Choice:
        try:
            return choices(str(table.get(key)))
        except ValueError:
            self._wrong(key, FaultCode.BAD_VALUE, f"{key} must be one of {', '.join(choices)}")
            return instead

    def _known_keys(self, table: _Table, known: Collection[str]) -> None:
        for key in sorted(table.keys() - set(known)):
            what = f"unknown {key}; known are {', '.join(sorted(known))}"
            self._wrong(key, FaultCode.UNKNOWN_KEY, what)

    def _wrong(self, needle: str, code: FaultCode, what: str) -> None:
        line = self._lines.of(self._header, self._place, needle)
        self.faults.append(Fault(line, code, self._where, what))


class _Order(StrEnum):
    GIVEN = "given"
    ANY = "any"


def millis_of(value: object) -> int | None:
    """A date or a time with its zone as milliseconds since 1970; None if it is neither."""
    if isinstance(value, datetime):
        return None if value.tzinfo is None else int(value.timestamp() * 1000)
    if isinstance(value, date):
        return int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000)
    return None
