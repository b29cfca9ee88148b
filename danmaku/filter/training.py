"""From people's decisions to a model: what it learns from, how it is measured, when it is refused.

Texts with the same key, digits aside, are always in the same part: of an advert that was posted
with a counter at its end, no copy is learned and another one asked about. The part is a digest of
the text, so what one model was measured on is never what the next one learns.

The fitting itself is an argument: it is the one step that needs a library which no server has.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final, NamedTuple

from danmaku.filter.learned import LETTERS_MIN, ROWS_MAX, Linear, Model, Weights, letters_of
from danmaku.filter.model_card import Card, Quality
from danmaku.filter.model_file import pack_model
from danmaku.filter.model_quality import Labelled, quality_of, share_held

TEXTS_MIN: Final = 200
"""Different texts of each kind, good and bad; of fewer there is nothing to learn."""

TEXTS_MAX: Final = 500_000
"""Different texts kept; later ones are left out, and told."""

WRONGLY_HELD_MAX: Final = 0.01  # of good texts, where the threshold is set
PLAIN_HELD_MAX: Final = 0.002  # of ordinary comments
SHADOW_AT: Final = 0.0  # as likely bad as not: both kinds weigh the same in the fitting
_WEIGHT_DIGITS: Final = 6

_digits = re.compile("[0-9]+")


class TrainingError(ValueError):
    """There is no model, and why."""


class Lesson(NamedTuple):
    """One decision.

    Attributes:
        source: Of which kind, for the card.
        at_ms: When the text came in; None: not known.
    """

    text: str
    is_bad: bool
    source: str
    category: str | None = None
    at_ms: int | None = None


class Fitted(NamedTuple):
    """What a fitting gives: rows, a weight for each, and the bias."""

    rows: Sequence[str]
    weights: Sequence[float]
    bias: float


Fit = Callable[[Sequence[Labelled], int], Fitted]


class Lessons:
    """Decisions, gathered by what their texts look like to a model."""

    def __init__(self) -> None:
        self.decisions: Counter[str] = Counter()
        self.categories: Counter[str] = Counter()
        self.left_out_count = 0
        self._balance: dict[str, int] = {}
        self._first_ms: int | None = None
        self._last_ms: int | None = None

    def add(self, lesson: Lesson) -> None:
        """Take in a decision; of a text too short for a model none is taken."""
        letters = letters_of(lesson.text)
        is_new = letters not in self._balance
        if len(letters) < LETTERS_MIN or (is_new and len(self._balance) >= TEXTS_MAX):
            self.left_out_count += 1
            return
        self._balance[letters] = self._balance.get(letters, 0) + (1 if lesson.is_bad else -1)
        self.decisions[lesson.source] += 1
        if lesson.is_bad and lesson.category is not None:
            self.categories[lesson.category] += 1
        if (at_ms := lesson.at_ms) is not None:
            self._first_ms = at_ms if self._first_ms is None else min(self._first_ms, at_ms)
            self._last_ms = at_ms if self._last_ms is None else max(self._last_ms, at_ms)

    def labelled(self) -> list[Labelled]:
        """Each text once, as most decided; one on which they are even teaches nothing."""
        decided = sorted(self._balance.items())
        return [Labelled(letters, balance > 0) for letters, balance in decided if balance]

    def card(self, quality: Quality, texts: int, seed: int) -> Card:
        """The card of a model that learned from these."""
        return Card(
            decisions=tuple(sorted(self.decisions.items())),
            categories=tuple(self.categories.most_common()),
            texts=texts,
            first_ms=self._first_ms,
            last_ms=self._last_ms,
            seed=seed,
            quality=quality,
        )


@dataclass(slots=True)
class Parts:
    """Texts to learn from (seven tenths), to set the threshold by (one), to measure on (two)."""

    learn: list[Labelled]
    tune: list[Labelled]
    measure: list[Labelled]

    @classmethod
    def of(cls, texts: Iterable[Labelled]) -> "Parts":
        """Divide texts by their digests."""
        parts = cls([], [], [])
        tenths = (*[parts.learn] * 7, parts.tune, *[parts.measure] * 2)
        for one in texts:
            tenths[tenth_of(one.letters)].append(one)
        return parts


def tenth_of(letters: str) -> int:
    """In which of ten parts a text belongs; digits do not matter."""
    return int.from_bytes(sha256(_digits.sub("", letters).encode()).digest()[:8]) % 10


def trained(
    lessons: Lessons,
    fit: Fit,
    *,
    seed: int,
    plain: Sequence[str] = (),
    former: Model | None = None,
) -> bytes:
    """Learn a model and give its file.

    Args:
        lessons: What people decided.
        fit: Finds the weights; the same seed gives the same.
        seed: Of what it leaves to chance.
        plain: Ordinary comments, of which hardly any may be held.
        former: What the model is to take the place of.

    Raises:
        TrainingError: Too few decisions, or the model is worse than the former one.
    """
    texts = lessons.labelled()
    parts = Parts.of(texts)
    _require_enough(texts, parts)
    ordinary = Parts.of(Labelled(letters_of(text), is_bad=False) for text in plain)
    weights = _weights_of(fit(parts.learn, seed))
    linear = Linear(replace(weights, hold_at=_hold_at(Linear(weights), parts.tune, ordinary)))
    card = lessons.card(quality_of(linear, parts.measure), len(texts), seed)
    if ordinary.measure:
        card = replace(card, plain_texts=len(ordinary.measure), plain_held=_held(linear, ordinary))
    if former is not None:
        _require_no_worse(card, former, parts, ordinary)
        card = replace(card, former=former.version)
    return pack_model(linear.weights, card)


def _require_enough(texts: Sequence[Labelled], parts: Parts) -> None:
    bad = sum(one.is_bad for one in texts)
    if (fewer := min(bad, len(texts) - bad)) < TEXTS_MIN:
        raise TrainingError(
            f"Too few decisions: {bad} bad and {len(texts) - bad} good texts that differ, where "
            f"{TEXTS_MIN} of each are needed ({TEXTS_MIN - fewer} more)."
        )
    for part in (parts.learn, parts.tune, parts.measure):
        if len({one.is_bad for one in part}) < len((True, False)):
            raise TrainingError("Too few decisions: the texts are too much alike to be divided.")


def _weights_of(fitted: Fitted) -> Weights:
    """The heaviest rows; thresholds are set later."""
    weighed = [
        (row, rounded)
        for row, weight in zip(fitted.rows, fitted.weights, strict=True)
        if (rounded := round(float(weight), _WEIGHT_DIGITS))
    ]
    weighed.sort(key=lambda pair: (-abs(pair[1]), pair[0]))
    kept = weighed[:ROWS_MAX]
    if not kept:
        raise TrainingError("Nothing tells the bad texts from the good ones.")
    rows, weights = zip(*kept, strict=True)
    return Weights(rows, weights, float(fitted.bias), shadow_at=SHADOW_AT, hold_at=SHADOW_AT)


def _hold_at(linear: Linear, tune: Sequence[Labelled], ordinary: Parts) -> float:
    """The lowest score from which on hardly any good text lies."""
    good = [one.letters for one in tune if not one.is_bad]
    plain = [one.letters for one in (*ordinary.learn, *ordinary.tune)]
    return max(
        SHADOW_AT,
        _above_most(linear, good, WRONGLY_HELD_MAX),
        _above_most(linear, plain, PLAIN_HELD_MAX),
    )


def _above_most(linear: Linear, texts: Sequence[str], share_max: float) -> float:
    """A score, in thousandths, that only so many of the texts exceed."""
    told = map(linear.score, texts)
    scores = sorted((score for score in told if score is not None), reverse=True)
    allowed = int(len(texts) * share_max)
    return (math.floor(scores[allowed] * 1000) + 1) / 1000 if len(scores) > allowed else SHADOW_AT


def _held(linear: Linear, ordinary: Parts) -> float:
    return share_held(linear, (one.letters for one in ordinary.measure))


def _require_no_worse(card: Card, former: Model, parts: Parts, ordinary: Parts) -> None:
    """Hold a model against the former one, on the same texts."""
    ours, theirs = card.quality, quality_of(former.linear, parts.measure)
    rates = [("good texts held", ours.wrongly_held, theirs.wrongly_held)]
    if card.plain_held is not None:
        rates.append(("plain comments held", card.plain_held, _held(former.linear, ordinary)))
    worse = [(name, new, old) for name, new, old in rates if new > old]
    if ours.macro_f1 < theirs.macro_f1:
        worse.append(("macro-F1", ours.macro_f1, theirs.macro_f1))
    if worse:
        told = "; ".join(f"{name} {new:.4f}, before {old:.4f}" for name, new, old in worse)
        raise TrainingError(f"Worse than model {former.version}: {told}.")
