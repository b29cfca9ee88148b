"""Bytes that no decent client sends, and a socket to send them through."""

import asyncio
import struct
from dataclasses import dataclass

from bench.frames import FrameReader, upgrade_request
from danmaku.conformance.encodings import Dialect
from tests.patience import PATIENCE_S

TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10
KEY = b"\x01\x02\x03\x04"
JSON_HELLO = b'{"op":"hello"}'
MSGPACK_HELLO = b"\x81\xa2op\xa5hello"


def frame(  # noqa: PLR0913 -- every bit of a frame may be wrong
    opcode, payload=b"", *, fin=True, rsv=0, masked=True, says=None, width=None
) -> bytes:
    """A frame, well-formed unless told otherwise.

    Args:
        says: The length that the head claims; None: the true one.
        width: Bytes of the extended length, 0, 2 or 8; None: as few as needed.
    """
    length = len(payload) if says is None else says
    if width is None:
        width = 0 if length < 126 else 2 if length < 65536 else 8
    short = {0: length & 0x7F, 2: 126, 8: 127}[width]
    head = bytes([fin << 7 | rsv << 4 | opcode, masked << 7 | short])
    head += {0: b"", 2: struct.pack("!H", length & 0xFFFF), 8: struct.pack("!Q", length)}[width]
    if not masked:
        return head + payload
    return head + KEY + bytes(byte ^ KEY[n % 4] for n, byte in enumerate(payload))


@dataclass
class Raw:
    """A socket past its upgrade, on which anything may be written."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def end(self, within_s: float = PATIENCE_S) -> tuple[int | None, bytes]:
        """Read to the close frame, or to the end of the stream.

        Returns:
            The close code, if one was given, and everything that was said.
        """
        said = b""
        try:
            async with asyncio.timeout(within_s):
                while close_code_of(said) is None and (more := await self.reader.read(65_536)):
                    said += more
        except ConnectionError:
            pass  # a reset: what was said before it counts
        finally:
            self.drop()
        return close_code_of(said), said

    async def silence(self, within_s: float = PATIENCE_S) -> None:
        """Read on, answering nothing, until the server ends the stream."""
        try:
            async with asyncio.timeout(within_s):
                await self.reader.read()
        except ConnectionError:
            pass
        finally:
            self.drop()

    def drop(self) -> None:
        self.writer.transport.abort()


def close_code_of(said: bytes) -> int | None:
    codes = [
        int.from_bytes(payload[:2], "big")
        for head, payload in FrameReader().feed(said)
        if head & 0x0F == CLOSE and len(payload) >= 2
    ]
    return codes[0] if codes else None


async def requested(address: str, request: bytes) -> tuple[bytes, Raw]:
    """Send an HTTP request; its answer's head, and the socket."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    async with asyncio.timeout(PATIENCE_S):
        head = await reader.readuntil(b"\r\n\r\n")
    return head, Raw(reader, writer)


async def upgraded(
    address: str, room: str, *, dialect: Dialect = Dialect.JSON, deflate: bool = False
) -> Raw:
    request = upgrade_request(
        f"/rooms/{room}/live", host=address, key=bytes(16), subprotocol=dialect, deflate=deflate
    )
    head, raw = await requested(address, request)
    assert b" 101 " in head.splitlines()[0], head
    return raw
