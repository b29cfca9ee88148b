"""The facade of the filter: a text goes in, findings come out.

A screen is a value like the rule set in it. The owner swaps it by assigning another one; an
inspection that has begun ends under the rules it began with. A screen tells no time, catches
nothing and knows no comment, room or account.

Fail-closed is the caller's part: it measures the inspection, and whatever is raised or takes too
long becomes `Findings.fault`, which holds the comment for a person to see.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from danmaku.filter.acceptance import Match
from danmaku.filter.combos import Stretch, stretches_of
from danmaku.filter.contacts import contacts_in, may_reach, view_of
from danmaku.filter.findings import Findings, Hit, leftmost_longest, masked
from danmaku.filter.lexicon import ALLOWED, Lexicon, Part, lexicon_of
from danmaku.filter.normalize import Scanned, plain_of, scanned_of
from danmaku.filter.patterns import Patterns
from danmaku.filter.rules import Action, Rule, Ruleset
from danmaku.filter.variants import Kind
from danmaku.filter.word_search import WordSearch

UNCERTAIN_LETTERS_MAX: Final = 2
"""Disguises of words up to this long meet by chance: they hold a comment at most."""

_VARIED = frozenset(Kind) - {Kind.WORD, Kind.SKIP, Kind.REPEAT, Kind.LEET}
_UNSURE_OF_THREE = frozenset((Kind.REVERSED, Kind.SOUND))
_has_latin = re.compile("[a-z]").search


class Screen:
    """One version of the rules, ready to inspect.

    Args:
        ruleset: What to look for. Building takes time (see `lexicon_of`); inspecting does not.
        lexicon: Its words, if they have been built elsewhere.
    """

    def __init__(self, ruleset: Ruleset, lexicon: Lexicon | None = None) -> None:
        self.ruleset: Final = ruleset
        self.lexicon: Final = lexicon or lexicon_of(ruleset)
        self._search = WordSearch(self.lexicon).search
        scanned_of("")  # reads the tables now, so that not the first comment pays for it
        self._patterns = [(rule, one) for rule in ruleset.rules for one in rule.patterns]
        self._regexes = Patterns([pattern for _, pattern in self._patterns])
        self._contacts = [rule for rule in ruleset.rules if rule.contacts]
        self._expires = any(rule.until_ms is not None for rule in ruleset.rules)
        self._nothing = Findings(Action.PASS, None, None, (), ruleset.version, None)

    def inspect(self, text: str, now_ms: int = 0) -> Findings:
        """Say what the rules find in `text`.

        Args:
            text: At most as long as comments may be.
            now_ms: Rules that have expired by then say nothing; 0: all speak.

        Cost: linear in the text; a few microseconds for a comment in which nothing is found.
        """
        return self.findings(scanned_of(text), now_ms)

    def findings(self, scanned: Scanned, now_ms: int = 0) -> Findings:
        """As `inspect`, of a text that others look at too."""
        hits, matches = self.found(scanned, now_ms)
        told = unprotected(hits, matches, len(scanned.text)) if hits else ()
        return findings_of(told, scanned.text, self.ruleset.version) if told else self._nothing

    def hits(self, text: str, now_ms: int = 0) -> Sequence[Hit]:
        """Everything that is found, overlapping or not, less what an allowed phrase covers."""
        hits, matches = self.found(scanned_of(text), now_ms)
        return unprotected(hits, matches, len(text)) if hits else ()

    def found(self, scanned: Scanned, now_ms: int = 0) -> tuple[Sequence[Hit], Sequence[Match]]:
        """Everything that is found, and the words behind it, allowed phrases among them."""
        text, folded, skeleton = scanned.text, scanned.folded, scanned.skeleton
        has_latin = _has_latin(skeleton) is not None
        matches = self._search(text, folded, scanned.key, has_latin=has_latin)
        hits = self._told(matches, folded) if matches else []
        if self._patterns:
            hits += self._matched(text)
        if self._contacts and may_reach(text, skeleton):
            hits += self._reached(text)
        if self._expires and hits:
            hits = self._in_force(hits, now_ms)
        return hits, matches

    def _told(self, matches: Iterable[Match], folded: str) -> list[Hit]:
        """The hits of words, then those of combinations."""
        hits: list[Hit] = []
        parts: dict[tuple[int, int], dict[int, list[Stretch]]] = {}
        for match in matches:
            owner = match.entry.owner
            if isinstance(owner, Part):
                rows = parts.setdefault((owner.rule, owner.combo), defaultdict(list))
                rows[owner.part].append(Stretch(match.start, match.end))
            elif owner != ALLOWED:
                hits.append(_word_hit(self.ruleset.rules[owner], match))
        for (number, at), rows in parts.items():
            hits += self._together(self.ruleset.rules[number], at, rows, folded)
        return hits

    def _together(
        self, rule: Rule, at: int, rows: dict[int, list[Stretch]], folded: str
    ) -> Iterator[Hit]:
        combo = rule.combos[at]
        if -1 in rows or len(rows) < len(combo.parts):
            return
        places = [sorted(rows[part]) for part in range(len(combo.parts))]
        for start, end in stretches_of(combo, places, folded):
            yield _hit(rule, start, end, str(combo), Kind.COMBO)

    def _matched(self, text: str) -> Iterator[Hit]:
        for number, start, end in self._regexes.find(plain_of(text)):
            rule, pattern = self._patterns[number]
            yield _hit(rule, start, end, pattern, Kind.REGEX)

    def _reached(self, text: str) -> Iterator[Hit]:
        view = view_of(text)
        for rule in self._contacts:
            for one in contacts_in(view, rule.contacts, rule.digits_min):
                hit = _hit(rule, one.start, one.end, one.contact.value, Kind.CONTACT)
                yield hit._replace(value=one.value)

    def _in_force(self, hits: Iterable[Hit], now_ms: int) -> list[Hit]:
        expired = {rule.rule_id for rule in self.ruleset.rules if not rule.applies(now_ms)}
        return [hit for hit in hits if hit.rule_id not in expired]


def findings_of(hits: Iterable[Hit], text: str, version: str) -> Findings:
    """What the hits add up to; `version` is that of the rules."""
    told = leftmost_longest(hits)
    if not told:
        return Findings(Action.PASS, None, None, (), version, None)
    decisive = max(told, key=_weight)
    return Findings(
        action=decisive.action,
        category=decisive.category,
        klass=decisive.klass,
        hits=told,
        ruleset=version,
        masked=masked(text, [hit for hit in told if hit.action is Action.MASK]),
    )


def _hit(rule: Rule, start: int, end: int, term: str, kind: Kind) -> Hit:
    return Hit(rule.rule_id, rule.category, rule.klass, rule.action, start, end, term, kind)


def _word_hit(rule: Rule, match: Match) -> Hit:
    """The hit of a word; where its disguise is no better than a chance it holds at most."""
    hit = _hit(rule, match.start, match.end, match.entry.word, match.kind)
    if rule.action is Action.REFUSE and match.kind in _VARIED:
        unsure = UNCERTAIN_LETTERS_MAX + (match.kind in _UNSURE_OF_THREE)
        if len(match.entry.word) <= unsure:
            return hit._replace(action=Action.HOLD)
    return hit


def _weight(hit: Hit) -> int:
    return hit.action.weight


def unprotected(hits: Sequence[Hit], matches: Iterable[Match], length: int) -> Sequence[Hit]:
    """The hits that do not lie wholly inside one allowed phrase."""
    phrases = [match for match in matches if match.entry.owner == ALLOWED]
    if not phrases:
        return hits
    reach = [0] * length
    for phrase in phrases:
        reach[phrase.start] = max(reach[phrase.start], phrase.end)
    protected = list(accumulate(reach, max))
    return [hit for hit in hits if hit.end > protected[hit.start]]
