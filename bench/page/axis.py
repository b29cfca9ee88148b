"""Where a value lies on a drawing, and which values are written beside it."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.verdict import number

_STEPS = (1.0, 2.0, 5.0, 10.0)
_TICKS_WANTED = 5
_THOUSANDS_FROM = 10_000
_FEW_DECADES = 2.0
_DECADES_MAX = 5.0
_BEYOND_LAST_NINE = 0.3
"""How far behind the last share below 1 the greatest value of all is drawn, in decades."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the drawing, in its own units; `end` may be before `start`, as heights are."""

    start: float
    end: float

    def at(self, part: float) -> float:
        """The place at a part of the way, 0 to 1."""
        return self.start + part * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Tick:
    """One value that is written out."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a drawing."""

    title: str
    place: Callable[[float], float]
    ticks: tuple[Tick, ...]


def linear(title: str, values: Sequence[float], span: Span, *, from_zero: bool = True) -> Axis:
    """Even steps, as for seconds or counts."""
    low, high = _bounds(values, from_zero=from_zero)
    step = _step(high - low)
    marks = [n * step for n in range(math.ceil(low / step), math.floor(high / step) + 1)]

    def place(value: float) -> float:
        return span.at((value - low) / (high - low))

    return Axis(title, place, tuple(Tick(place(mark), _short(mark)) for mark in marks))


def logarithmic(title: str, values: Sequence[float], span: Span) -> Axis:
    """Decades, as for times that differ by more than a little; values must be above 0.

    What is smaller than the greatest by more than five decades lies on the ground.
    """
    high = math.log10(max(values))
    low = max(math.log10(min(values)), high - _DECADES_MAX)
    if high - low < 1:  # a decade at least, or noise fills the picture
        low, high = (low + high - 1) / 2, (low + high + 1) / 2

    def place(value: float) -> float:
        return span.at(max(0.0, (math.log10(value) - low) / (high - low)))

    marks = (mark for mark in _decades(low, high) if low <= math.log10(mark) <= high)
    return Axis(title, place, tuple(Tick(place(mark), _short(mark)) for mark in marks))


def shares(title: str, values: Sequence[float], span: Span) -> Axis:
    """Shares of all, 0 to 1, with as much room for each further nine: the rare is what matters."""
    nines = max((_nines(value) for value in values if value < 1), default=1.0)
    end = max(1.0, nines) + (_BEYOND_LAST_NINE if max(values) >= 1 else 0.0)

    def place(value: float) -> float:
        return span.at(1.0 if value >= 1 else min(1.0, _nines(value) / end))

    marks = [0.5, *(1 - 10.0**-n for n in range(1, math.floor(max(1.0, nines) + 1e-9) + 1))]
    return Axis(title, place, tuple(Tick(place(mark), f"{100 * mark:g} %") for mark in marks))


def _short(value: float) -> str:
    """Thousands as k: what stands beside an axis has little room."""
    return f"{number(value / 1000)}k" if abs(value) >= _THOUSANDS_FROM else number(value)


def _nines(share: float) -> float:
    return -math.log10(1 - share)


def _bounds(values: Sequence[float], *, from_zero: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    if from_zero:
        low = min(low, 0.0)
    return (low, high) if high > low else (low, low + 1)


def _step(length: float) -> float:
    rough = length / _TICKS_WANTED
    decade = 10.0 ** math.floor(math.log10(rough))
    return decade * next(step for step in _STEPS if step * decade >= rough * (1 - 1e-9))


def _decades(low: float, high: float) -> Iterator[float]:
    within = (1, 2, 5) if high - low <= _FEW_DECADES else (1,)
    for decade in range(math.floor(low), math.ceil(high) + 1):
        yield from (mark * 10.0**decade for mark in within)
