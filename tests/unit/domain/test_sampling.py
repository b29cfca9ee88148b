import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.domain.sampling import SLOT_MS, SLOTS, Lots, Rush

ROOM, OTHER, EPOCH = RoomId("demo"), RoomId("other"), "5f3a9c"
AT_MS = 1_790_000_000_000
SECOND_MS = SLOT_MS * SLOTS

gaps = st.lists(st.integers(0, 2_500), min_size=1, max_size=80)
jumps = st.lists(st.integers(-100_000, 100_000), min_size=1, max_size=80)


def times_of(gaps):
    at_ms, times = AT_MS, []
    for gap in gaps:
        at_ms += gap
        times.append(Millis(at_ms))
    return times


def drawn(times, *, room=ROOM, epoch=EPOCH, per_s=10, first=1):
    lots = Lots(room, epoch, per_s)
    return {seq for seq, at_ms in enumerate(times, first) if lots.draw(Seq(seq), at_ms)}


def evenly(per_s, seconds):
    return [Millis(AT_MS + n * 1000 // per_s) for n in range(per_s * seconds)]


# --- how many there were


@given(gaps)
def test_the_rush_is_what_came_within_the_last_ten_slots(gaps):
    rush, times = Rush(), times_of(gaps)

    for count, at_ms in enumerate(times, start=1):
        oldest = at_ms // SLOT_MS - SLOTS
        assert rush.note(at_ms) == sum(t // SLOT_MS > oldest for t in times[:count])


@given(jumps)
def test_a_clock_that_jumps_leaves_nothing_behind_for_longer_than_a_second(jumps):
    rush, times = Rush(), times_of(jumps)
    for at_ms in times:
        assert 1 <= rush.note(at_ms) <= len(times)

    assert rush.note(Millis(times[-1] + 2 * 100_000 * len(jumps))) == 1


def test_a_clock_that_is_set_back_by_an_hour_begins_anew():
    rush = Rush()
    for _ in range(5):
        rush.note(Millis(AT_MS))

    assert rush.note(Millis(AT_MS - 3_600_000)) == 1
    assert rush.note(Millis(AT_MS - 3_600_000 + SLOT_MS)) == 2


# --- who is chosen


@given(gaps)
def test_every_node_chooses_the_same(gaps):
    assert drawn(times_of(gaps)) == drawn(times_of(gaps))


def test_all_are_chosen_where_there_is_no_rush():
    assert drawn(evenly(10, 3)) == set(range(1, 31))


@pytest.mark.parametrize(("per_s", "rate"), [(10, 100), (30, 500), (100, 200)])
def test_about_so_many_a_second_are_chosen_of_a_rush(per_s, rate):
    chosen = drawn(evenly(rate, 20), per_s=per_s)

    later = [seq for seq in chosen if seq > rate]  # the first second fills up before it is one
    assert len(later) / 19 == pytest.approx(per_s, rel=0.25)


def test_the_beginning_of_a_rush_is_shown_in_little_more_than_twice_its_share():
    chosen = drawn([Millis(AT_MS)] * 30, per_s=10)

    assert set(range(1, 11)) <= chosen
    assert len(chosen) < 30


def test_a_higher_share_shows_all_that_a_lower_one_does():
    times = evenly(200, 5)

    assert drawn(times, per_s=10) < drawn(times, per_s=40)


def test_another_room_and_another_life_of_the_record_choose_others():
    times = evenly(200, 5)

    assert drawn(times) != drawn(times, room=OTHER)
    assert drawn(times) != drawn(times, epoch="another")
