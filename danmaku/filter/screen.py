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
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from danmaku.filter.acceptance import Match, Reader
from danmaku.filter.chance import ACROSS_WORDS, is_chance
from danmaku.filter.combos import Stretch, stretches_of
from danmaku.filter.contacts import contacts_in, view_of
from danmaku.filter.leet import is_leet, leet_views
from danmaku.filter.lexicon import ALLOWED, Lexicon, Part, lexicon_of
from danmaku.filter.normalize import key_of, plain_of, skeleton_of
from danmaku.filter.patterns import Patterns
from danmaku.filter.rules import FAULT_CATEGORY, Action, Klass, Rule, Ruleset
from danmaku.filter.sounds import SOUND_LETTERS_MIN, is_heard, sounds_of
from danmaku.filter.tables import tables
from danmaku.filter.variants import Kind

MASK: Final = "*"

UNCERTAIN_LETTERS_MAX: Final = 2
"""Variants of words up to this long meet by chance: they hold a comment at most."""

_VARIED = frozenset(Kind) - {Kind.WORD, Kind.SKIP, Kind.REPEAT, Kind.LEET}
_UNSURE_OF_THREE = frozenset((Kind.REVERSED, Kind.SOUND))
_RIGHT_TO_LEFT = "\u202e"
_GRAVER = {one: tuple(other for other in Action if other.weight >= one.weight) for one in Action}

# Letters for leet, a row of digits for contacts; all else has nothing for either.
_has_letters_or_number = re.compile(r"[a-z]|[0-9]{5}").search
_CHINESE_HOST = re.compile(r"[.。](?:中国|公司|网络|网址|在线|中文网)")


