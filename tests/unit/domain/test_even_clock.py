from danmaku.domain.even_clock import EvenClock

NS_PER_S = 1_000_000_000
NOON_S = 1_700_000_000
HOUR_S = 3_600


class Clocks:
    def __init__(self):
        self.wall_s, self.steady_s = NOON_S, 5
        self.house = EvenClock(lambda: self.wall_s * NS_PER_S, lambda: self.steady_s * NS_PER_S)

    def after(self, seconds, *, wall_set_by=0):
        """The house's time in seconds, some seconds later."""
        self.wall_s += seconds + wall_set_by
        self.steady_s += seconds
        return self.house() // 1000


def test_it_is_the_wall_clock_as_a_rule():
    clocks = Clocks()

    assert [clocks.after(1), clocks.after(0), clocks.after(40)] == [
        NOON_S + 1,
        NOON_S + 1,
        NOON_S + 41,
    ]


def test_set_back_it_goes_on_more_slowly_until_the_wall_clock_has_caught_up():
    clocks = Clocks()

    assert clocks.after(0, wall_set_by=-HOUR_S) == NOON_S
    assert clocks.after(8) == NOON_S + 6
    assert clocks.after(3 * HOUR_S - 8) == NOON_S + 3 * HOUR_S * 3 // 4
    assert clocks.after(HOUR_S + 4) == clocks.wall_s == NOON_S + 3 * HOUR_S + 4
    assert clocks.after(10) == clocks.wall_s


def test_set_ahead_it_follows_and_does_not_come_back_with_it():
    clocks = Clocks()

    assert clocks.after(1, wall_set_by=HOUR_S) == NOON_S + HOUR_S + 1
    assert clocks.after(4, wall_set_by=-HOUR_S) == NOON_S + HOUR_S + 4


def test_asked_often_it_loses_nothing():
    house, wall_ns, steady_ns = None, NOON_S * NS_PER_S, 0
    house = EvenClock(lambda: wall_ns, lambda: steady_ns)
    wall_ns -= HOUR_S * NS_PER_S
    for _ in range(1_000):
        steady_ns += 1_000
        house()

    assert house() == NOON_S * 1000  # a millisecond went by, of which three quarters count
    steady_ns += 1_000_000
    assert house() == NOON_S * 1000 + 1
