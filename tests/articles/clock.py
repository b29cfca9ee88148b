"""The time of the house, which a test sets on, or stops: how slow a machine is, changes nothing."""

from danmaku import clock
from danmaku.domain.ids import Millis


class HouseClock:
    """As it is everywhere, until a test says otherwise."""

    def __init__(self):
        self._ahead_ms = 0
        self._stopped_ms = None

    def now_ms(self):
        """In place of `danmaku.clock.now_ms`."""
        told_ms = clock.now_ms() if self._stopped_ms is None else self._stopped_ms
        return Millis(told_ms + self._ahead_ms)

    def steady_ms(self):
        """In place of `danmaku.clock.steady_ms`."""
        return Millis(clock.steady_ms() + self._ahead_ms)

    def go_on(self, ms):
        """So much later it is from now on."""
        self._ahead_ms += ms

    def stop(self):
        """It stays as late as it is; what is to last so and so long does not end meanwhile."""
        self._stopped_ms = clock.now_ms()
