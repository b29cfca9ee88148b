"""Viewers who are given the same bytes: one dialect, compressed or not, all at the same place.

Writing a frame to thousands of them touches nothing of each: to look at memory that the writing has
pushed out of the caches costs more than a viewer's share of everything else. So their descriptors
lie side by side, and what a viewer has follows from where it lies:

    0 ......... written ......... due ......... end
      has the batch |  waits for it  | came after it was made, and has it

Belongs to the event loop's thread.
"""

from array import array

from danmaku.gateway.outbox import Outbox
from danmaku.gateway.scatter import scatter


class Cohort:
    """See the module. In which order the viewers lie means nothing else."""

    def __init__(self) -> None:
        self._members: list[Outbox] = []
        self._descriptors = array("i")
        self._written = self._due = 0

    def __len__(self) -> int:
        return len(self._members)

    def add(self, outbox: Outbox) -> None:
        """Take in a viewer who has everything that was made so far."""
        outbox.place = len(self._members)
        self._members.append(outbox)
        self._descriptors.append(outbox.descriptor)

    def remove(self, outbox: Outbox) -> bool:
        """Let a viewer go; tells whether it has the batch that was made last."""
        hole = outbox.place
        has_batch = not self._written <= hole < self._due
        if hole < self._written:
            self._written -= 1
            hole = self._fill(hole, self._written)
        if hole < self._due:
            self._due -= 1
            hole = self._fill(hole, self._due)
        self._fill(hole, len(self._members) - 1)
        self._members.pop()
        self._descriptors.pop()
        return has_batch

    def begin(self) -> None:
        """A batch has been made: everybody waits for it."""
        self._written, self._due = 0, len(self._members)

    @property
    def is_done(self) -> bool:
        """Whether nobody waits."""
        return self._written == self._due

    def write(self, frame: bytes, count_max: int) -> int:
        """Give the batch to some of those who wait; tells to how many.

        Whoever does not take it whole is full: its transport keeps the rest and says so, and the
        viewer leaves in the course of this call.
        """
        begin, end = self._written, min(self._due, self._written + count_max)
        self._written = end
        shortfalls = scatter(self._descriptors, begin, end, frame)
        short = [(self._members[begin + index], taken) for index, taken in shortfalls]
        for outbox, taken in short:
            outbox.write(frame[taken:])
        return end - begin

    def _fill(self, hole: int, source: int) -> int:
        """Move the viewer at `source` into the hole; the hole is at `source` then."""
        if hole != source:
            outbox = self._members[hole] = self._members[source]
            self._descriptors[hole] = self._descriptors[source]
            outbox.place = hole
        return source
