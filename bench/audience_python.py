"""The audience in this process, for machines without a C compiler.

It shares its core with whoever drives the run, so it is the bottleneck much sooner than the
compiled one; its log says when. One event loop, one thread.
"""

import asyncio
import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic_ns, thread_time_ns
from typing import cast

from bench.audience import PATIENCE_S, SPAN_S, Knock, Log, Loss, Payload, Reading, Strain
from bench.frames import BINARY, CLOSE, PING, PONG, FrameReader, client_frame

KNOWN_MAX = 100_000
"""Payloads that are recognised; one beyond is kept again each time it comes."""

UPGRADE_BYTES_MAX = 16 * 1024
_OPCODE = 0x0F
_RESET = struct.pack("ii", 1, 0)  # linger for no time at all


class PythonAudience:
    """See `Audience`. It is made inside a running loop."""

    def __init__(self) -> None:
        self._log = Log()
        self._known: dict[tuple[int, bytes], int] = {}
        self._seats: dict[int, _Seat] = {}
        self._strain = Strain()
        self._first = _reading(0)
        self._strain.begin(self._first)
        self._watching = asyncio.create_task(self._watch(), name="audience")

    async def connect(self, first: int, knocks: Sequence[Knock], *, at_once: int = 200) -> None:
        """See `Audience.connect`."""
        gate = asyncio.Semaphore(at_once)

        async def bring_in(viewer: int, knock: Knock) -> None:
            async with gate:
                await self._bring_in(viewer, knock)

        try:
            async with asyncio.TaskGroup() as group:
                for viewer, knock in enumerate(knocks, first):
                    group.create_task(bring_in(viewer, knock))
        except ExceptionGroup as errors:
            refused, defects = errors.split(ConnectionError)
            if refused is None or defects is not None:
                raise
            raise ConnectionError(str(refused.exceptions[0])) from errors

    async def drop(self, first: int, count: int) -> None:
        """See `Audience.drop`."""
        for seat in self._taken(first, count):
            seat.vanish()
        await asyncio.sleep(0)  # transports close one turn later

    async def pause(self, first: int, count: int) -> None:
        """See `Audience.pause`."""
        for seat in self._taken(first, count):
            seat.transport.pause_reading()

    async def resume(self, first: int, count: int) -> None:
        """See `Audience.resume`."""
        for seat in self._taken(first, count):
            seat.transport.resume_reading()

    def frames_count(self) -> int:
        """See `Audience.frames_count`."""
        return len(self._log.viewers)

    async def log(self) -> Log:
        """See `Audience.log`; processor time is that of all that this loop does."""
        return replace(
            self._log,
            contents=self._log.contents[:],
            viewers=self._log.viewers[:],
            payloads=self._log.payloads[:],
            at_ns=self._log.at_ns[:],
            losses=self._log.losses[:],
            saturated=self._strain.words,
            cpu_ns=thread_time_ns() - self._first.cpu_ns,
        )

    async def close(self) -> None:
        """See `Audience.close`."""
        self._watching.cancel()
        await asyncio.wait([self._watching])
        for seat in self._seats.values():
            seat.vanish()
        await asyncio.sleep(0)

    def keep(self, viewer: int, head: int, payload: bytes, at_ns: int) -> None:
        """Note a data frame.

        Cost: one look-up of its bytes.
        """
        key = (head, payload)
        if (index := self._known.get(key)) is None:
            index = len(self._log.contents)
            self._log.contents.append(Payload(head, payload))
            if len(self._known) < KNOWN_MAX:
                self._known[key] = index
        self._log.viewers.append(viewer)
        self._log.payloads.append(index)
        self._log.at_ns.append(at_ns)

    def lose(self, viewer: int, why: str) -> None:
        """Note a viewer whom the server let down."""
        self._log.losses.append(Loss(viewer, monotonic_ns(), why))

    async def _bring_in(self, viewer: int, knock: Knock) -> None:
        if (before := self._seats.get(viewer)) is not None and not before.over:
            raise ConnectionError(f"viewer {viewer} is here already")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE_S):
                _, seat = await loop.create_connection(
                    lambda: _Seat(self, viewer, knock), knock.host, knock.port
                )
                self._seats[viewer] = seat
                await seat.admission()
        except OSError as error:
            why = str(error) or f"was not in within {PATIENCE_S:.0f} s"
            raise ConnectionError(f"viewer {viewer}: {why}") from error

    def _taken(self, first: int, count: int) -> Iterator["_Seat"]:
        for viewer in range(first, first + count):
            if (seat := self._seats.get(viewer)) is not None:
                yield seat

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(SPAN_S)
            self._strain.judge(_reading(self.frames_count()))


