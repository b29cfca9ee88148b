"""A room's comments as files: made whole, and only then sent.

What a file is digested to stands before it, and so does how many comments it has; both are known
when it has been made. It waits on disk meanwhile, not in memory. Nobody can be sent half of one
state of the record and half of another's digest.
"""

import asyncio
import base64
import hashlib
import zlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Protocol

from fastapi import Request
from fastapi.responses import Response, StreamingResponse
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from danmaku.domain.ids import Number, RoomId, Seq
from danmaku.errors import NotFound, Overloaded
from danmaku.formats.layout import Head, Layout, Writing
from danmaku.formats.shown import Row, Shown
from danmaku.ports import RoomRow
from danmaku.web.places import Places
from danmaku.web.tags import is_known

CHUNK_BYTES = 65_536  # sent at once
MEMORY_BYTES_MAX = 1 << 20  # of a file; a longer one goes to disk
MAKING_MAX, MAKING_EACH_MAX = 4, 2  # at a time, and of one asker: each reads a whole room
TRIES_MAX = 3  # at a file, while comments are being recalled
OPEN_MAX, OPEN_EACH_MAX = 64, 16  # being made or sent, and of one asker
DIGESTS_MAX = 1000  # remembered, of files that were made before
SENDING_S_MIN = 60.0  # that anybody has to take a file
SENDING_BYTES_PER_S = 16_384  # who takes less keeps a place from others
_GZIP_BITS = 31  # the library's word for a header of that kind


class Rows(Protocol):
    """What files are made of: pages of numbered comments or their markers."""

    def by_number(self, room: RoomId, after: Number) -> AsyncIterator[Sequence[Row]]:
        """Those above a number, in its order."""

    def by_position(self, room: RoomId, after: Number) -> AsyncIterator[Sequence[Row]]:
        """The same in order of position and number."""

    async def newest(self, room: RoomId, limit: int) -> list[Shown]:
        """The newest that are no markers, newest first."""

    async def recall_after(self, room: RoomId, seq: Seq) -> Seq | None:
        """The newest recall above an entry of the room."""


@dataclass(slots=True)
class _File:
    """One that was made for an asker; `close` gives its place free."""

    asker: str
    begin: bytes
    end: bytes
    body: SpooledTemporaryFile[bytes]
    count: int
    digest: bytes = b""
    bytes_count: int = 0

    def chunks(self) -> Iterator[bytes]:
        yield self.begin
        self.body.seek(0)
        while chunk := self.body.read(CHUNK_BYTES):
            yield chunk
        yield self.end

    async def weigh(self) -> None:
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
            self.bytes_count += len(chunk)
            await asyncio.sleep(0)  # a long file is not to keep viewers from what is said
        self.digest = digest.digest()

    @property
    def sending_s_max(self) -> float:
        """How long somebody may take to take it, seconds."""
        return max(SENDING_S_MIN, self.bytes_count / SENDING_BYTES_PER_S)


