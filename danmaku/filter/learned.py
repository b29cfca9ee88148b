"""The learned stage: what people decided before, as a weight for each short row of letters.

A model is linear: it adds up the weights of all rows of one to three letters that stand in a text,
as often as they stand there. The rows are patterns of the same automaton that looks for words, so a
score costs one scan. What is scored is the key (see `normalize`): however a text is spaced,
stretched or styled, it has one score.

A model says "hold", never "refuse": it has seen what people did, and knows no reasons.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from danmaku.filter.automaton import Charwise
from danmaku.filter.findings import Findings, Hit
from danmaku.filter.model_card import Card
from danmaku.filter.normalize import scanned_of
from danmaku.filter.rules import LEARNED_CATEGORY, Action, Klass
from danmaku.filter.screen import findings_of
from danmaku.filter.variants import Kind

ROW_LETTERS_MAX: Final = 3
ROWS_MAX: Final = 20_000
WEIGHT_MAX: Final = 1e6
"""Log odds no training comes near; sums of these stay numbers, which can be compared."""

LETTERS_MIN: Final = 4
"""Of a shorter key a model says nothing: everybody laughs alike."""


class Band(StrEnum):
    """Where a score lies."""

    PASS = "pass"  # noqa: S105 -- a word of judgement, no password
    SHADOW = "shadow"
    HOLD = "hold"


class Opinion(NamedTuple):
    """What a model says of a text; `score` is None if the text is too short for one."""

    band: Band
    score: float | None


class Ground(NamedTuple):
    """A row of letters in a text, how many times it stands there, and the weight of each."""

    row: str
    times: int
    weight: float


@dataclass(frozen=True, slots=True)
class Weights:
    """What a model has learned.

    Attributes:
        rows: Of letters, one to three each, none twice.
        weights: Of each row; what speaks against a text is positive.
        bias: The score of a text in which none of them stands.
        shadow_at: From this score on a text is counted.
        hold_at: From this one on it may be held; not below `shadow_at`.
    """

    rows: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float
    shadow_at: float
    hold_at: float

    def fault(self) -> str | None:
        """What keeps these from being used; None: nothing."""
        if not 0 < len(self.rows) <= ROWS_MAX or len(set(self.rows)) != len(self.rows):
            return f"between 1 and {ROWS_MAX} rows, none twice"
        if any(not 0 < len(row) <= ROW_LETTERS_MAX for row in self.rows):
            return f"rows of 1 to {ROW_LETTERS_MAX} letters"
        if len(self.weights) != len(self.rows):
            return "a weight for each row"
        numbers = (*self.weights, self.bias, self.shadow_at, self.hold_at)
        if not all(-WEIGHT_MAX <= number <= WEIGHT_MAX for number in numbers):
            return f"numbers from -{WEIGHT_MAX:g} to {WEIGHT_MAX:g}"
        return None if self.shadow_at <= self.hold_at else "shadow_at up to hold_at"


def letters_of(text: str) -> str:
    """What a model sees of a text."""
    return scanned_of(text).key


def rows_of(letters: str) -> Iterator[str]:
    """All rows of one to three letters, as often as they stand there."""
    for length in range(1, ROW_LETTERS_MAX + 1):
        for start in range(len(letters) - length + 1):
            yield letters[start : start + length]


def _ends_of(row: str) -> Iterator[str]:
    return (row[start:] for start in range(len(row)))


class Linear:
    """Weights, ready to score.

    Args:
        weights: Without a fault.

    Cost: 3 us a row to build; a score is linear in the text.
    """

    def __init__(self, weights: Weights) -> None:
        self.weights: Final = weights
        self._weight = dict(zip(weights.rows, weights.weights, strict=True))
        # Wherever a row ends, its own ends end, too: the longest brings the weights of all of
        # them, and the scan need tell no other. That is a third of the places.
        self._sums = [
            sum(self._weight.get(end, 0.0) for end in _ends_of(row)) for row in weights.rows
        ]
        self._find = Charwise(weights.rows).find_longest

    def score(self, letters: str) -> float | None:
        """How much speaks against a text, as log odds; None: it is too short to say.

        Args:
            letters: The text as `letters_of` gives it.
        """
        if len(letters) < LETTERS_MIN:
            return None
        sums = self._sums
        return sum([sums[row] for _, _, row in self._find(letters)], self.weights.bias)

    def opinion(self, letters: str) -> Opinion:
        """Score a text and say what comes of it."""
        score = self.score(letters)
        if score is None or score < self.weights.shadow_at:
            return Opinion(Band.PASS, score)
        return Opinion(Band.HOLD if score >= self.weights.hold_at else Band.SHADOW, score)

    def grounds(self, letters: str) -> list[Ground]:
        """What a score is made of beside the bias, the heaviest first."""
        counts = Counter(row for row in rows_of(letters) if row in self._weight)
        grounds = [Ground(row, times, self._weight[row]) for row, times in counts.items()]
        return sorted(grounds, key=lambda one: (-abs(one.times * one.weight), one.row))


@dataclass(frozen=True, slots=True)
class Model:
    """One version of what was learned.

    Attributes:
        version: A digest of all that follows.
        card: Where it comes from, and how good it was.
    """

    version: str
    linear: Linear
    card: Card

    def held(self, findings: Findings, text: str, opinion: Opinion) -> Findings:
        """What is found in the end.

        Args:
            findings: Those of the rules; whatever they object to stays as they say.
            text: All of it is the place of the hit.
            opinion: This model's.
        """
        if findings.action is not Action.PASS or opinion.band is not Band.HOLD:
            return findings
        score = f"{opinion.score:+.2f}"
        rule = f"{LEARNED_CATEGORY} {self.version} {score}"  # what a verdict keeps of a hit
        hit = Hit(
            *(rule, LEARNED_CATEGORY, Klass.HOUSE, Action.HOLD, 0, len(text), score, Kind.LEARNED)
        )
        return findings_of([hit], text, findings.ruleset)
