"""Bringing a file of comments into a room, one by one, in bounded memory.

They are posted in windows: those of one window wait for the same commit, and go in order. A file
that is sent again after a break records nothing twice: a place and what stands there are the client
id.
"""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator

from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import Draft
from danmaku.domain.facts import CommentHeld, CommentRefused, Entry
from danmaku.domain.grants import require
from danmaku.domain.ids import RoomId
from danmaku.errors import BadMessage, Code, Refused
from danmaku.formats.reading import Item, Source
from danmaku.web.house import House
from danmaku.web.shapes import ImportShape

IMPORT_BYTES_MAX = 1 << 30
WINDOW_LINES = 128
ERRORS_MAX = 1000
PIECE_BYTES = 65_536  # read at a time


async def bring_file(
    house: House, who: Standing, room: RoomId, stream: AsyncIterable[bytes], source: Source
) -> ImportShape:
    """Post every comment of `stream`; what becomes of each is counted.

    Args:
        house: Where.
        who: Under whose account.
        room: Into which room.
        stream: The file.
        source: Reads its format.

    Raises:
        NotFound: There is no such room.
        NotAllowed: `who` may not import there.
        Overloaded: Too many files are being brought in, or too many of theirs.
        BadMessage: From some place on it is no such file; what came before it is recorded.
        Unavailable: The record takes nothing now; what came before is recorded.
    """
    await house.rooms.live(room)
    require(who, Power.RECORD_IMPORT, room, house.clock())
    with house.imports.taken_by(str(who.account)):
        return await _brought(house, who, room, stream, source)


async def _brought(
    house: House, who: Standing, room: RoomId, stream: AsyncIterable[bytes], source: Source
) -> ImportShape:
    counts = ImportShape()
    window: list[tuple[int, Draft]] = []
    try:
        async for items in _items_of(stream, source):
            for item in items:
                if item.refusal is not None:
                    _count_error(counts, item.place, item.refusal.code)
                elif item.draft is None:
                    counts.skipped += 1
                else:
                    window.append((item.place, item.draft))
                if len(window) == WINDOW_LINES:
                    await _post(house, who, room, window, counts)
                    window.clear()
    except BadMessage:
        await _post(house, who, room, window, counts)  # what came before the fault
        raise
    await _post(house, who, room, window, counts)
    counts.errors.sort(key=_place_of)
    return counts


async def _post(
    house: House, who: Standing, room: RoomId, window: list[tuple[int, Draft]], counts: ImportShape
) -> None:
    async def post(ordinal: int, draft: Draft) -> None:
        try:
            _count(counts, ordinal, await house.comments.bring(who, room, draft))
        except Refused as error:
            _count_error(counts, ordinal, error.code)

    try:
        async with asyncio.TaskGroup() as tasks:
            for ordinal, draft in window:
                tasks.create_task(post(ordinal, draft), name=f"import-{ordinal}")
    except* Exception as several:
        # One answer stands for all: the record is gone for each of them alike.
        raise several.exceptions[0] from several


def _count(counts: ImportShape, place: int, entry: Entry) -> None:
    if entry.repeated:
        counts.repeated += 1
    elif isinstance(entry.fact, CommentHeld):
        counts.held += 1
    elif isinstance(entry.fact, CommentRefused):
        counts.refused += 1
        _report(counts, place, Code.PROHIBITED)
    else:
        counts.published += 1


def _count_error(counts: ImportShape, place: int, code: Code) -> None:
    counts.failed += 1
    _report(counts, place, code)


def _place_of(error: str) -> int:
    return int(error.partition(":")[0].removeprefix("line "))


def _report(counts: ImportShape, place: int, code: Code) -> None:
    if len(counts.errors) < ERRORS_MAX:
        counts.errors.append(f"line {place}: {code.value}")


async def _items_of(stream: AsyncIterable[bytes], source: Source) -> AsyncIterator[list[Item]]:
    async for piece in stream:
        # Whatever pieces the way here has made of it, few comments are in hand at a time.
        for begin in range(0, len(piece), PIECE_BYTES):
            yield source.feed(piece[begin : begin + PIECE_BYTES])
    yield source.end()
