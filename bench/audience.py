"""The viewers of a run, whatever server they watch: sockets by number, and a log of all they got.

An audience knows WebSocket and nothing else. What it says after the upgrade, and what the frames
mean that it gets, is for whoever made the knocks: so one audience serves our server and its peers.
Nothing is sampled out: every data frame of every viewer is in the log, with the time of its
receipt.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

SPAN_S = 0.25
"""How often an audience is read."""

RESTLESS_SHARE = 0.95
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Knock:
    """How one viewer comes in.

    Attributes:
        host, port: Where.
        request: The whole HTTP request of the upgrade.
        greeting: Frames to send right after the upgrade, as bytes; empty: none.
    """

    host: str
    port: int
    request: bytes
    greeting: bytes = b""


@dataclass(frozen=True, slots=True)
class Payload:
    """What one or many frames carried: the same bytes are kept once.

    Attributes:
        head: First byte of the frame: FIN, RSV1 (compressed), opcode.
    """

    head: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Loss:
    """A connection that ended and was not dropped by us."""

    viewer: int
    at_ns: int
    why: str


@dataclass(slots=True)
class Log:
    """Data frames in the order of their receipt: three columns of equal length.

    Attributes:
        viewers: Who got it.
        payloads: What, as an index into `contents`.
        at_ns: When, on the monotonic clock.
        saturated: Why times are not to be trusted: the audience itself was the bottleneck; empty
            when it was not.
        cpu_ns: Processor time that the audience took.
    """

    contents: list[Payload] = field(default_factory=list)
    viewers: "array[int]" = field(default_factory=lambda: array("I"))
    payloads: "array[int]" = field(default_factory=lambda: array("I"))
    at_ns: "array[int]" = field(default_factory=lambda: array("Q"))
    losses: list[Loss] = field(default_factory=list)
    saturated: str = ""
    cpu_ns: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How far an audience is, all counted since its start.

    Attributes:
        at_ns: When that was, on the monotonic clock.
        cpu_ns: Time on a processor.
        waited_ns: Time in which it could have run, and others had its core.
    """

    at_ns: int = 0
    frames: int = 0
    cpu_ns: int = 0
    waited_ns: int = 0


class Strain:
    """Judges, reading by reading, whether an audience was the bottleneck itself.

    It was if it never rested while frames came: what came then may have lain in the kernel before
    it was looked at. Waiting for the core counts as well, since senders may live on the same one.

    Attributes:
        last: The latest reading.
    """

    def __init__(self) -> None:
        self.last = Reading()
        self._spans = self._restless = 0
        self._worst = ""
        self._worst_share = RESTLESS_SHARE

    def begin(self, reading: Reading) -> None:
        """Judge from here on: what was before was not receiving."""
        self.last = reading

    def judge(self, reading: Reading) -> None:
        """Judge the span since the last reading."""
        wall_ns = max(1, reading.at_ns - self.last.at_ns)
        ran = (reading.cpu_ns - self.last.cpu_ns) / wall_ns
        waited = (reading.waited_ns - self.last.waited_ns) / wall_ns
        heard = reading.frames > self.last.frames
        self.last = reading
        self._spans += 1
        if not heard or ran + waited <= RESTLESS_SHARE:
            return
        self._restless += 1
        if ran + waited > self._worst_share:
            self._worst_share = ran + waited
            self._worst = f"{ran:.0%} at work, {waited:.0%} waiting for its core"

    @property
    def words(self) -> str:
        """What `Log.saturated` says."""
        if not self._restless:
            return ""
        return (
            f"the audience had no rest in {self._restless} of {self._spans} spans"
            f" of {SPAN_S * 1000:.0f} ms (at worst {self._worst})"
        )


class Audience(Protocol):
    """Viewers 0, 1, 2 ...; each is connected, gone, or paused."""

    async def connect(self, first: int, knocks: Sequence[Knock], *, at_once: int = 200) -> None:
        """Bring viewers `first`, `first + 1` ... in, at most `at_once` at a time.

        A viewer is in when the upgrade is answered and, if it has a greeting, the first data frame
        has come. One that was dropped or lost before may come in again under its number.

        Raises:
            ConnectionError: One was refused, or was not in within 60 s.
        """

    async def drop(self, first: int, count: int) -> None:
        """Let viewers vanish as a phone in a tunnel does: a reset, no close frame."""

    async def pause(self, first: int, count: int) -> None:
        """Let viewers take nothing off their sockets."""

    async def resume(self, first: int, count: int) -> None:
        """Let them take bytes again."""

    def frames_count(self) -> int:
        """Data frames received so far, about: a quarter of a second old at most."""

    async def log(self) -> Log:
        """Everything since the start; may be asked for more than once, while viewers stay."""

    async def close(self) -> None:
        """Everybody goes."""
