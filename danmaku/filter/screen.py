"""The facade of the filter: a text goes in, findings come out.

A screen is a value like the rule set in it. The owner swaps it by assigning another one;
an inspection that has begun ends under the rules it began with. A screen tells no time,
catches nothing and knows no comment, room or account.

Fail-closed is the caller's part: it measures the inspection, and whatever is raised or
takes too long becomes `Findings.fault`, which holds the comment for a person to see.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from danmaku.filter.automaton import Automaton, Match
from danmaku.filter.normalize import fold, table
from danmaku.filter.rules import FAULT_CATEGORY, Action, Klass, Ruleset

MASK: Final = "*"


@dataclass(frozen=True, slots=True)
class Hit:
    """One place in a text that a rule objects to.

    Attributes:
        start: Offset of its first code point in the original text.
        end: Offset after its last one.
        term: The word as the rule writes it; the text may spell it otherwise.
    """

    rule_id: str
    category: str
    klass: Klass
    action: Action
    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a rule set says of one text.

    Attributes:
        action: The strongest of the hits' actions; `pass` without hits.
        category: That of the first hit with this action; None without hits.
        klass: Its ground; None without hits and in a fault.
        hits: By place. Of overlapping hits with one category and one action only the
            leftmost, and of these the longest, is told.
        ruleset: Version of the rules.
        masked: The text with the spans of `mask` hits starred, code point for code point;
            None if there are none. A held text has it too, for the day it is approved.
    """

    action: Action
    category: str | None
    klass: Klass | None
    hits: tuple[Hit, ...]
    ruleset: str
    masked: str | None

    @classmethod
    def fault(cls, ruleset: str) -> Self:
        """Give the findings for a text on which the filter failed or took too long."""
        return cls(
            action=Action.HOLD,
            category=FAULT_CATEGORY,
            klass=None,
            hits=(),
            ruleset=ruleset,
            masked=None,
        )


class Screen:
    """One version of the rules, ready to inspect.

    Args:
        ruleset: What to look for. Building takes time (see `Automaton`); inspecting does not.
    """

    def __init__(self, ruleset: Ruleset) -> None:
        table()  # built now, so that not the first comment pays for it
        self.ruleset: Final = ruleset
        self._automaton = Automaton(ruleset)
        self._nothing = Findings(
            action=Action.PASS,
            category=None,
            klass=None,
            hits=(),
            ruleset=ruleset.version,
            masked=None,
        )

    def inspect(self, text: str) -> Findings:
        """Say what the rules find in `text`.

        Cost: linear in the text; a few microseconds for a comment in which nothing is found.
        """
        matches = self._automaton.search(text, fold(text))
        if not matches:
            return self._nothing
        hits = _leftmost_longest(matches)
        decisive = max(hits, key=lambda hit: hit.action.weight)
        return Findings(
            action=decisive.action,
            category=decisive.category,
            klass=decisive.klass,
            hits=hits,
            ruleset=self.ruleset.version,
            masked=_masked(text, hits),
        )


def _leftmost_longest(matches: Iterable[Match]) -> tuple[Hit, ...]:
    """Keep what says something of its own.

    The choice is made among equals only: a long mild word must not swallow a short grave one.
    """
    ordered = sorted(matches, key=lambda match: (match.start, -match.end, match.rule.rule_id))
    free_from: dict[tuple[str, Action], int] = {}
    hits: list[Hit] = []
    for match in ordered:
        rule = match.rule
        kind = (rule.category, rule.action)
        if match.start >= free_from.get(kind, 0):
            free_from[kind] = match.end
            hits.append(
                Hit(
                    rule_id=rule.rule_id,
                    category=rule.category,
                    klass=rule.klass,
                    action=rule.action,
                    start=match.start,
                    end=match.end,
                    term=match.word,
                )
            )
    return tuple(hits)


def _masked(text: str, hits: Iterable[Hit]) -> str | None:
    chars = list(text)
    for hit in hits:
        if hit.action is Action.MASK:
            chars[hit.start : hit.end] = MASK * (hit.end - hit.start)
    masked = "".join(chars)
    return None if masked == text else masked
