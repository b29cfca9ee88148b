from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.figures import Figures, Spread, spread_of


def test_a_spread_is_by_nearest_rank():
    assert spread_of([]) == Spread(0, 0, 0)
    assert spread_of([7]) == Spread(1, 7, 7)
    assert spread_of([4, 1, 3, 2]) == Spread(4, 2, 4)
    assert spread_of(range(1, 101)) == Spread(100, 50, 95)


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_a_spread_s_numbers_are_of_those_that_were_seen(took_ms):
    spread = spread_of(took_ms)

    assert {spread.median_ms, spread.p95_ms} <= {*took_ms}
    assert spread.median_ms <= spread.p95_ms
    assert sum(each <= spread.p95_ms for each in took_ms) >= len(took_ms) * 0.95


def test_a_kind_is_summed_over_chains():
    figures = Figures()
    figures.kinds.update({("a", "x"): 2, ("b", "x"): 3, ("b", "y"): 9})

    assert figures.total("x") == 5
