"""Big lists: one word a line, as JSON or plain, read into a few rules.

A JSON line has `term`, and may have `category`, `class`, `action`, `boundary` ("latin" or "none"),
`short`, `variants` and `until`; what it leaves out is as the caller says. Words with equal
properties become one rule, so that a hundred thousand words are a handful of rules.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from danmaku.filter.faults import Fault, FaultCode, RuleFileError
from danmaku.filter.rule_file import NAME, WORDS_MAX, millis_of, word_fault
from danmaku.filter.rules import (
    RESERVED_CATEGORIES,
    Action,
    Klass,
    Reading,
    Rule,
    Ruleset,
    version_of,
)

FAULTS_MAX: Final = 100
"""A list of another kind is wrong on every line; so many of them are told."""

PLAIN: Final = Reading(variants=False)
"""How big lists are read: variants would multiply them."""

_KEYS = frozenset(
    ("term", "category", "class", "action", "boundary", "short", "variants", "until", "note")
)
_ACTIONS = {"block": Action.REFUSE}
_BOUNDARIES = {"latin": True, "none": False}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for the words of a list that say nothing else."""

    category: str = "list"
    klass: Klass = Klass.HOUSE
    action: Action = Action.HOLD
    reading: Reading = PLAIN


def parse_list(text: str, defaults: Defaults = Defaults(), name: str = "") -> Ruleset:
    """Read a list: JSON lines if its first line is one, else a word a line.

    Empty lines and lines that begin with `#` are passed over.

    Raises:
        RuleFileError: With what is wrong; nothing of the list is used.
    """
    lines = [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    is_json = bool(lines) and lines[0][1].startswith("{")
    faults: list[Fault] = []
    rows: dict[Rule, list[str]] = {}
    for number, line in lines:
        try:
            word, kind = _json_row(line, defaults) if is_json else _plain_row(line, defaults)
        except ValueError as error:
            code = error.args[1] if len(error.args) > 1 else FaultCode.NOT_READABLE
            faults.append(Fault(number, code, "", str(error.args[0])))
        else:
            rows.setdefault(kind, []).append(word)
    if len(lines) > WORDS_MAX:
        what = f"{len(lines)} words are more than {WORDS_MAX}"
        faults.append(Fault(1, FaultCode.TOO_MANY, "", what))
    if faults:
        raise RuleFileError(faults[:FAULTS_MAX], name)
    return Ruleset(version_of(text), tuple(_rules(rows)), _allowed(rows))


def parse_phrases(text: str, name: str = "") -> tuple[str, ...]:
    """Read a list of allowed phrases, one a line.

    Raises:
        RuleFileError: With what is wrong.
    """
    lines = enumerate(map(str.strip, text.splitlines()), start=1)
    phrases = [(number, line) for number, line in lines if line and not line.startswith("#")]
    faults = [
        Fault(number, FaultCode.BAD_WORD, "", fault)
        for number, line in phrases
        if (fault := word_fault(line))
    ]
    if faults:
        raise RuleFileError(faults[:FAULTS_MAX], name)
    return tuple(line for _, line in phrases)


def merged(rulesets: Iterable[Ruleset]) -> Ruleset:
    """Several files as one rule set; rules of the same id are told apart by a number."""
    every = list(rulesets)
    rules: dict[str, Rule] = {}
    for rule in (rule for one in every for rule in one.rules):
        number, rule_id = 2, rule.rule_id
        while rule_id in rules:
            rule_id, number = f"{rule.rule_id}-{number}", number + 1
        rules[rule_id] = replace(rule, rule_id=rule_id)
    allowed = tuple(phrase for one in every for phrase in one.allowed)
    return Ruleset(version_of(*(one.version for one in every)), tuple(rules.values()), allowed)


def _plain_row(line: str, defaults: Defaults) -> tuple[str, Rule]:
    if fault := word_fault(line):
        raise ValueError(fault, FaultCode.BAD_WORD)
    return line, _kind(defaults.category, defaults.klass, defaults.action, defaults.reading, None)


def _json_row(line: str, defaults: Defaults) -> tuple[str, Rule]:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"no JSON: {error}", FaultCode.NOT_READABLE) from error
    if not isinstance(row, dict) or "term" not in row:
        raise ValueError("an object with a term is expected", FaultCode.BAD_VALUE)
    if unknown := sorted(row.keys() - _KEYS):
        raise ValueError(f"unknown {', '.join(unknown)}", FaultCode.UNKNOWN_KEY)
    if fault := word_fault(row["term"]):
        raise ValueError(fault, FaultCode.BAD_WORD)
    return row["term"], kind_of(row, defaults)


def kind_of(row: Mapping[str, object], defaults: Defaults) -> Rule:
    """The properties of a JSON line, as a rule without words.

    Raises:
        ValueError: With what is wrong, and the code.
    """
    category = str(row.get("category", defaults.category))
    if not NAME.fullmatch(category):
        raise ValueError(f"category {category!r} is no name", FaultCode.BAD_VALUE)
    if category in RESERVED_CATEGORIES:
        what = f"category {category} belongs to the house itself"
        raise ValueError(what, FaultCode.RESERVED)
    try:
        klass = Klass(str(row.get("class", defaults.klass)))
        said = str(row.get("action", defaults.action))
        action = _ACTIONS.get(said) or Action(said)
        latin = _BOUNDARIES[
            str(row.get("boundary", "latin" if defaults.reading.latin_boundary else "none"))
        ]
    except (ValueError, KeyError) as error:
        raise ValueError(f"{error} is not known here", FaultCode.BAD_VALUE) from error
    is_short = row.get("short", False) is True
    reading = replace(
        defaults.reading,
        latin_boundary=latin,
        gaps=defaults.reading.gaps and not is_short,
        leet=defaults.reading.leet and not is_short,
        variants=row.get("variants", defaults.reading.variants) is True,
    )
    return _kind(category, klass, action, reading, _until(row.get("until")))


def _until(said: object) -> int | None:
    if said is None:
        return None
    try:
        return millis_of(date.fromisoformat(str(said)))
    except ValueError as error:
        raise ValueError(f"until {said!r} is no date", FaultCode.BAD_VALUE) from error


def _kind(
    category: str, klass: Klass, action: Action, reading: Reading, until_ms: int | None
) -> Rule:
    return Rule(category, category, klass, action, reading=reading, until_ms=until_ms)


def _rules(rows: Mapping[Rule, list[str]]) -> Iterator[Rule]:
    acting = [(kind, words) for kind, words in rows.items() if kind.action is not Action.PASS]
    for number, (kind, words) in enumerate(acting, start=1):
        yield replace(kind, rule_id=f"{kind.category}-{number}", words=tuple(words))


def _allowed(rows: Mapping[Rule, list[str]]) -> tuple[str, ...]:
    passing = (words for kind, words in rows.items() if kind.action is Action.PASS)
    return tuple(word for words in passing for word in words)
