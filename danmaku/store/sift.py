"""Looking at comments of the record again, beside the server and behind it.

A large record takes minutes of a processor, which the loop cannot spare: an embedded or shared
record is read by another process of low priority, a page at a time, and only what was found comes
back. A record in memory is read page by page in the threads that answer questions; so is what needs
no rules, and so no texts.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from danmaku.config import IN_MEMORY, StoreSettings
from danmaku.domain.rule_reports import Sift, Sifted
from danmaku.errors import StoreDown
from danmaku.store.links import Readers
from danmaku.store.looking import Judges
from danmaku.store.opening import is_shared
from danmaku.store.sifting import Pass, Task

LINE_BYTES_MAX: Final = 8 << 20
_CODE = Path(__file__).parents[2]  # the other process runs the code that this one runs
_EMBEDDED, _SHARED = "danmaku.store.sift_embedded", "danmaku.store.sift_shared"

_sifted_of = msgspec.json.Decoder(Sifted).decode


class Sifter:
    """See the module.

    Args:
        settings: Where the record lies.
        readers: Read one that no other process can.
    """

    def __init__(self, settings: StoreSettings, readers: Readers) -> None:
        self._settings = settings
        self._readers = readers

    async def sift(self, sift: Sift, judges: Judges, beside: Judges) -> AsyncIterator[Sifted]:
        """Look at comments again, a stretch at a time, by room and then as they came.

        Args:
            sift: Which.
            judges: The rules that judge; none, where it is not by a rule that they are picked.
            beside: What they are held against, in reports.

        Raises:
            StoreDown: The record gives no answer.
        """
        is_by_text = bool(judges) or (sift.pick is not None and sift.pick.like is not None)
        reads_places_alone = not is_by_text  # and is done before a process had begun
        if self._settings.url == IN_MEMORY or reads_places_alone:
            work = Pass(sift, judges, beside)
            while (page := await self._readers.ask(work.page)) is not None:
                yield page
            return
        settings = self._settings
        task = Task(str(settings.data_dir.absolute()), settings.url, sift, judges, beside)
        program = _SHARED if is_shared(settings) else _EMBEDDED
        async for line in _aside(program, msgspec.msgpack.encode(task)):
            yield _sifted_of(line)


async def _aside(program: str, task: bytes) -> AsyncIterator[bytes]:
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", program),
        cwd=_CODE,
        stdin=PIPE,
        stdout=PIPE,
        limit=LINE_BYTES_MAX,
    )
    assert other.stdin is not None  # noqa: S101 -- both are pipes
    assert other.stdout is not None  # noqa: S101
    try:
        other.stdin.write(task)
        other.stdin.close()
        while line := await other.stdout.readline():
            yield line
        if await other.wait() != 0:
            raise StoreDown(f"Looking at the record again ended with {other.returncode}.")
    finally:
        if other.returncode is None:
            other.kill()
            await other.wait()
