"""Two outcomes of one name, held against each other.

Figures are paired by name, and their values by round. Each pair gives one ratio, always turned so
that more than 1 is worse; what is claimed is the median of the ratios with its interval. A figure
counts as worse only when the whole interval lies beyond the margin, so that noise alone fails
nothing, and one slow round among several does not either.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec

from bench.outcome import Environment, Figure, Outcome, read
from bench.stats import Interval, is_over, ratio_of
from bench.verdict import middle


class Turn(StrEnum):
    """What became of a figure."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"  # or not to be told apart


class Change(msgspec.Struct, frozen=True):
    """One figure before and after.

    Attributes:
        before, after: Medians of the rounds.
        times_worse: After by before where less is better, else before by after; None: one of them
            is nothing, and nothing has no ratio.
    """

    figure: str
    unit: str
    before: float
    after: float
    rounds: int
    times_worse: Interval | None
    turn: Turn


class Comparison(msgspec.Struct, frozen=True):
    """Everything that two outcomes of one name have to say of each other.

    Attributes:
        gone: Figures that only the older one has.
        new_failures: What fails the newer one; a fast wrong run is worse than any slow one.
        apart: What differs between the two machines: only ratios to a yardstick may then be read.
    """

    name: str
    before: str
    after: str
    changes: list[Change]
    gone: list[str]
    new_failures: list[str]
    apart: list[str]

    @property
    def is_worse(self) -> bool:
        """Whether a gate should stay shut."""
        return bool(self.new_failures) or any(c.turn is Turn.WORSE for c in self.changes)


class NothingToCompareError(ValueError):
    """The two sides have no outcome in common."""


@dataclass(frozen=True, slots=True)
class Side:
    """The outcomes of one side by kind and name, the newest of each."""

    outcomes: dict[tuple[str, str], Outcome]

    @classmethod
    def at(cls, path: Path) -> "Side":
        """Read one file, or every outcome of a folder.

        Raises:
            OSError: There is no such file or folder.
            msgspec.DecodeError: The file is no outcome. In a folder such files are passed over.
        """
        if not path.is_dir():
            return cls.of([read(path)])
        return cls.of(filter(None, map(_read_if_outcome, sorted(path.glob("*.json")))))

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> "Side":
        """Keep the newest of each name."""
        ordered = sorted(outcomes, key=lambda outcome: outcome.environment.at)
        return cls({(outcome.kind, outcome.name): outcome for outcome in ordered})


def comparisons_of(before: Side, after: Side, *, margin: float) -> list[Comparison]:
    """Compare every name that both sides have.

    Args:
        before: The older side, or the baseline.
        after: The side that is judged.
        margin: By how much a figure may be worse: 0.15 for 15 %.

    Raises:
        NothingToCompareError: No name is on both sides.
    """
    both = [key for key in before.outcomes if key in after.outcomes]
    if not both:
        raise NothingToCompareError("The two sides have no outcome of the same name.")
    return [compared(before.outcomes[k], after.outcomes[k], margin=margin) for k in both]


def compared(before: Outcome, after: Outcome, *, margin: float) -> Comparison:
    """Hold one outcome against an older one; `margin` as in `comparisons_of`."""
    shared = [name for name in before.figures if name in after.figures]
    return Comparison(
        name=after.name,
        before=_label(before),
        after=_label(after),
        changes=[
            _change(name, before.figures[name], after.figures[name], margin)
            for name in shared
            if before.figures[name].values and after.figures[name].values
        ],
        gone=[name for name in before.figures if name not in after.figures],
        new_failures=[] if before.failures else after.failures,
        apart=_apart(before.environment, after.environment),
    )


def _change(name: str, before: Figure, after: Figure, margin: float) -> Change:
    pairs = list(zip(before.values, after.values, strict=False))  # rounds that both have
    if after.better == "lower":
        pairs = [(new, old) for old, new in pairs]
    is_ratio = all(value > 0 for pair in pairs for value in pair)
    times_worse = ratio_of(pairs) if is_ratio else None
    return Change(
        figure=name,
        unit=after.unit,
        before=middle(before),
        after=middle(after),
        rounds=len(pairs),
        times_worse=times_worse,
        turn=Turn.SAME if times_worse is None else _turn(times_worse, margin),
    )


def _turn(times_worse: Interval, margin: float) -> Turn:
    if is_over(times_worse, 1 + margin):
        return Turn.WORSE
    return Turn.BETTER if times_worse.high < 1 / (1 + margin) else Turn.SAME


def _apart(before: Environment, after: Environment) -> list[str]:
    looked_at = ("processor", "cores", "system", "python")
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in looked_at]
    return [f"{name}: {old} / {new}" for name, old, new in pairs if old != new]


def _label(outcome: Outcome) -> str:
    return f"{outcome.environment.at}, {outcome.environment.commit}"


def _read_if_outcome(path: Path) -> Outcome | None:
    try:
        return read(path)
    except msgspec.DecodeError:
        return None