class _Seat(asyncio.Protocol):
    """One viewer from its knock to its end.

    Attributes:
        over: It ended, or the server has said that it will.
    """

    transport: asyncio.Transport

    def __init__(self, audience: PythonAudience, viewer: int, knock: Knock) -> None:
        self.over = False
        self._entered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._audience = audience
        self._viewer = viewer
        self._knock = knock
        self._frames = FrameReader()
        self._answer: bytes | None = b""  # to the upgrade, while it is not whole; None: it is

    async def admission(self) -> None:
        """Wait until the viewer is in; one that is not let in, or not in time, vanishes.

        Raises:
            ConnectionError: It was refused.
        """
        try:
            await self._entered
        except BaseException:
            self.vanish()
            raise

    def vanish(self) -> None:
        """Go by a reset."""
        self._end("dropped before it was in", ours=True)
        self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = cast("asyncio.Transport", transport)
        plug: socket.socket = self.transport.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.write(self._knock.request)

    def data_received(self, data: bytes) -> None:
        """Take frames, however many there are."""
        at_ns = monotonic_ns()
        if self._answer is not None:
            data = self._upgrade(data)
        for head, payload in self._frames.feed(data):
            if not self.over:
                self._take(head, payload, at_ns)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note an end without goodbye."""
        self._end(str(exc) if exc is not None else "ended without a close frame")

    def _upgrade(self, data: bytes) -> bytes:
        """Take what belongs to the server's answer; what comes after it."""
        self._answer = (self._answer or b"") + data
        answer, mark, rest = self._answer.partition(b"\r\n\r\n")
        if not mark and len(answer) <= UPGRADE_BYTES_MAX:
            return b""
        if not mark or answer[:7] + answer[8:12] != b"HTTP/1. 101":
            self._end(answer[:63].split(b"\r\n")[0].decode(errors="replace"))
            return b""
        self._answer = None
        if self._knock.greeting:
            self.transport.write(self._knock.greeting)
        else:
            self._enter()
        return rest

    def _take(self, head: int, payload: bytes, at_ns: int) -> None:
        opcode = head & _OPCODE
        if opcode <= BINARY:
            self._audience.keep(self._viewer, head, payload, at_ns)
            self._enter()
        elif opcode == PING:
            self.transport.write(client_frame(PONG, payload))
        elif opcode == CLOSE:
            code = int.from_bytes(payload[:2], "big")
            self.transport.write(client_frame(CLOSE, payload))
            self._end(f"closed with {code}" if payload else "closed without a code")
        elif opcode != PONG:
            self._end("a frame that is none")
            self.transport.abort()

    def _enter(self) -> None:
        if not self._entered.done():
            self._entered.set_result(None)

    def _end(self, why: str, *, ours: bool = False) -> None:
        """Before it is in, an end is a refusal; later it is a loss, unless it is ours."""
        if not self.over and not self._entered.done():
            self._entered.set_exception(ConnectionError(why))
        elif not self.over and not ours:
            self._audience.lose(self._viewer, why)
        self.over = True


def _reading(frames: int) -> Reading:
    waited_ns = int(Path("/proc/thread-self/schedstat").read_text().split()[1])
    return Reading(monotonic_ns(), frames, thread_time_ns(), waited_ns)
