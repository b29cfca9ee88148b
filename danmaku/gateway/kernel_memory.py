"""What the system keeps of a viewer who does not read: bounded, and gone when the viewer is.

Left to itself it holds up to some megabytes of unsent bytes for each socket: a thousand viewers who
stopped reading would cost gigabytes, which no figure of this process shows. And it goes on keeping
them for minutes after such a socket was closed.
"""

import asyncio
import socket
import struct

_RESET = struct.pack("ii", 1, 0)  # struct linger: on, for no seconds


def hold_no_more_than(bytes_max: int, transport: asyncio.Transport) -> None:
    """Bound what the system keeps until the peer has taken it; it doubles the number."""
    _socket_of(transport).setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, bytes_max)


def forget_unsent(transport: asyncio.Transport) -> None:
    """Let the end of the transport be a reset, behind which nothing is kept."""
    _socket_of(transport).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def _socket_of(transport: asyncio.Transport) -> socket.socket:
    plug: socket.socket = transport.get_extra_info("socket")
    return plug
