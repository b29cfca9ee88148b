from dataclasses import dataclass

import msgspec
import pytest

from bench.checker import Law
from bench.driver import Result
from bench.latency import histogram
from bench.plain_loop import Written
from bench.probes import Buckets
from bench.report import Environment, outcome_of, table_of
from bench.runner import Measured
from bench.scenario import Goals, Scenario

WHERE = Environment("2026-01-01", "abc", "a processor", 2, "a system", "3.11", {})


@dataclass
class Figures:
    times_us: tuple[int, ...] = (20_000,)
    filter_s: float = 0.00005
    broken: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    answers: tuple[tuple[str, int], ...] = (("published", 10),)


def measured(figures):
    times = histogram()
    for micros in figures.times_us:
        times.record_value(micros)
    result = Result(
        sent=10,
        answers=dict(figures.answers),
        deliveries=4000,
        frames=1000,
        frame_bytes=500.0,
        end_to_end=times.encode().decode(),
        broken=dict.fromkeys(figures.broken, 1),
        findings=[],
        lost=list(figures.lost),
    )
    goals = Goals(end_to_end_p99_ms=100, filter_p99_us=50)
    filter_seconds = Buckets(((figures.filter_s, 100.0),), total=100.0)
    return Measured(
        scenario=Scenario("room", "A room", {"json": 90}, 10.0, 10, 1.0, goals=goals),
        seed=1,
        result=result,
        cpu_ns=20_000_000,
        seconds=10.0,
        memory_before=1_000_000,
        memory_held=1_000_000 + 100 * 8192,
        histograms={"danmaku_filter_seconds": filter_seconds},
        plain_loop=Written(frames=100, refused=0, cpu_ns=1_000_000),
        plain_loop_absent="",
    )


def test_a_good_run_has_no_failures_and_its_ratios():
    outcome = outcome_of(measured(Figures()), WHERE)

    assert outcome.failures == []
    assert outcome.ratio_per_frame == pytest.approx(2.0)  # 20 us a batch over 10 us a write
    assert outcome.ratio_per_delivery == pytest.approx(0.5)
    assert outcome.memory_per_viewer == 8192
    assert outcome.end_to_end_ms["p99"] == pytest.approx(20, rel=0.01)


@pytest.mark.parametrize(
    ("figures", "named"),
    [
        (Figures(broken=(Law.HOLE.value,)), Law.HOLE.value),
        (Figures(times_us=(150_000,)), "end to end"),
        (Figures(filter_s=0.0001), "filter"),
        (Figures(lost=("closed with 1011",)), "closed with 1011"),
        (Figures(answers=(("held", 1),)), "held"),
    ],
)
def test_a_fast_wrong_run_and_a_slow_right_one_are_failed_runs(figures, named):
    [failure] = outcome_of(measured(figures), WHERE).failures

    assert named in failure


def test_an_outcome_is_kept_whole_as_json():
    outcome = outcome_of(measured(Figures()), WHERE)

    assert msgspec.json.decode(msgspec.json.encode(outcome), type=type(outcome)) == outcome


def test_the_table_has_a_column_for_each_run():
    outcome = outcome_of(measured(Figures()), WHERE)

    table = table_of([outcome, outcome])

    assert len(table.columns) == 3
