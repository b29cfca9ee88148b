"""What the filter says of a text: hits, the findings that they add up to, and the masked text."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from danmaku.filter.rules import FAULT_CATEGORY, Action, Klass
from danmaku.filter.variants import Kind

MASK: Final = "*"

_GRAVER = {one: tuple(other for other in Action if other.weight >= one.weight) for one in Action}


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
        chars[hit.start : hit.end] = [sign] * (hit.end - hit.start)
    changed = "".join(chars)
    return None if changed == text else changed
