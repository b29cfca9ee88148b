"""The audience as a compiled program on a core of its own: what it hears costs nobody else time."""

import asyncio
import os
import socket
import struct
from array import array
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self, cast

from bench.audience import Audience, Knock, Log, Loss, Payload, Reading, Strain
from bench.audience_python import PythonAudience
from bench.native import NoCompilerError, built

_KNOCK = struct.Struct("=4s3I")  # address, port, length of the request and of the greeting
_CONTENT = struct.Struct("=IB")  # length of the payload, first byte of the frame


async def audience(core: int | None) -> Audience:
    """An audience: compiled, or in this process where there is no compiler.

    Args:
        core: Processor for the compiled one; None: wherever the system likes.
    """
    try:
        return await NativeAudience.start(core)
    except NoCompilerError:
        return PythonAudience()


class NativeAudience:
    """See `Audience`; `native/audience.c` says what is spoken with the program.

    Every verb raises ConnectionError if the program has ended.

    Args:
        program: Runs, with pipes.
        folder: Where it keeps its log; goes when the audience is closed.
    """

    def __init__(
        self, program: asyncio.subprocess.Process, folder: TemporaryDirectory[str]
    ) -> None:
        self._program = program
        self._folder = folder
        self._ids = count(1)
        self._answers: dict[int, asyncio.Future[None]] = {}
        self._strain = Strain()
        self._reading = asyncio.Lock()
        self._listening = asyncio.create_task(self._listen(), name="audience")

    @classmethod
    async def start(cls, core: int | None) -> Self:
        """Build the program if need be, and start it.

        Raises:
            NoCompilerError: If it cannot be built here.
        """
        program = await asyncio.to_thread(built, "audience")
        folder = TemporaryDirectory(prefix="danmaku-audience-")
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            program, folder.name, stdin=pipe, stdout=pipe
        )
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        return cls(process, folder)

    @property
    def pid(self) -> int:
        """Process id of the program."""
        return self._program.pid

    async def connect(self, first: int, knocks: Sequence[Knock], *, at_once: int = 200) -> None:
        """See `Audience.connect`."""
        hosts = {knock.host for knock in knocks}
        addresses = {host: await _address(host) for host in hosts}
        body = b"".join(
            _KNOCK.pack(addresses[k.host], k.port, len(k.request), len(k.greeting))
            + k.request
            + k.greeting
            for k in knocks
        )
        await self._order("connect", first, len(knocks), at_once=at_once, body=body)

    async def drop(self, first: int, count: int) -> None:
        """See `Audience.drop`."""
        await self._order("drop", first, count)

    async def pause(self, first: int, count: int) -> None:
        """See `Audience.pause`."""
        await self._order("pause", first, count)

    async def resume(self, first: int, count: int) -> None:
        """See `Audience.resume`."""
        await self._order("resume", first, count)

    def frames_count(self) -> int:
        """See `Audience.frames_count`."""
        return self._strain.last.frames

    async def log(self) -> Log:
        """See `Audience.log`; nothing is received while the program writes it down."""
        async with self._reading:
            await self._order("sync", 0, 0)
            log = await asyncio.to_thread(_log_in, Path(self._folder.name))
        log.saturated = self._strain.words
        log.cpu_ns = self._strain.last.cpu_ns
        return log

    async def close(self) -> None:
        """See `Audience.close`."""
        self._stdin.close()
        await self._program.wait()
        await self._listening
        self._folder.cleanup()

    @property
    def _stdin(self) -> asyncio.StreamWriter:
        return cast("asyncio.StreamWriter", self._program.stdin)

    async def _order(
        self, verb: str, first: int, count: int, *, at_once: int = 0, body: bytes = b""
    ) -> None:
        if self._listening.done():
            raise ConnectionError("the audience has ended")
        number = next(self._ids)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self._stdin.write(f"{number} {verb} {first} {count} {at_once} {len(body)}\n".encode())
        self._stdin.write(body)
        await self._stdin.drain()
        await answer

    async def _listen(self) -> None:
        said = cast("asyncio.StreamReader", self._program.stdout)
        async for line in said:
            self._hear(*line.decode(errors="replace").split())
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the audience has ended"))

    def _hear(self, word: str, *more: str) -> None:
        if word in ("start", "progress"):
            reading = Reading(*map(int, more))
            self._strain.begin(reading) if word == "start" else self._strain.judge(reading)
            return
        answer = self._answers.pop(int(more[0]))
        if answer.done():  # who asked was cancelled
            return
        if word == "done":
            answer.set_result(None)
        else:
            answer.set_exception(ConnectionError(" ".join(more[1:])))


async def _address(host: str) -> bytes:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    return socket.inet_aton(str(found[0][4][0]))


def _log_in(folder: Path) -> Log:
    return Log(
        contents=list(_contents((folder / "contents").read_bytes())),
        viewers=_column("I", folder / "viewers"),
        payloads=_column("I", folder / "payloads"),
        at_ns=_column("Q", folder / "at_ns"),
        losses=[_loss(line) for line in (folder / "losses").read_text().splitlines()],
    )


def _column(kind: str, path: Path) -> "array[int]":
    column = array(kind)
    column.frombytes(path.read_bytes())
    return column


def _contents(written: bytes) -> Iterator[Payload]:
    at = 0
    while at < len(written):
        length, head = _CONTENT.unpack_from(written, at)
        at += _CONTENT.size
        yield Payload(head, written[at : at + length])
        at += length


def _loss(line: str) -> Loss:
    viewer, at_ns, why = line.split(" ", 2)
    return Loss(int(viewer), int(at_ns), why)
