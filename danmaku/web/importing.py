"""Bringing a file of comments into a room, line by line, in bounded memory.

Lines are posted in windows: those of one window wait for the same commit, and go in order. A file
that is sent again after a break records nothing twice: a line's place and words are its client id.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator

from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import Draft
from danmaku.domain.facts import CommentHeld, CommentRefused, Entry
from danmaku.domain.grants import require
from danmaku.domain.ids import RoomId
from danmaku.errors import BadMessage, Refused
from danmaku.formats.jsonl import LINE_BYTES_MAX, line_of
from danmaku.web.house import House
from danmaku.web.shapes import ImportShape

IMPORT_BYTES_MAX = 1 << 30
WINDOW_LINES = 128
ERRORS_MAX = 50


async def bring_lines(
    house: House, who: Standing, room: RoomId, stream: AsyncIterable[bytes]
) -> ImportShape:
    """Post every line of `stream`; what becomes of each is counted.

    Raises:
        NotFound: There is no such room.
        NotAllowed: `who` may not import there.
        BadMessage: A line is too long; what came before it is recorded.
        Unavailable: The record takes nothing now; what came before is recorded.
    """
    await house.rooms.live(room)
    require(who, Power.RECORD_IMPORT, room, house.clock())
    counts = ImportShape()
    window: list[tuple[int, Draft]] = []
    ordinal = 0
    async for line in _lines_of(stream):
        ordinal += 1
        try:
            read = line_of(line, place=ordinal)
        except BadMessage as error:
            _count_error(counts, ordinal, error)
            continue
        if read is None:
            counts.skipped += 1
            continue
        window.append((ordinal, read.draft))
        if len(window) == WINDOW_LINES:
            await _post(house, who, room, window, counts)
            window.clear()
    await _post(house, who, room, window, counts)
    return counts


async def _post(
    house: House, who: Standing, room: RoomId, window: list[tuple[int, Draft]], counts: ImportShape
) -> None:
    async def post(ordinal: int, draft: Draft) -> None:
        try:
            _count(counts, await house.comments.bring(who, room, draft))
        except Refused as error:
            _count_error(counts, ordinal, error)

    try:
        async with asyncio.TaskGroup() as tasks:
            for ordinal, draft in window:
                tasks.create_task(post(ordinal, draft), name=f"import-{ordinal}")
    except* Exception as several:
        # One answer stands for all: the record is gone for each of them alike.
        raise several.exceptions[0] from several


def _count(counts: ImportShape, entry: Entry) -> None:
    if entry.repeated:
        counts.repeated += 1
    elif isinstance(entry.fact, CommentHeld):
        counts.held += 1
    elif isinstance(entry.fact, CommentRefused):
        counts.refused += 1
    else:
        counts.published += 1


def _count_error(counts: ImportShape, ordinal: int, error: Refused) -> None:
    counts.failed += 1
    if len(counts.errors) < ERRORS_MAX:
        counts.errors.append(f"line {ordinal}: {error.code.value}")


async def _lines_of(stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in stream:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
        if len(rest) > LINE_BYTES_MAX:
            raise BadMessage(f"A line has {LINE_BYTES_MAX} bytes at most.")
    if rest:
        yield rest
