from collections import Counter

import pytest

from danmaku.gateway.departure import RETURNS_PER_S, SLOT_SOCKETS, Departure, departure_of


def arrivals_per_s(viewers, plan):
    """The most who come back in a second: leaving and waiting are both spread evenly."""
    leaving_s = viewers / plan.step_sockets * plan.pause_s
    waiting_s = (plan.retry_max_ms - plan.retry_min_ms) / 1000
    return viewers / max(leaving_s, waiting_s)


def test_without_others_all_leave_now_and_come_back_spread():
    assert departure_of(100, 500, 0) == Departure(100, 500, 0.0, 500, 8000, slots=2)
    assert departure_of(10_000, 500, 0) == Departure(10_000, 500, 0.0, 500, 20_500, slots=200)


def test_nobody_comes_back_while_the_node_is_away():
    assert departure_of(100, 500, 0, away_s=3.0).range_ms(0) == (3500, 5750)
    assert departure_of(3, 500, 0, away_s=600.0).range_ms(0) == (30_500, 31_500)


def test_where_others_serve_the_few_leave_at_once_and_are_back_soon():
    assert departure_of(3, 500, 3.0) == Departure(3, 3, 0.1, 0, 1000)


def test_where_others_serve_the_many_leave_in_turn():
    plan = departure_of(1000, 500, 3.0)

    assert plan == Departure(1000, step_sockets=50, pause_s=0.1, retry_min_ms=0, retry_max_ms=1000)


def test_nobody_there_needs_no_time():
    assert departure_of(0, 500, 3.0).step_sockets == 1


@pytest.mark.parametrize("viewers", [1, 499, 501, 1000, 1501, 10_000, 60_000])
@pytest.mark.parametrize("within_s", [0.0, 0.05, 1.0, 3.0, 25.0])
def test_those_who_take_them_in_are_never_overrun_and_the_time_is_kept(viewers, within_s):
    plan = departure_of(viewers, 500, within_s)
    pauses = viewers // plan.step_sockets

    assert arrivals_per_s(viewers, plan) <= RETURNS_PER_S * 1.02
    assert pauses * plan.pause_s <= within_s + 0.11


@pytest.mark.parametrize("viewers", [1, 99, 100, 1000, 4321, 10_000, 60_000])
@pytest.mark.parametrize("away_s", [0.0, 3.7, 60.0])
def test_however_they_draw_no_second_is_fuller_than_the_others(viewers, away_s):
    plan = departure_of(viewers, 500, 0, away_s)
    ranges = [plan.range_ms(nth) for nth in range(viewers)]
    slots = Counter(ranges)
    fullest = max(
        sum(n for (since, till), n in slots.items() if since < begin_ms + 1000 and begin_ms < till)
        for begin_ms, _ in slots
    )

    assert fullest <= RETURNS_PER_S + 2 * SLOT_SOCKETS
    assert ranges[0][0] == plan.retry_min_ms
    assert ranges[-1][1] == plan.retry_max_ms
    assert all(from_ms < until_ms for from_ms, until_ms in ranges)
