"""The yardstick: a C program that only writes, measured on the same cores in the same run.

Absolute times differ between machines and hours; the ratio to this loop says what the server costs
beyond the writes that nobody can save (docs/benchmarks.md).
"""

import asyncio
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from bench.audience import Knock
from bench.audience_native import audience
from bench.frames import upgrade_request
from bench.native import built

FRAME_BYTES_MAX = 65_535


class Writing(msgspec.Struct, frozen=True):
    """What the loop is to write: as many frames of the same size as the server did."""

    viewers: int
    frame_bytes: int
    frames_per_s: float
    seconds: float


class Written(msgspec.Struct, frozen=True):
    """What it wrote, and what that took.

    Attributes:
        refused: Frames that did not fit into a socket's buffer.
    """

    frames: int
    refused: int
    cpu_ns: int

    @property
    def cpu_us_per_frame(self) -> float:
        """Processor time of one write."""
        return self.cpu_ns / 1000 / max(1, self.frames)


def measure(writing: Writing, *, core: int | None, readers_core: int | None) -> Written:
    """Compile the loop, let it write to as many readers, and say what it took.

    Args:
        writing: How much.
        core: Processor of the loop; None: wherever the system likes.
        readers_core: The same for those it writes to.

    Raises:
        NoCompilerError: If there is no `cc`.
    """
    return uvloop.run(_run(built("plain_loop"), writing, core, readers_core))


async def _run(
    program: Path, writing: Writing, core: int | None, readers_core: int | None
) -> Written:
    pinned = [] if core is None else ["taskset", "--cpu-list", str(core)]
    words = (
        writing.viewers,
        min(writing.frame_bytes, FRAME_BYTES_MAX),
        writing.frames_per_s,
        writing.seconds,
    )
    loop = await asyncio.create_subprocess_exec(
        *pinned, str(program), *map(str, words), stdout=asyncio.subprocess.PIPE
    )
    out = cast("asyncio.StreamReader", loop.stdout)
    port = int(await out.readline())
    request = upgrade_request("/", host="127.0.0.1", key=bytes(16))
    readers = await audience(readers_core)
    try:
        await readers.connect(0, [Knock("127.0.0.1", port, request)] * writing.viewers)
        frames, refused, cpu_ns = map(int, (await out.readline()).split())
        await loop.wait()
    finally:
        await readers.close()
    return Written(frames, refused, cpu_ns)
