"""A network that fails on command: it stands between a server and what the server depends on."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Self

CHUNK = 1 << 16


@dataclass
class Proxy:
    """Hands bytes on between whoever connects and 127.0.0.1:`port`.

    Attributes:
        calls: Open while bytes of those who connected get through.
        answers: Open while bytes get back to them.
    """

    port: int
    calls: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server = field(init=False)
    _lines: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self.mend()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    @property
    def address(self) -> str:
        host, port = self._server.sockets[0].getsockname()
        return f"{host}:{port}"

    def part(self, *, calls: bool = True, answers: bool = True) -> None:
        """Let bytes of that direction wait: nobody is told, as when a cable is cut."""
        if calls:
            self.calls.clear()
        if answers:
            self.answers.clear()

    def mend(self) -> None:
        """Deliver what waited, and all that comes."""
        self.calls.set()
        self.answers.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        self._lines.add(line)
        try:
            with contextlib.suppress(OSError):
                await self.calls.wait()
                await self._join(reader, writer)
        finally:
            self._lines.discard(line)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.port)
        ways = [
            asyncio.create_task(hand_on(reader, far_writer, self.calls)),
            asyncio.create_task(hand_on(far_reader, writer, self.answers)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            far_writer.close()


async def hand_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: asyncio.Event
) -> None:
    while chunk := await reader.read(CHUNK):
        await way.wait()
        writer.write(chunk)
        await writer.drain()
