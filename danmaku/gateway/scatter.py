"""One frame to many sockets: the write that fan-out is made of.

The bytes go straight to the descriptor. That is in order only while nothing waits in the socket's
transport: its owner sets the transport's limit to 0, hears `pause_writing` as soon as one byte
waits, and takes the socket out until `resume_writing`.

The compiled form does a whole slice in one call and holds no lock meanwhile; where it could not be
built, the other one does the same more slowly. Which one runs is told by `IS_COMPILED`.
"""

import contextlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from array import array

Scatter = Callable[["array[int]", int, int, bytes], list[tuple[int, int]]]


def scatter_plainly(
    descriptors: "array[int]", begin: int, end: int, frame: bytes
) -> list[tuple[int, int]]:
    """Try one write for each descriptor of [begin, end); `descriptors` is of type "i".

    Returns:
        Index from `begin`, and how many bytes were taken, of each that did not take the whole
        frame. An error counts as none taken: the socket's transport meets it again, and deals
        with it.
    """
    shortfalls: list[tuple[int, int]] = []
    length = len(frame)
    for index, descriptor in enumerate(descriptors[begin:end]):
        taken = 0
        with contextlib.suppress(OSError):
            taken = os.write(descriptor, frame)
        if taken != length:
            shortfalls.append((index, taken))
    return shortfalls


scatter: Scatter = scatter_plainly
IS_COMPILED = False
with contextlib.suppress(ImportError):
    from danmaku.gateway._scatter import scatter as scatter_compiled

    scatter, IS_COMPILED = scatter_compiled, True
