"""Curves and gauges as plain geometry; the template only writes it down.

Everything is in the units of the drawing's own box, which is as wide as a phone: text in it stays
readable there, and two of them stand side by side on a desk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.outcome import Curve, Figure
from bench.page.axis import Axis, Span, Tick, linear, logarithmic, shares
from bench.verdict import Standing, interval_of, number, standing_of

WIDTH = 440
HEIGHT = 270
COLORS = 8  # as many hues as the style sheet has; more lines begin anew with dashes
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 14, 26, 44
_ROW = 36
_GAUGES_FOOT = 22
_LOG_FROM = 20.0  # times the least value, from where even steps would hide the small ones
_SHARE = "share"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A curve on its way into a plot; those with one `like` have one colour."""

    name: str
    curve: Curve
    like: str
    is_older: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: a path, and how to tell it from the others."""

    name: str
    path: str
    color: int
    dashed: bool


@dataclass(frozen=True, slots=True)
class LinePlot:
    """Curves over the same two axes."""

    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    top: int = _TOP
    bottom: int = HEIGHT - _BOTTOM


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure: its median as a bar, its interval as a whisker, its goal as a mark."""

    name: str
    text: str
    top: float
    end: float
    low: float
    high: float
    goal: float | None
    standing: Standing


@dataclass(frozen=True, slots=True)
class GaugePlot:
    """Figures of one unit, one below the other."""

    title: str
    gauges: tuple[Gauge, ...]
    ticks: tuple[Tick, ...]
    one: float | None  # where the yardstick itself stands; None: the unit is no ratio
    height: int
    width: int = WIDTH
    left: int = 2
    right: int = WIDTH - _RIGHT


def line_plots(curves: Iterable[Drawn]) -> list[LinePlot]:
    """One plot for each pair of axes, with all the curves that share them."""
    plots: dict[tuple[str, str], list[Drawn]] = {}
    for drawn in curves:
        if drawn.curve.points:
            plots.setdefault((drawn.curve.x, drawn.curve.y), []).append(drawn)
    return [_line_plot(x, y, drawn) for (x, y), drawn in plots.items()]


def gauge_plot(title: str, figures: dict[str, Figure]) -> GaugePlot:
    """Draw figures of one unit; ratios show where 1 is."""
    intervals = {name: interval_of(figure) for name, figure in figures.items()}
    goals = [figure.goal for figure in figures.values() if figure.goal is not None]
    is_ratio = all(figure.unit == "ratio" for figure in figures.values())
    reach = [*(i.high for i in intervals.values()), *goals, *([1.0] if is_ratio else [])]
    axis = linear("", reach, Span(2, WIDTH - _RIGHT))
    gauges = [
        Gauge(
            name=name,
            text=number(intervals[name].median),
            top=row * _ROW,
            end=axis.place(intervals[name].median),
            low=axis.place(intervals[name].low),
            high=axis.place(intervals[name].high),
            goal=None if figure.goal is None else axis.place(figure.goal),
            standing=standing_of(figure),
        )
        for row, (name, figure) in enumerate(figures.items())
    ]
    height = len(gauges) * _ROW + _GAUGES_FOOT
    return GaugePlot(title, tuple(gauges), axis.ticks, axis.place(1) if is_ratio else None, height)


def _line_plot(x: str, y: str, curves: Sequence[Drawn]) -> LinePlot:
    points = [point for drawn in curves for point in drawn.curve.points]
    x_axis = _x_axis(x, [point[0] for point in points])
    y_axis = _y_axis(y, [point[1] for point in points])
    hues = list(dict.fromkeys(drawn.like for drawn in curves))
    lines = [
        Line(
            drawn.name,
            _path(drawn.curve, x_axis, y_axis),
            hues.index(drawn.like) % COLORS,
            dashed=drawn.is_older or hues.index(drawn.like) >= COLORS,
        )
        for drawn in curves
    ]
    title = hues[0] if len(hues) == 1 else f"{y} by {x}"
    return LinePlot(title, x_axis, y_axis, tuple(lines))


def _x_axis(title: str, values: Sequence[float]) -> Axis:
    span = Span(_LEFT, WIDTH - _RIGHT)
    if _SHARE in title:
        return shares(title, values, span)
    return linear(title, values, span, from_zero=False)


def _y_axis(title: str, values: Sequence[float]) -> Axis:
    span = Span(HEIGHT - _BOTTOM, _TOP)
    if min(values) > 0 and max(values) / min(values) >= _LOG_FROM:
        return logarithmic(title, values, span)
    return linear(title, values, span)


def _path(curve: Curve, x: Axis, y: Axis) -> str:
    places = [f"{x.place(across):.1f} {y.place(up):.1f}" for across, up in curve.points]
    return "M" + "L".join(places)
