"""What a rule set is: words, combinations, patterns and contacts, as immutable values.

A rule set names itself by a digest of what it was read from, so a verdict that carries the version
can be held against exactly the rules that gave it. How rules are written down is the business of
`rule_file` and `word_list`; how they are found in a text, that of `screen`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Final

VERSION_HEX_DIGITS: Final = 16

FAULT_CATEGORY: Final = "filter_fault"
"""What a comment is held for when the filter failed; no rule may claim it."""

ROOM_CATEGORY: Final = "room_list"
"""What a room's own list objects to; no rule may claim it."""

LEARNED_CATEGORY: Final = "learned"
"""What a learned model holds; no rule may claim it."""

DELAY_CATEGORY: Final = "delay"
"""What appears by itself when its delay is over; no rule may claim it, for no person would look."""

RESERVED_CATEGORIES: Final = frozenset(
    {FAULT_CATEGORY, ROOM_CATEGORY, LEARNED_CATEGORY, DELAY_CATEGORY}
)


class Klass(StrEnum):
    """On what ground a category stands: the law, the platform's rules, or the house's taste."""

    ILLEGAL = "illegal"
    NEGATIVE = "negative"
    HOUSE = "house"


class Action(StrEnum):
    """What becomes of a comment; each outweighs those above it."""

    PASS = "pass"  # noqa: S105 -- a verdict, no password
    NEUTRAL = "neutral"
    MASK = "mask"
    HOLD = "hold"
    REFUSE = "refuse"

    @property
    def weight(self) -> int:
        """Rank among the actions, 0 for `pass`."""
        return _WEIGHTS[self]


_WEIGHTS = {action: weight for weight, action in enumerate(Action)}


class Contact(StrEnum):
    """Ways to reach somebody elsewhere, each with a form that can be checked."""

    PHONE = "phone"
    LANDLINE = "landline"
    QQ = "qq"
    WECHAT = "wechat"
    URL = "url"
    EMAIL = "email"
    IPV4 = "ipv4"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    DIGITS = "digits"


@dataclass(frozen=True, slots=True)
class Reading:
    """How freely the words of a rule are read.

    Attributes:
        latin_boundary: A word that begins or ends with a Latin letter is hit only where no
            further letter follows on that side: "ass" is not in "class". Digits likewise.
        gaps: Letters may stand apart: "f.u.c.k".
        repeats: Letters may be drawn out: "fuuuck".
        leet: Digits and signs stand for letters: "sh1t".
        variants: Pinyin, substitutes, split and reversed writing are looked for, too.
        initials: A first letter may stand for a character, even for all of them. Off unless
            somebody asks for it: two letters are the initials of half the language.
        inflections: English endings may follow: "fucking".
    """

    latin_boundary: bool = True
    gaps: bool = True
    repeats: bool = True
    leet: bool = True
    variants: bool = True
    initials: bool = False
    inflections: bool = False


EXACT: Final = Reading(gaps=False, repeats=False, leet=False, variants=False)
SHORT: Final = Reading(gaps=False, leet=False)


@dataclass(frozen=True, slots=True)
class Combo:
    """Words that object only together.

    Attributes:
        parts: One of each tuple has to stand in the text.
        within: How many letters after the end of one part the next begins at the latest;
            1: at once.
        ordered: Whether they stand in the order of `parts`.
        none: Words in whose presence the combination means no harm.
    """

    parts: tuple[tuple[str, ...], ...]
    within: int
    ordered: bool = True
    none: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " + ".join("|".join(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who made a rule, why, on what basis, and since when (ms since 1970); as far as it is said."""

    by: str = ""
    why: str = ""
    basis: str = ""
    since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What means the same to the house.

    Attributes:
        rule_id: Unique in its rule set; recorded with every hit.
        words: As written; none folds to nothing.
        patterns: Regular expressions in RE2's language.
        digits_min: Shortest row of digits that `Contact.DIGITS` objects to.
        until_ms: From then on the rule objects to nothing; None: it stays.
    """

    rule_id: str
    category: str
    klass: Klass
    action: Action
    words: tuple[str, ...] = ()
    combos: tuple[Combo, ...] = ()
    patterns: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    digits_min: int = 8
    reading: Reading = Reading()
    until_ms: int | None = None
    provenance: Provenance = Provenance()

    def applies(self, now_ms: int) -> bool:
        """Whether the rule has not expired."""
        return self.until_ms is None or now_ms < self.until_ms


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Everything one version of the filter knows.

    Attributes:
        version: Digest of what it was read from.
        rules: Those that act; their action is never `pass`.
        allowed: Phrases that protect what they cover.
    """

    version: str
    rules: tuple[Rule, ...] = ()
    allowed: tuple[str, ...] = ()


def version_of(*texts: str) -> str:
    """Name what was read by its digest."""
    digest = sha256()
    for text in texts:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:VERSION_HEX_DIGITS]


def amended(ruleset: Ruleset, rules: Iterable[Rule] = (), allowed: Iterable[str] = ()) -> Ruleset:
    """A rule set with rules or allowed phrases added, as an urgent edit needs it.

    A rule whose id is there already takes its place.
    """
    added = {rule.rule_id: rule for rule in rules}
    phrases = tuple(allowed)
    kept = tuple(rule for rule in ruleset.rules if rule.rule_id not in added)
    return replace(
        ruleset,
        version=version_of(ruleset.version, repr((tuple(added.values()), phrases))),
        rules=(*kept, *added.values()),
        allowed=(*ruleset.allowed, *phrases),
    )
