import pytest

from danmaku.domain.endpoints import (
    OF_ROOMS,
    PAUSES_MS,
    TRIES_MAX,
    EndpointSet,
    EndpointState,
    EventType,
    events_of,
    is_given_up,
    pause_ms,
)
from danmaku.errors import BadMessage

DAY_MS = 86_400_000


def endpoint(*events, state=EndpointState.ACTIVE):
    return EndpointSet("e1", state, events, None, None)


def test_none_chosen_means_all():
    assert endpoint().wanted == frozenset(EventType)
    assert endpoint(EventType.CASE_FILED).wanted == {EventType.CASE_FILED}


def test_only_an_active_one_is_told():
    told = {state for state in EndpointState if endpoint(state=state).is_told}

    assert told == {EndpointState.ACTIVE}


def test_events_are_either_of_rooms_or_of_the_platform():
    assert EventType.ROOM_CHANGED in OF_ROOMS
    assert EventType.MEASURE_TAKEN not in OF_ROOMS


def test_types_stand_once_and_in_their_own_order():
    words = ["room.opened", "comment.held", "comment.held"]

    assert events_of(words) == (EventType.COMMENT_HELD, EventType.ROOM_OPENED)


def test_a_type_that_is_none_is_named():
    with pytest.raises(BadMessage, match=r"comment\.eaten"):
        events_of(["comment.held", "comment.eaten"])


def test_pauses_grow_to_a_day_and_stay_there():
    pauses = [pause_ms(tries, chance=0.5) for tries in range(1, TRIES_MAX + 3)]

    assert pauses[: len(PAUSES_MS)] == list(PAUSES_MS)
    assert pauses == sorted(pauses)
    assert pauses[-1] == DAY_MS


def test_chance_moves_a_pause_by_a_fifth():
    assert [pause_ms(1, chance=chance) for chance in (0.0, 0.5, 1.0)] == [4_000, 5_000, 6_000]


@pytest.mark.parametrize(
    ("asked_ms", "expected"), [(1_000, 5_000), (60_000, 60_000), (9 * DAY_MS, DAY_MS)]
)
def test_who_asks_to_be_left_alone_longer_is_within_a_day(asked_ms, expected):
    assert pause_ms(1, chance=0.5, asked_ms=asked_ms) == expected


@pytest.mark.parametrize(
    ("since_ms", "expected"), [(None, False), (1, False), (0, True), (-5, True)]
)
def test_days_of_failure_end_it(since_ms, expected):
    assert is_given_up(since_ms, 5 * DAY_MS, days_max=5) is expected
