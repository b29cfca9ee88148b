import pytest

from bench.stats import Interval, is_over, median_of, ratio_of


def test_six_values_promise_no_more_than_their_range():
    # 2 * (1/2)^6 = 3 %: nothing may be cut off
    assert median_of([3, 1, 2, 6, 5, 4]) == Interval(1, 3.5, 6)


def test_nine_values_lose_one_at_either_end():
    # 2 * (1 + 9) / 2^9 = 3.9 %
    assert median_of(list(range(9))) == Interval(1, 4, 7)


def test_fifteen_values_lose_three_at_either_end():
    # 2 * (1 + 15 + 105 + 455) / 2^15 = 3.5 %; four would make 11.8 %
    assert median_of(list(range(15))) == Interval(3, 7, 11)


@pytest.mark.parametrize("values", [[2.0], [2.0, 4.0], [1.0, 2.0, 9.0]])
def test_few_values_give_their_range(values):
    interval = median_of(values)

    assert (interval.low, interval.high) == (min(values), max(values))


def test_no_values_have_no_median():
    with pytest.raises(ValueError, match="no values"):
        median_of([])


def test_a_ratio_is_taken_within_each_pair():
    # 1.5, 1.5 and 1.0; the ratio of the medians would be 3 / 4
    assert ratio_of([(3, 2), (6, 4), (1, 1)]) == Interval(1.0, 1.5, 1.5)


def test_one_disturbed_pair_shifts_nothing():
    calm = [(11.0 + n / 10, 10.0) for n in range(15)]

    assert ratio_of([*calm[:-1], (500.0, 10.0)]) == ratio_of(calm)


def test_a_limit_is_missed_only_by_the_whole_interval():
    assert is_over(Interval(1.26, 1.3, 1.4), 1.25)
    assert not is_over(Interval(1.24, 1.3, 1.4), 1.25)
    assert not is_over(Interval(1.25, 1.3, 1.4), 1.25)
