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
