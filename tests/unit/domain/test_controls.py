import pytest

from danmaku.domain.controls import LASTS_MAX_MS, Control, checked, stricter, strictest
from danmaku.domain.ids import Millis, RoomId
from danmaku.domain.room import ReviewMode
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
        Control(None, ReviewMode.DELAYED, Millis(100)),
        Control(None, CLOSED, Millis(50)),
        Control(None, CLOSED, Millis(51 + LASTS_MAX_MS)),
    ],
)
def test_what_loosens_or_has_no_good_end_is_refused(wrong):
    with pytest.raises(BadMessage):
        checked(wrong, Millis(50))


def test_a_control_with_an_end_is_taken():
    assert checked(HERE, Millis(50)) is HERE
