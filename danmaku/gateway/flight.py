"""One batch on its way to the even viewers of a room: a frame for each of their cohorts.

Belongs to the event loop's thread.
"""

from collections.abc import Mapping

from danmaku.domain.ids import Seq
from danmaku.gateway.cohort import Cohort
from danmaku.gateway.dialects.outward import Outward, frame_in

Cohorts = dict[tuple[Outward, bool], Cohort]
"""The even viewers of a room, by dialect and by whether it is deflated."""


class Flight:
    """See the module. Whoever is even as it is made waits for it from then on.

    Args:
        cohorts: Whom it goes to.
        payloads: What is said in each dialect that they speak; nothing where one has no words.
        after: Those who wait for it stand here.
        since_s: When the first entry of it was announced; None: it has none.
    """

    def __init__(
        self,
        cohorts: Cohorts,
        payloads: Mapping[Outward, bytes],
        after: Seq,
        since_s: float | None,
    ) -> None:
        self.after = after
        self.since_s = since_s
        self._loads: list[tuple[Cohort, bytes]] = []  # those who are still to be written to
        for (dialect, deflate), cohort in cohorts.items():
            if cohort and (payload := payloads[dialect]):
                cohort.begin()
                self._loads.append((cohort, frame_in(dialect, payload, deflate=deflate)))

    @property
    def is_over(self) -> bool:
        """Whether everybody has been written to."""
        return not self._loads

    def write(self, sockets_max: int) -> int:
        """Write to the next few; tells to how many.

        Cost: one write a socket; nothing is made for any one of them, or looked at.
        """
        written = 0
        while self._loads and written < sockets_max:
            cohort, frame = self._loads[-1]
            written += cohort.write(frame, sockets_max - written)
            if cohort.is_done:
                self._loads.pop()
        return written
