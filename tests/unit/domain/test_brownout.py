import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.brownout import (
    DEEP,
    HIGHEST,
    SEEN_MIN,
    Bounds,
    Ladder,
    Shed,
    Stage,
    is_deep,
    is_little_known,
    level_for,
    reads_for_others,
    typical_ms,
)
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.levels import START_LEVEL

RUNGS = (100.0, 200.0, 400.0, 800.0)
QUIET_MS = 10_000
MEMORY_PCT = (60.0, 70.0, 80.0, 90.0)
BOUNDS = Bounds(dict.fromkeys(Stage, RUNGS), QUIET_MS, MEMORY_PCT)

delays = st.dictionaries(st.sampled_from(Stage), st.floats(0, 2_000), max_size=len(Stage))
looks = st.lists(st.tuples(delays, st.integers(0, 15_000)), max_size=60)


def loop(delay_ms):
    return {Stage.LOOP: delay_ms, Stage.COMMIT: 0.0}


# --- what a stage is like


def test_one_late_turn_among_others_is_no_load():
    assert typical_ms([1.0, 2.0, 5_000.0, 2.0, 1.0]) == 2.0


def test_a_few_delays_tell_nothing():
    assert typical_ms([5_000.0] * (SEEN_MIN - 1)) == 0.0
    assert typical_ms([5_000.0] * SEEN_MIN) == 5_000.0


# --- the level that is asked for


def test_each_rung_asks_for_one_level_more():
    asked = [level_for(loop(delay_ms), BOUNDS) for delay_ms in (0.0, 99.9, *RUNGS, 1e6)]

    assert asked == [0, 0, 1, 2, 3, 4, 4]


@given(delays, st.floats(0, 100))
def test_the_worst_decides_of_all_stages_and_the_memory(now, memory_pct):
    alone = [level_for({stage: delay_ms}, BOUNDS) for stage, delay_ms in now.items()]
    alone.append(sum(memory_pct >= rung for rung in MEMORY_PCT))

    assert level_for(now, BOUNDS, memory_pct=memory_pct) == max(alone)


def test_every_level_sheds_something():
    assert sorted(Shed) == list(range(1, HIGHEST + 1))


# --- up and down


def test_it_goes_up_at_once_and_down_one_level_after_each_quiet_while():
    ladder = Ladder(BOUNDS)
    ladder.look(loop(900.0), Millis(0))

    levels = [ladder.look(loop(0.0), Millis(at_ms)) for at_ms in range(0, 45_000, 5_000)]

    assert levels == [4, 4, 3, 3, 2, 2, 1, 1, 0]


def test_what_asks_for_the_level_again_makes_it_stay():
    ladder = Ladder(BOUNDS)
    for at_ms in range(0, 60_000, 6_000):
        ladder.look(loop(250.0), Millis(at_ms))
        ladder.look(loop(0.0), Millis(at_ms + 3_000))

    assert ladder.level == 2


def test_a_small_rest_of_the_load_holds_its_own_level_and_no_higher():
    ladder = Ladder(BOUNDS)
    ladder.look(loop(900.0), Millis(0))

    for at_ms in range(500, 60_000, 500):
        ladder.look(loop(150.0), Millis(at_ms))

    assert ladder.level == 1


@given(looks)
def test_it_never_shows_less_than_is_asked_for_and_comes_down_by_single_steps(steps):
    ladder, now_ms, asked_at_ms = Ladder(BOUNDS), 0, 0
    for now, passed_ms in steps:
        now_ms += passed_ms
        before = ladder.level
        level = ladder.look(now, Millis(now_ms))
        asked = level_for(now, BOUNDS)

        assert level >= asked
        assert level >= before - 1
        if level < before:
            assert now_ms - asked_at_ms >= QUIET_MS
        if level != before or asked >= before:
            asked_at_ms = now_ms


@given(looks)
def test_quiet_brings_it_down_to_nothing(steps):
    ladder, now_ms = Ladder(BOUNDS), 0
    for now, passed_ms in steps:
        now_ms += passed_ms
        ladder.look(now, Millis(now_ms))

    for _ in range(HIGHEST + 1):
        now_ms += QUIET_MS
        ladder.look({}, Millis(now_ms))

    assert ladder.level == 0


# --- who is spared


def someone(bundle=Bundle.VIEWER, room=None, level=None):
    grants = (PowerGrant("g", bundle, room, None),)
    return Standing(AccountId(1), "ann", "Ann", Seq(1), grants=grants, level=level)


@pytest.mark.parametrize(
    ("level", "is_little"),
    [(None, True), (0, True), (START_LEVEL, True), (START_LEVEL + 1, False)],
)
def test_a_level_above_the_first_has_to_be_earned(level, is_little):
    assert is_little_known(someone(level=level)) is is_little


@pytest.mark.parametrize(
    ("who", "is_spared"),
    [
        (None, False),
        (someone(), False),
        (someone(Bundle.MODERATOR, RoomId("demo")), True),
        (someone(Bundle.MODERATOR, RoomId("other")), False),
        (someone(Bundle.REVIEWER), True),
        (someone(Bundle.INSPECTOR), True),
    ],
)
def test_who_looks_after_people_reads_on(who, is_spared):
    assert reads_for_others(who, RoomId("demo"), Millis(0)) is is_spared


def test_the_newest_page_is_not_far_back():
    asked = [is_deep(place, 5_000) for place in (None, 6_000, 5_000 - DEEP, 4_999 - DEEP, 0)]

    assert asked == [False, False, False, True, True]
