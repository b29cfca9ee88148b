"""WebSocket frames as one client sends and reads them: bytes in, bytes out, no I/O.

Thousands of viewers of the driver share one core with nobody's help, so this does what a client of
*our* server needs and no more: it masks with a zero key, which is legal and free, and it takes
fragmented messages for a defect, because the server never sends any.
"""

import base64
import struct
import zlib

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
FIN = 0x80
RSV1 = 0x40  # the payload is compressed

_ZERO_KEY = bytes(4)
_SHORT_MAX, _MEDIUM = 125, 126


def upgrade_request(
    path: str, *, host: str, key: bytes, subprotocol: str | None = None, deflate: bool = False
) -> bytes:
    """The request that opens a socket.

    Args:
        path: Path of the room's socket.
        host: Host and port, as the Host header names them.
        key: 16 bytes; any, they prove nothing.
        subprotocol: None offers none.
        deflate: Whether to offer permessage-deflate without context takeover.
    """
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(key).decode()}",
    ]
    if subprotocol is not None:
        lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
    if deflate:
        lines.append(
            "Sec-WebSocket-Extensions: permessage-deflate;"
            " server_no_context_takeover; client_no_context_takeover"
        )
    return "\r\n".join([*lines, "", ""]).encode()


def client_frame(opcode: int, payload: bytes) -> bytes:
    """One whole message, uncompressed."""
    length = len(payload)
    if length <= _SHORT_MAX:
        head = struct.pack("!BB", FIN | opcode, 0x80 | length)
    else:
        head = struct.pack("!BBH", FIN | opcode, 0x80 | _MEDIUM, length)
    return head + _ZERO_KEY + payload


def inflated(payload: bytes) -> bytes:
    """What a compressed message says."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(payload + b"\x00\x00\xff\xff")


class FrameReader:
    """Cuts what the server wrote into frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Take what the socket gave.

        Returns:
            First byte and payload of each frame that is whole now.

        Cost: one copy of each payload; another one only of a frame that came in pieces.
        """
        if self._rest:
            data = self._rest + data
        frames = []
        at, end = 0, len(data)
        while end - at >= 2:  # noqa: PLR2004 -- the shortest frame
            start, length = _extent(data, at)
            if start < 0 or start + length > end:
                break
            frames.append((data[at], data[start : start + length]))
            at = start + length
        self._rest = data[at:]
        return frames


def _extent(data: bytes, at: int) -> tuple[int, int]:
    """Where the payload of the frame at `at` starts, -1 if that is not known yet; its length."""
    short = data[at + 1]
    if short < _MEDIUM:
        return at + 2, short
    width = 2 if short == _MEDIUM else 8
    start = at + 2 + width
    if start > len(data):
        return -1, 0
    return start, int.from_bytes(data[at + 2 : start], "big")