@dataclass(slots=True)
class RecordFiles:
    """Makes files, a bounded number at a time, of which one asker has a share.

    Args:
        rows: Of the record.
        epoch: Of that record.
    """

    rows: Rows
    epoch: str
    _making: Places = field(default_factory=lambda: Places(MAKING_MAX, MAKING_EACH_MAX))
    _open: Places = field(default_factory=lambda: Places(OPEN_MAX, OPEN_EACH_MAX))
    _digests: OrderedDict[tuple[RoomId, Layout], tuple[Seq, bytes]] = field(
        default_factory=OrderedDict
    )

    async def answer(
        self, request: Request, asker: str, row: RoomRow | None, layout: Layout, top: Seq
    ) -> Response:
        """Send a room's file, or say that the asker has it.

        Args:
            request: Whose headers say what is known, and whether it may be packed.
            asker: Who asks, as far as limits go.
            row: The room.
            layout: Of the file.
            top: Of the room, from before anything is read: what comes later makes another file.

        Raises:
            NotFound: There is no room.
            Overloaded: Too many files are under way, or too many of the asker's.
        """
        if row is None:
            raise NotFound("There is no such room.")
        packs = _takes_gzip(request)
        known = self._digests.get((row.room, layout))
        if known is not None and known[0] == top and is_known(request, _tag(known[1], packs=packs)):
            return Response(status_code=304, headers=_headers(known[1], packs=packs))
        made = await self._made(asker, row, layout, top)
        self._remember((row.room, layout), (top, made.digest))
        if is_known(request, _tag(made.digest, packs=packs)):
            self.close(made)
            return Response(status_code=304, headers=_headers(made.digest, packs=packs))
        return _Sent(self, made, layout, row.room, packs=packs)

    async def _made(self, asker: str, row: RoomRow, layout: Layout, top: Seq) -> _File:
        with ExitStack() as unless_made:
            self._open.take(asker)
            unless_made.callback(self._open.leave, asker)
            body = SpooledTemporaryFile[bytes](MEMORY_BYTES_MAX)
            unless_made.callback(body.close)
            with self._making.taken_by(asker):
                made = await self._fresh(asker, row, layout, body, top)
            unless_made.pop_all()
            return made

    async def _fresh(
        self,
        asker: str,
        row: RoomRow,
        layout: Layout,
        body: SpooledTemporaryFile[bytes],
        top: Seq,
    ) -> _File:
        """A file without anything that was recalled while it was made."""
        since = top
        for _ in range(TRIES_MAX):
            made = await self._written(asker, row, layout, body)
            recalled = await self.rows.recall_after(row.room, since)
            if recalled is None:
                return made
            since = recalled
            body.seek(0)
            body.truncate()
        raise Overloaded("Comments are being recalled: come back in a moment.")

    async def _written(
        self, asker: str, row: RoomRow, layout: Layout, body: SpooledTemporaryFile[bytes]
    ) -> _File:
        writing = Writing(layout)
        read = self.rows.by_position if layout.by_position else self.rows.by_number
        async for page in read(row.room, layout.after):
            body.write(writing.part(page))
        head = Head(row.room, row.number, row.state.title, writing.count)
        made = _File(asker, layout.begin(head).encode(), layout.end.encode(), body, writing.count)
        await made.weigh()
        return made

    def _remember(self, key: tuple[RoomId, Layout], said: tuple[Seq, bytes]) -> None:
        self._digests[key] = said
        self._digests.move_to_end(key)
        if len(self._digests) > DIGESTS_MAX:
            self._digests.popitem(last=False)

    def close(self, made: _File) -> None:
        """A file has been sent, or nobody wants it any more."""
        made.body.close()
        self._open.leave(made.asker)


class _Sent(StreamingResponse):
    """A file on its way out."""

    def __init__(
        self, files: RecordFiles, made: _File, layout: Layout, room: RoomId, *, packs: bool
    ) -> None:
        self._files, self._made = files, made
        headers = _headers(made.digest, packs=packs) | {
            "Content-Disposition": f'attachment; filename="{room}.{layout.ending}"',
            "Record-Comments": str(made.count),
        }
        if packs:
            headers["Content-Encoding"] = "gzip"
        else:
            headers["Content-Length"] = str(made.bytes_count)
        chunks = _packed(made.chunks()) if packs else made.chunks()
        super().__init__(_slowly(chunks), media_type=layout.media_type, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; whatever happens, its place is free afterwards.

        One that is not taken in time breaks off: its length tells the reader that it is not whole.
        """
        try:
            async with asyncio.timeout(self._made.sending_s_max):
                await super().__call__(scope, receive, send)
        except TimeoutError as error:
            raise ClientDisconnect from error
        finally:
            self._files.close(self._made)


async def _slowly(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        if chunk:
            yield chunk


def _packed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=_GZIP_BITS)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def _takes_gzip(request: Request) -> bool:
    offered = request.headers.get("accept-encoding", "").split(",")
    codings = [one.replace(" ", "").partition(";") for one in offered]
    return any(name in ("gzip", "*") and rest != "q=0" for name, _, rest in codings)


def _tag(digest: bytes, *, packs: bool) -> str:
    return f'"{digest.hex()}{"-gzip" if packs else ""}"'


def _headers(digest: bytes, *, packs: bool) -> dict[str, str]:
    said = f"sha-256=:{base64.b64encode(digest).decode()}:"
    headers = {
        "ETag": _tag(digest, packs=packs),
        "Cache-Control": "no-cache",  # a recall must reach every cache
        "Vary": "Accept-Encoding",
        "Unencoded-Digest": said,
    }
    return headers if packs else headers | {"Repr-Digest": said}
