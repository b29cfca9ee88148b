"""Whether this node may still show what it holds: a node that hears nothing shows nothing.

A recall is either applied here within a moment, or nobody here looks on any more. So a node that
can neither confirm from the record where its chains end, nor hear the bus, goes behind the fence;
so does one that slept. Only the record lets it out again.
"""


class Fence:
    """Times are seconds of a clock that also runs while the machine sleeps.

    Args:
        silence_max_s: So long a node may go without word.
        now_s: Now; the node has just read the record.
    """

    __slots__ = ("_confirmed_s", "_heard_s", "_is_closed", "_looked_s", "_silence_max_s")

    def __init__(self, silence_max_s: float, now_s: float) -> None:
        self._silence_max_s = silence_max_s
        self._confirmed_s = self._heard_s = self._looked_s = now_s
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether nobody may be shown anything, and nothing may be written, from here."""
        return self._is_closed

    def slept(self, now_s: float) -> bool:
        """Whether nobody has looked for so long that this process must have been stopped."""
        return now_s - self._looked_s > self._silence_max_s

    def look(self, now_s: float) -> bool:
        """Look at the clock, several times as often as silence lasts; True: it has just closed."""
        slept, self._looked_s = self.slept(now_s), now_s
        newest_s = max(self._confirmed_s, self._heard_s)
        was_closed = self._is_closed
        self._is_closed = was_closed or slept or now_s - newest_s > self._silence_max_s
        return self._is_closed and not was_closed

    def hear(self, now_s: float) -> None:
        """The bus has brought something."""
        self._heard_s = now_s

    def confirm(self, as_of_s: float, now_s: float) -> bool:
        """All chains here stand where the record stood at `as_of_s`; True: it has just opened.

        A confirmation that was under way while the process slept is worth nothing.
        """
        if self.slept(now_s) or now_s - as_of_s > self._silence_max_s:
            return False
        self._confirmed_s = max(self._confirmed_s, as_of_s)
        was_closed, self._is_closed = self._is_closed, False
        return was_closed
