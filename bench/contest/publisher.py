"""Who speaks: blocking sockets in a thread of their own, so that no event loop delays a message.

In an open loop a message is due at a planned moment and its latency counts from there; in a closed
one a message is done when the publisher, who is a viewer too, has it back.
"""

import select
import socket
import time
from collections.abc import Sequence
from time import monotonic_ns
from typing import Protocol

from bench.audience import Knock, Payload
from bench.contest.contestant import numbers_of
from bench.frames import FrameReader

PATIENCE_S = 20.0
_READ_BYTES = 1 << 20
_HEAD_BYTES_MAX = 1 << 14


class Speech(Protocol):
    """How a message is put."""

    def said(self, number: int) -> bytes:
        """The frame that publishes it."""


class Line:
    """One connection of the publisher.

    Raises:
        ConnectionError: The upgrade was refused.
    """

    def __init__(self, knock: Knock) -> None:
        self._socket = socket.create_connection((knock.host, knock.port), PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = FrameReader()
        self._socket.sendall(knock.request)
        head, rest = self._answer()
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            self.close()
            raise ConnectionError(f"refused: {head[:80]!r}")
        self._unread = self._reader.feed(rest)
        if knock.greeting:
            self._socket.sendall(knock.greeting)
            while not self._unread:  # the greeting is answered: from now on it may speak
                self._unread = self._reader.feed(self._socket.recv(_READ_BYTES))

    def fileno(self) -> int:
        """For `select`."""
        return self._socket.fileno()

    def say(self, frame: bytes) -> None:
        """Send it whole."""
        self._socket.sendall(frame)

    def hear(self) -> list[Payload]:
        """Frames that have come since.

        Raises:
            ConnectionError: The server has closed.
        """
        if not (data := self._socket.recv(_READ_BYTES)):
            raise ConnectionError("the server closed the publisher's socket")
        frames, self._unread = self._unread + self._reader.feed(data), []
        return [Payload(head, payload) for head, payload in frames]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _answer(self) -> tuple[bytes, bytes]:
        got = b""
        while b"\r\n\r\n" not in got and len(got) < _HEAD_BYTES_MAX:
            if not (data := self._socket.recv(_READ_BYTES)):
                raise ConnectionError(f"refused: {got[:80]!r}")
            got += data
        head, _, rest = got.partition(b"\r\n\r\n")
        return head, rest


def speak_on_time(
    lines: Sequence[Line], speech: Speech, *, from_ns: int, until_ns: int, per_s: float
) -> list[int]:
    """Say messages at even moments, on one line after the other.

    Returns:
        When each was due, on the monotonic clock.
    """
    due_ns: list[int] = []
    step_ns = 1e9 / per_s
    while (at_ns := from_ns + round(len(due_ns) * step_ns)) < until_ns:
        _listen_until(lines, at_ns)
        lines[len(due_ns) % len(lines)].say(speech.said(len(due_ns)))
        due_ns.append(at_ns)
    return due_ns


def speak_in_turn(
    lines: Sequence[Line], ear: Line, speech: Speech, *, until_ns: int, in_flight: int
) -> list[int]:
    """Keep so many messages under way until `until_ns`, then wait for the last of them.

    Args:
        lines: Speak, one after the other.
        ear: Hears what comes back.
        speech: How messages are put.
        until_ns: On the monotonic clock.
        in_flight: How many.

    Returns:
        When each left.

    Raises:
        TimeoutError: Nothing came back for `PATIENCE_S`.
    """
    left_ns: list[int] = []
    heard = 0
    everybody = [*lines, ear]
    while True:
        while (now_ns := monotonic_ns()) < until_ns and len(left_ns) - heard < in_flight:
            lines[len(left_ns) % len(lines)].say(speech.said(len(left_ns)))
            left_ns.append(now_ns)
        if heard >= len(left_ns):
            return left_ns
        ready, _, _ = select.select(everybody, [], [], PATIENCE_S)
        if not ready:
            raise TimeoutError(f"{len(left_ns) - heard} messages did not come back")
        for line in ready:
            frames = line.hear()
            if line is ear:
                heard += sum(len(numbers_of(frame)) for frame in frames)


def _listen_until(lines: Sequence[Line], at_ns: int) -> None:
    """Take what comes meanwhile: a publisher who does not read would be a slow viewer."""
    while (ahead_ns := at_ns - time.monotonic_ns()) > 0:
        ready, _, _ = select.select(lines, [], [], ahead_ns / 1e9)
        for line in ready:
            line.hear()
