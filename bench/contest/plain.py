"""The yardstick: a C program that writes, and does nothing else (native/plain_server.c)."""

from bench.contest.peers import Peer
from bench.native import built

GATHER_MS = 30
"""About what our server gathers for in a room of 1,000 viewers and 100 comments a second."""


def plain_loop() -> Peer:
    """One write for each message and viewer: what all are held against.

    Raises:
        NoCompilerError: There is no C compiler.
    """
    return _loop("C loop", "single", notes="one write a message and viewer")


def plain_loop_batching() -> Peer:
    """Joins what came in one turn of the loop; raises as `plain_loop`."""
    return _loop("C loop, batching", "batch", notes="joins what came in one turn of its loop")


def plain_loop_gathering() -> Peer:
    """Joins what came within `GATHER_MS`; raises as `plain_loop`."""
    words = ("gather", str(GATHER_MS))
    return _loop("C loop, gathering", *words, notes=f"joins what came within {GATHER_MS} ms")


def _loop(name: str, *mode: str, notes: str) -> Peer:
    return Peer(name, (str(built("plain_server")), "{port}", *mode), notes)
