"""A rule set as a rule file: what is read from it has the same rules again, in the same order."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from typing import Final

from danmaku.filter.rules import Combo, Reading, Rule, Ruleset

_PLAIN: Final = Reading()
_DIGITS_MIN: Final = 8


def text_of(ruleset: Ruleset) -> str:
    """Write a rule set down. Its version is another: a digest of what is written."""
    parts = [_rule(rule) for rule in ruleset.rules]
    if ruleset.allowed:
        parts.append(f"[[allow]]\nphrases = {_list(ruleset.allowed)}\n")
    return "\n".join(parts)


def _rule(rule: Rule) -> str:
    lines = ["[[rule]]", *_named(rule), *_sought(rule), *_reading(rule.reading), *_origin(rule)]
    lines += [line for combo in rule.combos for line in _combo(combo)]
    return "\n".join(lines) + "\n"


def _named(rule: Rule) -> Iterator[str]:
    yield f"id = {_text(rule.rule_id)}"
    yield f"category = {_text(rule.category)}"
    yield f"class = {_text(rule.klass.value)}"
    yield f"action = {_text(rule.action.value)}"


def _sought(rule: Rule) -> Iterator[str]:
    for key in ("words", "patterns", "contacts"):
        if values := getattr(rule, key):
            yield f"{key} = {_list(map(str, values))}"
    if rule.digits_min != _DIGITS_MIN:
        yield f"digits_min = {rule.digits_min}"


def _reading(reading: Reading) -> Iterator[str]:
    for each in fields(Reading):
        if (value := getattr(reading, each.name)) != getattr(_PLAIN, each.name):
            yield f"{each.name} = {str(value).lower()}"


def _origin(rule: Rule) -> Iterator[str]:
    origin = rule.provenance
    for key, said in (("by", origin.by), ("why", origin.why), ("basis", origin.basis)):
        if said:
            yield f"{key} = {_text(said)}"
    for key, moment in (("since", origin.since_ms), ("until", rule.until_ms)):
        if moment is not None:
            yield f"{key} = {_time(moment)}"


def _combo(combo: Combo) -> Iterator[str]:
    yield "[[rule.combo]]"
    yield f"all = [{', '.join(_list(part) for part in combo.parts)}]"
    yield f"within = {combo.within}"
    if not combo.ordered:
        yield 'order = "any"'
    if combo.none:
        yield f"none = {_list(combo.none)}"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    # JSON's escapes are TOML's as well, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _time(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(timespec="milliseconds")
