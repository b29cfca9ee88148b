import pytest

from bench.verdict import Standing, is_good, missed, number, standing_of
from tests.unit.bench.outcomes import figure, outcome


@pytest.mark.parametrize(
    ("measured", "standing"),
    [
        (figure(5.0), Standing.FREE),
        (figure(5.0, goal=5), Standing.MET),
        (figure(5.1, goal=5), Standing.MISSED),
        (figure(5.0, goal=5, better="higher"), Standing.MET),
        (figure(4.9, goal=5, better="higher"), Standing.MISSED),
        (figure(4, 6, 7, goal=5), Standing.OPEN),  # three rounds: anywhere from 4 to 7
        (figure(6, 7, 8, goal=5), Standing.MISSED),
        (figure(4, 4, 9, goal=5), Standing.MET),
        (figure(3, 4, 6, goal=5, better="higher"), Standing.OPEN),
        (figure(goal=5), Standing.FREE),
    ],
)
def test_a_goal_is_missed_when_the_whole_interval_lies_beyond(measured, standing):
    assert standing_of(measured) is standing


def test_an_outcome_is_good_when_nothing_failed_and_no_goal_was_missed():
    slow = outcome(figures={"p99": figure(5.1, goal=5)})

    assert is_good(outcome(figures={"p99": figure(4.9, goal=5)}))
    assert not is_good(slow)
    assert missed(slow) == ["p99: 5.1 ms, at most 5"]
    assert not is_good(outcome(failures=["hole between two batches: 1"]))


def test_what_a_failure_names_already_is_not_told_twice():
    told = outcome(figures={"p99": figure(6, goal=5)}, failures=["p99: 6 ms, over 5"])

    assert missed(told) == []
    assert not is_good(told)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.00123456, "0.00123"),
        (0.5, "0.5"),
        (1.0, "1"),
        (12.345, "12.3"),
        (99.97, "100"),
        (123.4, "123"),
        (1234567.8, "1,234,568"),
        (-3.14159, "-3.14"),
    ],
)
def test_numbers_have_three_digits_that_count(value, text):
    assert number(value) == text
