"""From the bytes of a rule file to a screen that has been tried: all of it, or all that is wrong.

The trial asks the finished screen for what it must know: each word must be found where nothing else
stands, each allowed phrase must pass. A rule that never fires is worse than one that is refused.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import PurePath
from typing import Final

from danmaku.filter.faults import Fault, FaultCode, RuleFileError
from danmaku.filter.normalize import scanned_of
from danmaku.filter.packing import PackError, unpack
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Rule, Ruleset
from danmaku.filter.screen import Screen
from danmaku.filter.word_list import FAULTS_MAX, parse_list

RULE_BYTES_MAX: Final = 256 << 20
"""A million words with all that can be said of them; a built rule set may be larger."""

_LISTS = (".jsonl", ".txt")


def screen_from(source: bytes, name: str) -> Screen:
    """Read, build and try a rule file; arguments as `ruleset_from`.

    Raises:
        RuleFileError: With what is wrong; nothing of it is used.

    Cost: as `lexicon_of`, and a look for each word and phrase. One that has been built is loaded.
    """
    if _is_built(name):
        return _loaded(source, name)
    screen = Screen(ruleset_from(source, name))
    if faults := [*islice(_failures(screen, source.decode("utf-8")), FAULTS_MAX)]:
        raise RuleFileError(faults, name)
    return screen


def ruleset_from(source: bytes, name: str) -> Ruleset:
    """Read a rule file without building it.

    Args:
        source: What stands in it.
        name: What it is called; the ending says what it is: `.jsonl` and `.txt` are lists, `.rules`
            has been built and tried before, all else is TOML.

    Raises:
        RuleFileError: With what is wrong.
    """
    if _is_built(name):
        return _loaded(source, name).ruleset
    if len(source) > RULE_BYTES_MAX:
        raise _unreadable(1, f"{len(source)} bytes are more than {RULE_BYTES_MAX}", name)
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise _unreadable(line, "not UTF-8, or cut off within a character", name) from error
    if PurePath(name).suffix in _LISTS:
        return parse_list(text, name=name)
    return parse_rules(text, name)


def _is_built(name: str) -> bool:
    return PurePath(name).suffix == ".rules"


def _loaded(source: bytes, name: str) -> Screen:
    try:
        return unpack(source)
    except PackError as error:
        raise _unreadable(1, str(error), name) from error


def _unreadable(line: int, what: str, name: str) -> RuleFileError:
    return RuleFileError([Fault(line, FaultCode.NOT_READABLE, "", what)], name)


def _failures(screen: Screen, text: str) -> Iterator[Fault]:
    for rule in screen.ruleset.rules:
        for word in rule.words:
            if not _acts(screen, rule, word):
                what = f"{word!r} is not found where it stands alone"
                yield Fault(_line_of(word, text), FaultCode.NEVER_HIT, rule.rule_id, what)
    for phrase in screen.ruleset.allowed:
        if screen.hits(phrase):
            what = f"{phrase!r} is allowed, and is hit all the same"
            yield Fault(_line_of(phrase, text), FaultCode.NOT_ALLOWED, "", what)


def _acts(screen: Screen, rule: Rule, word: str) -> bool:
    """Whether a word is found; that an allowed phrase says otherwise is for the house to know."""
    hits, _ = screen.found(scanned_of(word))
    return any(hit.action.weight >= rule.action.weight for hit in hits)


def _line_of(word: str, text: str) -> int:
    at = text.find(word)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
