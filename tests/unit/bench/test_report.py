from dataclasses import dataclass

import msgspec
import pytest
from hdrh.histogram import HdrHistogram

from bench.checker import Law
from bench.latency import Slot, histogram
from bench.outcome import Environment, Outcome
from bench.plain_loop import Written
from bench.reckoning import Result
from bench.report import outcome_of
from bench.runner import Measured
from bench.scenario import Rate, Scenario, Steps
from bench.served import FIGURES, NANOS_MAX
from bench.watch import Spent

WHERE = Environment("2026-01-01", "abc", "a processor", 2, "a system", "3.11", {})
GOALS = {"end to end / p99 ms": 100, "filter / p99 us": 50}
RATE = Rate(per_s=1, seconds=10, senders=10)


@dataclass
class Figures:
    times_us: tuple[int, ...] = (20_000,)
    filter_ns: int = 40_000
    broken: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    wrongs: tuple[str, ...] = ()
    answers: tuple[tuple[str, int], ...] = (("published", 10),)
    saturated: str = ""
    load: Rate | Steps = RATE
    good_per_s: float | None = None


def encoded(times, *values):
    for value in values:
        times.record_value(value)
    return times.encode().decode()


def result_of(figures):
    return Result(
        comments=10,
        answers=dict(figures.answers),
        attack={},
        thrown_out={},
        deliveries=4000,
        frames=1000,
        frame_bytes=500.0,
        end_to_end=encoded(histogram(), *figures.times_us),
        disturbed=encoded(histogram()),
        answered=encoded(histogram(), 5_000),
        recalled=encoded(histogram()),
        slots=[Slot(0.0, 4000, 20.0)],
        receipts=[4000],
        good_per_s=figures.good_per_s,
        counts={},
        took_s={"return": 1.5},
        stages={"filter": encoded(HdrHistogram(1, NANOS_MAX, FIGURES), figures.filter_ns)},
        broken=dict.fromkeys(figures.broken, 1),
        findings=[],
        wrongs=list(figures.wrongs),
        lost=list(figures.lost),
        saturated=figures.saturated,
        spent=Spent(9_000_000, 20_000_000, 10.0, 1_000, 1_000_000, 1_000_000 + 100 * 8192, [0.5]),
    )


def outcome(figures, *, plain_loop=Written(frames=100, refused=0, cpu_ns=1_000_000)):  # noqa: B008
    scenario = Scenario(
        name="room", title="A room", viewers={"json": 90}, load=figures.load, goals=GOALS
    )
    absent = "" if plain_loop else "no compiler"
    return outcome_of(Measured(scenario, 1, result_of(figures), plain_loop, absent), WHERE)


def values(outcome):
    return {name: figure.values[0] for name, figure in outcome.figures.items()}


def test_a_good_run_has_no_failures_and_its_figures():
    good = outcome(Figures())

    assert good.failures == []
    found = values(good)
    assert found["ratio / per frame"] == pytest.approx(2.0)  # 20 us a batch over 10 us a write
    assert found["ratio / per comment delivery"] == pytest.approx(0.5)
    assert found["server CPU / us per comment"] == pytest.approx(2000)
    assert found["memory / KiB a viewer"] == 8
    assert found["handshake / us CPU a viewer"] == pytest.approx(100)
    assert found["end to end / p99 ms"] == pytest.approx(20, rel=0.01)
    assert found["filter / p99 us"] == pytest.approx(40, rel=0.01)
    assert found["return / ms until all were in"] == 1500


def test_what_was_not_measured_has_no_figure():
    found = values(outcome(Figures(), plain_loop=None))

    assert not {"ratio / per frame", "recall / p99 ms", "commit / p99 ms"} & found.keys()


def test_figures_bear_their_units_and_goals():
    figures = outcome(Figures()).figures

    assert figures["end to end / p99 ms"].goal == 100
    assert {name: figures[name].unit for name in figures} == {
        name: figures[name].unit
        for name in figures
        if figures[name].unit in {"us", "ms", "KiB", "ratio", "1/s", "cores"}
    }
    assert figures["comment deliveries / per s"].better == "higher"
    assert figures["server CPU / us per frame"].unit == "us"
    assert figures["driver / share of a core"].unit == "cores"


@pytest.mark.parametrize(
    ("figures", "named"),
    [
        (Figures(broken=(Law.HOLE.value,)), Law.HOLE.value),
        (Figures(times_us=(150_000,)), "end to end"),
        (Figures(times_us=()), "end to end / p99 ms was not measured"),
        (Figures(filter_ns=100_000), "filter"),
        (Figures(lost=("closed with 1011",)), "closed with 1011"),
        (Figures(answers=(("held", 1),)), "held"),
        (Figures(wrongs=("taken without a word",)), "without a word"),
        (Figures(saturated="no rest"), "the driver was saturated: no rest"),
    ],
)
def test_a_fast_wrong_run_and_a_slow_right_one_are_failed_runs(figures, named):
    [failure] = outcome(figures).failures

    assert named in failure


def test_a_reader_is_told_what_was_missing_and_what_was_strained():
    assert outcome(Figures(saturated="no rest"), plain_loop=None).notes == [
        "no ratio: no compiler",
        "the driver was saturated: no rest",
    ]


def test_a_ramp_gives_its_last_good_rate_and_a_curve():
    ramp = Figures(load=Steps([10, 20], 5, 4, p99_ms_max=90), good_per_s=10)

    ramped = outcome(ramp)

    assert values(ramped)["ramp / good comments per s"] == 10
    assert ramped.curves["ramp / p99 end to end"].points == [(10, 20.0)]


def test_curves_are_drawn_of_what_was_measured():
    curves = outcome(Figures()).curves

    assert set(curves) == {
        "latency / end to end",
        "latency / answer",
        "latency / filter",
        "over time / comment deliveries",
        "over time / p99 end to end",
        "over time / server CPU",
    }
    shares = [share for share, _ in curves["latency / filter"].points]
    assert shares == sorted(shares)


def test_an_outcome_is_kept_whole_as_json():
    kept = outcome(Figures())

    assert msgspec.json.decode(msgspec.json.encode(kept), type=Outcome) == kept
