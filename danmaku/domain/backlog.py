"""When a queue refuses its newest: by how long it makes people wait, not by how many do.

A queue that is long for a moment is a burst, and bursts are what queues are for. One that has been
long for a while is a standing queue: it delays everybody and brings nobody further. So delay alone
decides, as with CoDel; but what came last is refused, with an answer, for what waits already has
been let in.
"""

from dataclasses import dataclass

RETURN_LEAST_MS, RETURN_MOST_MS = 500, 2_500  # when who was refused is to come again

_GOLDEN = 0.618_033_988_749_895  # multiples of it, modulo one, lie as far apart as they can


@dataclass(frozen=True, slots=True)
class Delays:
    """What a queue may cost those in it, milliseconds.

    Attributes:
        most_ms: Nobody is let in who would wait longer, even for a moment.
        calm_ms: So long is well, however long it lasts.
        patience_ms: For so long it may be more.
    """

    most_ms: float
    calm_ms: float
    patience_ms: float


class Backlog:
    """The rule for one queue.

    Args:
        delays: What it may cost.
    """

    def __init__(self, delays: Delays) -> None:
        self._delays = delays
        self._long_since_ms: float | None = None  # that it has been more than calm
        self._refused_count = 0

    def refuses(self, waits_ms: float, now_ms: float) -> bool:
        """Whether somebody who comes now is to come again later.

        Args:
            waits_ms: How long that would be; 0 if nobody has to wait.
            now_ms: Of a clock that does not step back.
        """
        if waits_ms <= self._delays.calm_ms:
            self._long_since_ms = None
            return False
        if self._long_since_ms is None:
            self._long_since_ms = now_ms
        is_standing = now_ms - self._long_since_ms >= self._delays.patience_ms
        return is_standing or waits_ms > self._delays.most_ms

    def return_ms(self) -> int:
        """When somebody who was refused is to come again: not all at once, and without a lot."""
        self._refused_count += 1
        share = self._refused_count * _GOLDEN % 1
        return RETURN_LEAST_MS + int(share * (RETURN_MOST_MS - RETURN_LEAST_MS))