class Hit(NamedTuple):
    """One place in a text that a rule objects to.

    Attributes:
        start: Offset of its first code point in the original text.
        end: Offset after its last one.
        term: The word, pattern or form of contact as the rule has it; the text may spell it
            otherwise.
        kind: How the text spells it.
        value: What a contact says, digits without separators; empty for words.
    """

    rule_id: str
    category: str
    klass: Klass
    action: Action
    start: int
    end: int
    term: str
    kind: Kind = Kind.WORD
    value: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a rule set says of one text.

    Attributes:
        action: The strongest of the hits' actions; `pass` without hits.
        category: That of the first hit with this action; None without hits.
        klass: Its ground; None without hits and in a fault.
        hits: By place. Of overlapping hits of one category only the leftmost, and of these the
            longest, is told; graver ones are told beside it.
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
        ruleset: What to look for. Building takes time (see `lexicon_of`); inspecting does not.
        lexicon: Its words, if they have been built elsewhere.
    """

    def __init__(self, ruleset: Ruleset, lexicon: Lexicon | None = None) -> None:
        self.ruleset: Final = ruleset
        self.lexicon: Final = lexicon or lexicon_of(ruleset)
        self._folding = tables().folded  # read now, so that not the first comment pays for it
        self._find = self.lexicon.matcher.find
        self._hear = self.lexicon.sounds.find if self.lexicon.sounds else None
        self._patterns = [(rule, one) for rule in ruleset.rules for one in rule.patterns]
        self._regexes = Patterns([pattern for _, pattern in self._patterns])
        self._contacts = [rule for rule in ruleset.rules if rule.contacts]
        self._nothing = Findings(Action.PASS, None, None, (), ruleset.version, None)
        sounds_of("")

    def inspect(self, text: str, now_ms: int = 0) -> Findings:
        """Say what the rules find in `text`.

        Args:
            text: At most as long as comments may be.
            now_ms: Rules that have expired by then say nothing; 0: all speak.

        Cost: linear in the text; a few microseconds for a comment in which nothing is found.
        """
        hits = self.hits(text, now_ms)
        if not hits:
            return self._nothing
        told = leftmost_longest(hits)
        decisive = max(told, key=lambda hit: hit.action.weight)
        return Findings(
            action=decisive.action,
            category=decisive.category,
            klass=decisive.klass,
            hits=told,
            ruleset=self.ruleset.version,
            masked=masked(text, (hit for hit in told if hit.action is Action.MASK)),
        )

    def hits(self, text: str, now_ms: int = 0) -> Sequence[Hit]:
        """Everything that is found, overlapping or not, less what an allowed phrase covers."""
        folded = text.translate(self._folding)
        skeleton = skeleton_of(folded)
        key = key_of(skeleton)
        places = self._find(key)
        heard = self._hear(sounds_of(key)) if self._hear and len(key) >= SOUND_LETTERS_MIN else ()
        if not (places or heard or self._patterns or self._is_worth_more(text, skeleton)):
            return ()
        return self._judged(text, folded, key, (places, heard), now_ms)

    def _is_worth_more(self, text: str, skeleton: str) -> bool:
        """Whether a text without words may have something else to be found."""
        return (
            _has_letters_or_number(skeleton) is not None
            or _RIGHT_TO_LEFT in text
            or (bool(self._contacts) and _CHINESE_HOST.search(text) is not None)
        )

    def _judged(
        self,
        text: str,
        folded: str,
        key: str,
        found: tuple[Sequence[tuple[int, int, int]], Sequence[tuple[int, int, int]]],
        now_ms: int,
    ) -> Sequence[Hit]:
        places, heard = found
        matches: list[Match] = []
        if places or heard:
            reader = Reader(text, folded, key)
            matches += self._words(reader, places)
            matches += self._heard(reader, key, heard)
        matches += self._in_leet(text, folded)
        matches += self._backwards(text)
        hits = [*self._told(matches, folded), *self._matched(text), *self._reached(text, folded)]
        protected = _protected_to(matches, len(text))
        expired = {rule.rule_id for rule in self.ruleset.rules if not rule.applies(now_ms)}
        return [
            hit
            for hit in hits
            if hit.end > protected[hit.start] and (not expired or hit.rule_id not in expired)
        ]

    def _words(self, reader: Reader, places: Iterable[tuple[int, int, int]]) -> Iterator[Match]:
        entry = self.lexicon.entry
        for first, stop, pattern in places:
            one = entry(pattern)
            if one.kind not in ACROSS_WORDS or not is_chance(one, reader.key, first, stop):
                yield from reader.matches(one, first, stop)

    def _heard(
        self, reader: Reader, key: str, places: Iterable[tuple[int, int, int]]
    ) -> Iterator[Match]:
        for first, stop, pattern in places:
            entry = self.lexicon.sound_entry(pattern)
            spelled = key[first:stop]
            if is_heard(key_of(entry.spelled), spelled):
                entry = entry._replace(spelled=spelled)
                if not is_chance(entry, key, first, stop):
                    yield from reader.matches(entry, first, stop)

    def _in_leet(self, text: str, folded: str) -> Iterator[Match]:
        for view in leet_views(text):
            read = view.translate(self._folding)
            key = key_of(skeleton_of(read))
            places = self._find(key)
            reader = Reader(text, read, key) if places else None
            for match in self._words(reader, places) if reader else ():
                start, end = match.start, match.end
                if (
                    match.entry.reading.leet
                    and match.entry.kind in (Kind.WORD, Kind.SWAPPED)
                    and match.entry.spelled.isascii()
                    and is_leet(text[start:end], read[start:end], folded[start:end])
                ):
                    yield match._replace(kind=Kind.LEET)

    def _backwards(self, text: str) -> Iterator[Match]:
        """Read what a direction control shows from right to left as it is shown."""
        if _RIGHT_TO_LEFT not in text:
            return
        shown = text[::-1]
        folded = shown.translate(self._folding)
        key = key_of(skeleton_of(folded))
        for match in self._words(Reader(shown, folded, key), self._find(key)):
            start, end = len(text) - match.end, len(text) - match.start
            if _RIGHT_TO_LEFT in text[:start]:
                yield match._replace(kind=Kind.REVERSED, start=start, end=end)

    def _told(self, matches: Iterable[Match], folded: str) -> Iterator[Hit]:
        """The hits of words, then those of combinations."""
        parts: dict[tuple[int, int], dict[int, list[Stretch]]] = {}
        for match in matches:
            owner = match.entry.owner
            if isinstance(owner, Part):
                rows = parts.setdefault((owner.rule, owner.combo), defaultdict(list))
                rows[owner.part].append(Stretch(match.start, match.end))
            elif owner != ALLOWED:
                rule = self.ruleset.rules[owner]
                yield _hit(
                    rule, match.start, match.end, match.entry.word, _action(rule, match), match.kind
                )
        for (number, at), rows in parts.items():
            rule = self.ruleset.rules[number]
            combo = rule.combos[at]
            if -1 not in rows and len(rows) == len(combo.parts):
                places = [sorted(rows[part]) for part in range(len(combo.parts))]
                for start, end in stretches_of(combo, places, folded):
                    yield _hit(rule, start, end, str(combo), rule.action, Kind.COMBO)

    def _matched(self, text: str) -> Iterator[Hit]:
        if self._patterns:
            for number, start, end in self._regexes.find(plain_of(text)):
                rule, pattern = self._patterns[number]
                yield _hit(rule, start, end, pattern, rule.action, Kind.REGEX)

    def _reached(self, text: str, folded: str) -> Iterator[Hit]:
        view = view_of(plain_of(text), folded) if self._contacts else ""
        for rule in self._contacts:
            for one in contacts_in(view, rule.contacts, rule.digits_min):
                hit = _hit(rule, one.start, one.end, one.contact.value, rule.action, Kind.CONTACT)
                yield hit._replace(value=one.value)


def _hit(rule: Rule, start: int, end: int, term: str, action: Action, kind: Kind) -> Hit:
    return Hit(rule.rule_id, rule.category, rule.klass, action, start, end, term, kind)


def _action(rule: Rule, match: Match) -> Action:
    """The rule's action, or `hold` where a disguise is no better than a chance."""
    if rule.action is not Action.REFUSE or match.kind not in _VARIED:
        return rule.action
    letters = len(match.entry.word)
    unsure = UNCERTAIN_LETTERS_MAX + (match.kind in _UNSURE_OF_THREE)
    return Action.HOLD if letters <= unsure else rule.action


def _protected_to(matches: Iterable[Match], length: int) -> Sequence[int]:
    """Tell for every offset how far allowed phrases reach that begin there or before."""
    reach = [0] * (length + 1)
    for match in matches:
        if match.entry.owner == ALLOWED:
            reach[match.start] = max(reach[match.start], match.end)
    for at in range(1, length + 1):
        reach[at] = max(reach[at], reach[at - 1])
    return reach


def leftmost_longest(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Keep what says something of its own.

    The choice is made within a category, and a long mild word never swallows a short grave one.
    """
    kept: list[Hit] = []
    last: dict[tuple[str, Action], int] = {}
    order = sorted(hits, key=lambda hit: (hit.start, -hit.end, -hit.action.weight, hit.rule_id))
    for hit in order:
        graver = (last.get((hit.category, action), 0) for action in _GRAVER[hit.action])
        if hit.start >= max(graver):
            last[hit.category, hit.action] = hit.end
            kept.append(hit)
    return tuple(kept)


def masked(text: str, hits: Iterable[Hit], sign: str = MASK) -> str | None:
    """`text` with a sign for each code point of the hits; None if there are none."""
    chars = list(text)
    for hit in hits:
        chars[hit.start : hit.end] = sign * (hit.end - hit.start)
    changed = "".join(chars)
    return None if changed == text else changed
