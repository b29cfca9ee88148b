from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.backlog import RETURN_LEAST_MS, RETURN_MOST_MS, Backlog, Delays

DELAYS = Delays(most_ms=200, calm_ms=50, patience_ms=500)


def verdicts(*looks):
    backlog = Backlog(DELAYS)
    return [backlog.refuses(waits_ms, now_ms) for waits_ms, now_ms in looks]


def test_a_burst_is_what_a_queue_is_for():
    assert verdicts((0, 0), (60, 10), (199, 100), (200, 400), (30, 450)) == [False] * 5


def test_nobody_joins_one_in_which_they_would_wait_too_long():
    assert verdicts((201, 0), (199, 1)) == [True, False]


def test_a_standing_queue_takes_nobody_until_it_has_gone_down():
    assert verdicts((51, 0), (51, 499), (51, 500), (60, 700), (50, 800), (60, 801)) == [
        *(False, False, True, True),
        *(False, False),
    ]


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 100)), max_size=50))
def test_who_is_calm_is_never_refused_and_who_is_beyond_the_most_always(looks):
    backlog, now_ms = Backlog(DELAYS), 0.0
    for waits_ms, step_ms in looks:
        now_ms += step_ms
        refused = backlog.refuses(waits_ms, now_ms)
        assert refused <= (waits_ms > DELAYS.calm_ms)
        assert refused >= (waits_ms > DELAYS.most_ms)


@pytest.mark.parametrize("crowd", [10, 1000])
def test_those_who_were_refused_come_again_evenly(crowd):
    backlog = Backlog(DELAYS)
    times = sorted(backlog.return_ms() for _ in range(crowd))
    gaps = [later - sooner for sooner, later in pairwise(times)]

    assert RETURN_LEAST_MS <= times[0] <= times[-1] < RETURN_MOST_MS
    assert max(gaps) <= 3 * (RETURN_MOST_MS - RETURN_LEAST_MS) / crowd
