"""The card of a model: what it learned from, how good it was, and what it must not be used for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

LIMITS: Final = (
    "It holds or is counted; it never refuses, and publishes nothing that the rules would not.",
    "It has learned what these people did in these rooms. Elsewhere, and later, it is worse.",
    "It knows rows of letters and no meaning: who quotes an insult scores like who utters it.",
    "Whoever reviews what it holds must be free to approve it; else it learns from itself.",
)

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """How a model fared on decisions that it did not learn from; shares from 0 to 1.

    Attributes:
        texts: How many there were.
        bad: How many of them people had taken back or refused.
        accuracy: Up to `macro_f1`: with everything from `shadow_at` on taken for bad.
        auc: How often a bad one scores higher than a good one.
        flagged: Of all, from `shadow_at` on.
        held: Of all, from `hold_at` on.
        wrongly_held: Of the good ones, from `hold_at` on.
        caught: Of the bad ones, from `hold_at` on.
    """

    texts: int
    bad: int
    accuracy: float
    precision: float
    recall: float
    f1: float
    macro_f1: float
    auc: float
    flagged: float
    held: float
    wrongly_held: float
    caught: float


@dataclass(frozen=True, slots=True)
class Card:
    """Where a model comes from.

    Attributes:
        decisions: How many of each kind it was shown.
        categories: Under which the bad ones were taken back or refused, as far as it was said.
        texts: How many different ones they were about.
        first_ms: When the earliest of these texts came in; None: not known.
        last_ms: Likewise the latest.
        seed: Of what was left to chance.
        plain_texts: Ordinary comments that it was tried on, besides.
        plain_held: Share of them that it would hold; None: there were none.
        former: Version of the model that it was measured against; None: there was none.
    """

    decisions: Counts
    categories: Counts
    texts: int
    first_ms: int | None
    last_ms: int | None
    seed: int
    quality: Quality
    plain_texts: int = 0
    plain_held: float | None = None
    former: str | None = None


def page_of(card: Card, *, version: str, rows: int, shadow_at: float, hold_at: float) -> str:
    """The card as a page of Markdown; beside it what the model's file says of itself."""
    lines = [
        f"# Model {version}",
        "",
        f"{rows} rows of letters. A score is log odds; from {shadow_at:+.3f} on it is counted,",
        f"from {hold_at:+.3f} on it may hold.",
        "",
        "## What it learned from",
        "",
        *_origin_of(card),
        "",
        f"## How good it was on {card.quality.texts} texts that it did not learn from",
        "",
        *_quality_of(card),
        "",
        "## Limits",
        "",
        *(f"- {limit}" for limit in LIMITS),
    ]
    return "\n".join(lines)


def _origin_of(card: Card) -> Iterator[str]:
    yield f"{card.texts} different texts, {_span_of(card)}."
    yield ""
    yield from _table("decision", "comments", card.decisions)
    if card.categories:
        yield ""
        yield from _table("bad ones by category", "comments", card.categories)
    yield ""
    yield f"Seed {card.seed}. Measured against: {card.former or 'no former model'}."


def _quality_of(card: Card) -> Iterator[str]:
    quality = card.quality
    rows = [
        ("bad among them", str(quality.bad)),
        ("accuracy", f"{quality.accuracy:.3f}"),
        ("precision; recall", f"{quality.precision:.3f}; {quality.recall:.3f}"),
        ("F1; macro-F1", f"{quality.f1:.3f}; {quality.macro_f1:.3f}"),
        ("AUC", f"{quality.auc:.3f}"),
        ("flagged, of all", f"{quality.flagged:.2%}"),
        ("held, of all", f"{quality.held:.2%}"),
        ("held, of the good ones", f"{quality.wrongly_held:.2%}"),
        ("held, of the bad ones", f"{quality.caught:.2%}"),
    ]
    if card.plain_held is not None:
        rows.append((f"held, of {card.plain_texts} plain comments", f"{card.plain_held:.2%}"))
    yield from _table("measure", "value", rows)


def _table(left: str, right: str, rows: Counts | list[tuple[str, str]]) -> Iterator[str]:
    yield f"| {left} | {right} |"
    yield "| --- | --- |"
    for name, value in rows:
        yield f"| {name} | {value} |"


def _span_of(card: Card) -> str:
    if card.first_ms is None or card.last_ms is None:
        return "nobody knows from when"
    return f"received from {_day(card.first_ms)} to {_day(card.last_ms)}"


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()
