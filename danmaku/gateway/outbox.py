"""The way out to one viewer: where it stands in the record, and what it needs next.

A viewer who keeps up has no queue: batches are written to it as they are made. One whose socket
does not take a whole frame leaves the fan-out and keeps only its position here, so it costs nothing
however long that lasts; when the rest of the frame has gone, `step` says how it comes up to the
others. So a viewer's queue is never longer than one frame and its own answers.

Still: the transport's `write` came in as a value, and so does the time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from danmaku.domain.ids import Millis, Seq
from danmaku.gateway.dialects.outward import Outward


@dataclass(frozen=True, slots=True)
class Even:
    """It has everything: let it be written to with the others."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done now: it is full, or it knows more than has been sent to the others."""


@dataclass(frozen=True, slots=True)
class FromRing:
    """Send `(after, upto]` from memory."""

    after: Seq
    upto: Seq


@dataclass(frozen=True, slots=True)
class FromRecord:
    """Read `(after, upto]` from the record and send it; `skips`: only what nobody may miss.

    One who skips is told of the whole range at once; for the others the ring has the rest.
    """

    after: Seq
    upto: Seq
    skips: bool


Step = Even | Wait | FromRing | FromRecord


@dataclass(frozen=True, slots=True)
class Reset:
    """A position that cannot be served; `reason` is a word of docs/protocol.md."""

    reason: str


class Outbox:
    """One viewer as the fan-out sees it.

    Args:
        write: Puts bytes on the transport, behind whatever waits there.
        descriptor: Of the transport's socket, to write to past the transport while nothing waits
            there, that is, while the viewer is even; -1 for none.
        fail: Ends the connection; called with the error that kept the record from being read.
        dialect: What the viewer speaks.
        deflate: Whether it agreed to permessage-deflate as `framing` does it.
    """

    __slots__ = (
        "deflate",
        "descriptor",
        "dialect",
        "fail",
        "is_even",
        "place",
        "position",
        "replays",
        "stalled_since_ms",
        "write",
    )

    def __init__(
        self,
        write: Callable[[bytes], None],
        fail: Callable[[BaseException], None],
        *,
        dialect: Outward,
        deflate: bool,
        descriptor: int = -1,
    ) -> None:
        self.write = write
        self.descriptor = descriptor
        self.fail = fail
        self.dialect = dialect
        self.deflate = deflate
        self.position = Seq(0)  # it has everything up to here; while it is even, its cohort knows
        self.is_even = False  # it is written to with the others
        self.place = -1  # where it lies in its cohort
        self.replays = True  # what it lacks is sent to it whole; a viewer who was too slow skips
        self.stalled_since_ms: Millis | None = None

    def step(self, *, floor: Seq, flushed: Seq, replay_max: int) -> Step:
        """What brings this viewer nearer to the others.

        Args:
            floor: The ring holds everything above this seq.
            flushed: The others have everything up to this seq.
            replay_max: A viewer who lags further behind skips, whatever it was promised.
        """
        if self.stalled_since_ms is not None or self.position > flushed:
            return Wait()
        if self.position == flushed:
            return Even()
        if self.position >= floor:
            return FromRing(self.position, flushed)
        skips = not self.replays or flushed - self.position > replay_max
        return FromRecord(self.position, flushed if skips else floor, skips=skips)

    def stall(self, now_ms: Millis) -> None:
        """The transport is full."""
        self.stalled_since_ms = now_ms

    def resume(self) -> None:
        """The transport has room again."""
        self.stalled_since_ms = None

    def is_hopeless(self, now_ms: Millis, stalled_ms_max: int) -> bool:
        """Whether it has taken nothing for too long."""
        since_ms = self.stalled_since_ms
        return since_ms is not None and now_ms - since_ms > stalled_ms_max


@dataclass(frozen=True, slots=True)
class Known:
    """What a room's life is and how far it goes.

    Args:
        top: Seq of the newest entry of the record, which may not have been announced yet.
        flushed: The viewers have everything up to here.
    """

    epoch: str
    top: Seq
    flushed: Seq


def opening_of(
    known: Known, since: Seq | None, epoch: str | None, *, replay_max: int
) -> Seq | Reset:
    """Where a viewer who joins begins.

    Args:
        known: The room.
        since: The position it claims; None: it wants only what comes from now on.
        epoch: The life of the record that its position belongs to; None: this one.
        replay_max: Entries that are replayed at most.
    """
    if since is None:
        return known.flushed
    if since > known.top or (epoch is not None and epoch != known.epoch):
        return Reset("epoch")  # a position beyond the end is of another life, too
    if known.flushed - since > replay_max:
        return Reset("too_far")
    return since
