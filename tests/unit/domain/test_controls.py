from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.controls import (
    LASTS_MAX_MS,
    STRICTNESS,
    Control,
    checked,
    effective_mode,
    laid,
    stricter,
    strictest,
)
from danmaku.domain.ids import Millis, RoomId
from danmaku.domain.room import ReviewMode, RoomPolicy, RoomState, Status
from danmaku.errors import BadMessage

DEMO, FILM = RoomId("demo"), RoomId("film")
EVERY, CLOSED = ReviewMode.EVERY, ReviewMode.CLOSED
EVERYWHERE = Control(None, EVERY, Millis(200))
HERE = Control(DEMO, CLOSED, Millis(100))


@pytest.mark.parametrize(
    ("room", "now_ms", "control"),
    [(DEMO, 99, HERE), (DEMO, 100, EVERYWHERE), (FILM, 99, EVERYWHERE), (DEMO, 200, None)],
)
def test_the_strictest_control_holds_and_ends_by_itself(room, now_ms, control):
    assert strictest([HERE, EVERYWHERE], room, Millis(now_ms)) == control


def test_of_two_as_strict_the_platform_s_is_named():
    everywhere = Control(None, CLOSED, Millis(100))

    assert strictest([everywhere, HERE], DEMO, Millis(1)) is everywhere


def test_modes_are_ordered():
    assert stricter(ReviewMode.MACHINE, ReviewMode.DELAYED) is ReviewMode.DELAYED
    assert stricter(ReviewMode.DELAYED, EVERY) is EVERY
    assert stricter(CLOSED, EVERY) is CLOSED


@pytest.mark.parametrize(
    "wrong",
    [
        Control(None, ReviewMode.MACHINE, Millis(100)),
        Control(None, CLOSED, Millis(50)),
        Control(None, CLOSED, Millis(51 + LASTS_MAX_MS)),
    ],
)
def test_what_loosens_or_has_no_good_end_is_refused(wrong):
    with pytest.raises(BadMessage):
        checked(wrong, Millis(50))


def test_a_control_with_an_end_is_taken():
    assert checked(HERE, Millis(50)) is HERE


MODES = st.sampled_from(STRICTNESS)
TIMES = st.integers(1, 9).map(Millis)
CONTROLS = st.lists(
    st.builds(Control, st.sampled_from([None, DEMO, FILM]), MODES, TIMES), max_size=4
)
STATES = st.builds(
    RoomState,
    st.just("A room"),
    policy=st.builds(RoomPolicy, mode=MODES),
    status=st.sampled_from(Status),
    paused_until_ms=st.none() | TIMES,
    news=st.booleans(),
)


def is_no_looser(one, other):
    return STRICTNESS.index(one) >= STRICTNESS.index(other)


@given(CONTROLS, STATES, MODES, TIMES)
def test_no_scope_asks_for_more_than_what_holds_and_one_asks_for_as_much(
    controls, state, level, now_ms
):
    mode = effective_mode(controls, DEMO, state, level, now_ms)

    stopped = state.status is not Status.OPEN or now_ms < (state.paused_until_ms or 0)
    asked = {
        level,
        state.policy.mode,
        *(one.mode for one in controls if one.binds(DEMO, now_ms)),
        *([EVERY] if state.news else []),
        *([CLOSED] if stopped else []),
    }
    assert all(is_no_looser(mode, one) for one in asked)
    assert mode in asked


@given(CONTROLS, STATES, MODES, TIMES, st.builds(Control, st.none(), MODES, TIMES))
def test_one_scope_more_never_loosens(controls, state, level, now_ms, more):
    before = effective_mode(controls, DEMO, state, level, now_ms)

    assert is_no_looser(effective_mode([*controls, more], DEMO, state, level, now_ms), before)
    assert is_no_looser(
        effective_mode(controls, DEMO, replace(state, news=True), level, now_ms), before
    )


@pytest.mark.parametrize(
    ("mode", "now_ms", "holds"), [(EVERY, 99, CLOSED), (EVERY, 100, EVERY), (CLOSED, 99, CLOSED)]
)
def test_of_an_order_and_what_is_beneath_it_the_stricter_holds(mode, now_ms, holds):
    order = Control(DEMO, mode, Millis(200), "ref 1")

    assert laid(order, None) == (order,)
    assert strictest(laid(order, HERE), DEMO, Millis(now_ms)).mode is holds
