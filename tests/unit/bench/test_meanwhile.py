import pytest
from hdrh.histogram import HdrHistogram

from bench.latency import histogram
from bench.meanwhile import (
    BEFORE,
    BEGUN_PER_CPU_S,
    LOOKED_PER_CPU_S,
    LOOKED_PER_S,
    RISE,
    Meanwhile,
    figures_of,
    rise_of,
)
from bench.rework import PREVIEW, RECALL
from bench.stage import Span


def times(*values_ms):
    found = histogram()
    for value_ms in values_ms:
        found.record_value(value_ms * 1000)
    return found


def during(span, *values_ms):
    return Meanwhile(span, times(*values_ms).encode().decode())


SECOND = 1_000_000_000
SPANS = {
    BEFORE: during(Span(0, SECOND, 0), 20),
    PREVIEW: during(
        Span(SECOND, 3 * SECOND, 100_000, 2 * SECOND, cpu_ns=SECOND, begin_ns=SECOND // 5), 24
    ),
    RECALL: during(Span(3 * SECOND, 5 * SECOND, 150, SECOND), 25, 30),
}


@pytest.mark.parametrize(
    ("was_ms", "is_ms", "rise"),
    [
        (20, 30, 1.0),  # ten milliseconds
        (100, 125, 1.0),  # a quarter
        (100, 150, 2.0),
        (20, 40, 2.0),
        (20, 20, 0.0),
        (30, 20, 0.0),
    ],
)
def test_a_rise_is_held_against_a_quarter_or_ten_milliseconds(was_ms, is_ms, rise):
    assert rise_of(times(was_ms), times(is_ms)) == pytest.approx(rise, rel=0.01)


def test_no_rise_is_told_of_nothing():
    assert rise_of(histogram(), times(1)) is None
    assert rise_of(times(1), histogram()) is None


def test_each_span_has_its_times_and_all_together_have():
    found = dict(figures_of(SPANS))

    assert found["live, before / p99 ms"] == pytest.approx(20, rel=0.01)
    assert found["live, preview / p50 ms"] == pytest.approx(24, rel=0.01)
    assert found["live, meanwhile / p100 ms"] == pytest.approx(30, rel=0.01)
    assert found[RISE] == pytest.approx(1.0, rel=0.01)


def test_the_work_is_counted_by_the_second():
    found = dict(figures_of(SPANS))

    assert found[LOOKED_PER_S] == pytest.approx(50_000)
    assert found[LOOKED_PER_CPU_S] == pytest.approx(100_000)
    assert found[BEGUN_PER_CPU_S] == pytest.approx(125_000)
    assert found["bulk recall / measures per s"] == pytest.approx(150)


def test_a_run_without_a_past_has_no_such_figures():
    assert dict(figures_of({})) == {}


def test_a_span_in_which_nobody_spoke_has_no_times():
    empty = Meanwhile(Span(0, 1, 0), HdrHistogram(1, 1000, 3).encode().decode())

    assert dict(figures_of(SPANS | {PREVIEW: empty}))["live, preview / p99 ms"] is None
