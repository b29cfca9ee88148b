import pytest

from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.roster import Cover, Load, Shift, median_of

REY = AccountId(1)


@pytest.mark.parametrize(
    ("rooms", "on_duty", "each", "is_thin"),
    [
        (0, 0, 0.0, False),
        (1, 0, float("inf"), True),
        (50, 1, 50.0, False),
        (51, 1, 51.0, True),
        (100, 2, 50.0, False),
    ],
)
def test_above_fifty_rooms_each_there_are_too_few(rooms, on_duty, each, is_thin):
    cover = Cover(rooms, on_duty, rooms_max=50)

    assert (cover.rooms_each, cover.is_thin) == (each, is_thin)


def test_duty_ends_by_itself():
    shift = Shift(REY, Millis(0), Millis(100))

    assert [shift.is_on(Millis(now)) for now in (0, 99, 100)] == [True, True, False]


def test_the_overturned_share_is_of_what_was_decided():
    assert Load(REY, "rey", decided_count=8, overturned_count=2).overturned_share == 0.25
    assert Load(REY, "rey").overturned_share is None


def test_the_median_of_nothing_is_nothing():
    assert (median_of([]), median_of([3]), median_of([1, 2, 9])) == (None, 3, 2)
