"""A short list of words that is laid over the rules and can only make them stricter.

There may be thousands of such lists, so one is cheap to build and to keep: its words are looked for
as they are spelled, apart and drawn out, by one small trie over the key that the rules have scanned
already. Pinyin, substitutes and leet would multiply the patterns, and stay with the rules.

Nothing is lost when the two are joined: all that the rules have found stays, the graver action
decides, and the reason of the rules stands unless the list is graver.
"""

from collections.abc import Sequence
from typing import Final

from danmaku.filter.acceptance import Match, Reader
from danmaku.filter.automaton import Trie
from danmaku.filter.findings import Findings, Hit, leftmost_longest, masked
from danmaku.filter.lexicon import Entry
from danmaku.filter.normalize import Scanned, fold, key_of
from danmaku.filter.rules import Action, Reading, Rule
from danmaku.filter.variants import Kind

NEAR: Final = Reading(leet=False, variants=False)
"""How such words are read."""

PLACES_MAX: Final = 2000
"""Four words at each letter of the longest comment; who writes a list for more wants to be slow."""


class SmallScreen:
    """A list of words, ready to be looked for beside the rules.

    Args:
        rule: Its words, and what becomes of a text in which one stands. A hit names the word by its
            place in the list, from 1: `{rule_id}:{place}`.
        version: Of the list.

    Cost: 2 us a word to build, 330 bytes a word to keep.
    """

    def __init__(self, rule: Rule, version: str) -> None:
        self._suffix = f"+{version}"
        self._rule = rule
        self._find = Trie([key_of(fold(word).skeleton) for word in rule.words]).find

    def tighten(self, findings: Findings, scanned: Scanned) -> Findings:
        """Join what stands in the list to what the rules say; never less comes of it.

        Args:
            findings: What the rules say of the text.
            scanned: The text.

        Raises:
            ValueError: There are more places to look at than `PLACES_MAX`.
        """
        action, category, klass = findings.action, findings.category, findings.klass
        hits, hidden = findings.hits, findings.masked
        places = self._find(scanned.key)
        if len(places) > PLACES_MAX:
            raise ValueError(f"the list has more than {PLACES_MAX} places in one text")
        if places and (more := self._hits(scanned, places)):
            hits = tuple(sorted((*hits, *more), key=_place))
            hidden = masked(scanned.text, [hit for hit in hits if hit.action is Action.MASK])
            if self._rule.action.weight > action.weight:
                action, category, klass = self._rule.action, self._rule.category, self._rule.klass
        ruleset = findings.ruleset + self._suffix
        return Findings(
            action, category, klass, hits, ruleset, hidden
        )  # `replace` takes twice as long

    def _hits(self, scanned: Scanned, places: Sequence[tuple[int, int, int]]) -> Sequence[Hit]:
        reader = Reader(scanned.text, scanned.folded, scanned.key)
        return leftmost_longest(
            self._hit(number, match)
            for first, stop, number in places
            for match in reader.matches(self._entry(number), first, stop)
        )

    def _entry(self, number: int) -> Entry:
        word = self._rule.words[number]
        return Entry(number, word, Kind.WORD, fold(word).skeleton, NEAR)

    def _hit(self, number: int, match: Match) -> Hit:
        rule = self._rule
        return Hit(
            rule_id=f"{rule.rule_id}:{number + 1}",
            category=rule.category,
            klass=rule.klass,
            action=rule.action,
            start=match.start,
            end=match.end,
            term=rule.words[number],
            kind=match.kind,
        )


def _place(hit: Hit) -> tuple[int, int]:
    return hit.start, -hit.end
