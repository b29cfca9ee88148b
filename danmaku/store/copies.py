"""Chains as they are given away: every leaf and link, opened as far as the reader may see."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import Millis, RoomId, Seq
from danmaku.errors import NotFound
from danmaku.formats.chain_copy import (
    Opened,
    Signer,
    chain_line,
    end_line,
    entry_line,
    head_line,
    heads_line,
    newest_line,
)
from danmaku.store import room_codec, schema
from danmaku.store.bodies import OPEN_BODY, SEALED_BODY, Part, is_body_of_entry
from danmaku.store.chain import GENESIS
from danmaku.store.inspection_codec import Timed
from danmaku.store.links import Readers
from danmaku.store.people_codec import DocumentCame
from danmaku.store.platform_codec import Activated
from danmaku.store.schema import AnyRow

PAGE_ENTRIES = 500  # of one chunk: at most some hundred kilobytes
PAGE_HEADS = 1000

_PUBLIC = frozenset(
    about.kind()
    for about in (
        room_codec.Opened,
        room_codec.Changed,
        room_codec.Published,
        room_codec.Recalled,
        room_codec.Restored,
        DocumentCame,
        Activated,
        Timed,
    )
)

_chain, _entry, _head, _comment = (
    schema.chain.c,
    schema.entry.c,
    schema.head.c,
    schema.comment.c,
)

_ROWS = (
    select(
        schema.entry,
        OPEN_BODY.c.salt.label("open_salt"),
        OPEN_BODY.c.content.label("open_content"),
        SEALED_BODY.c.salt.label("sealed_salt"),
        SEALED_BODY.c.content.label("sealed_content"),
        _comment.status,
        _head.link.label("head_link"),
        _head.signature,
        _head.at_ms.label("head_ms"),
    )
    .select_from(
        schema.entry.outerjoin(OPEN_BODY, is_body_of_entry(OPEN_BODY, Part.OPEN))
        .outerjoin(SEALED_BODY, is_body_of_entry(SEALED_BODY, Part.SEALED))
        .outerjoin(schema.head, and_(_head.chain == _entry.chain, _head.seq == _entry.seq))
        .outerjoin(
            schema.comment, and_(_comment.room == _entry.chain, _comment.origin == _entry.origin)
        )
    )
    .order_by(_entry.seq)
    .limit(PAGE_ENTRIES)
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What of one entry is opened: its header, and these bodies."""

    header: bool = False
    parts: tuple[str, ...] = ()


Terms = Callable[[AnyRow], Seen]
"""What a reader may see of a row."""

CLOSED = Seen()


def public_terms(row: AnyRow) -> Seen:
    """What everybody may see now: nothing of a comment that is no longer shown but its header."""
    if row.kind not in _PUBLIC:
        return CLOSED
    is_hidden = (
        row.kind == room_codec.Published.kind() and row.status != CommentStatus.PUBLISHED.value
    )
    return Seen(header=True, parts=() if is_hidden else (Part.OPEN,))


@dataclass(frozen=True, slots=True)
class Span:
    """The entries `after` < seq <= `upto` of a chain, and the links at both ends."""

    after: Seq
    link: bytes
    upto: Seq
    end: Seq  # what the chain says its newest is; beyond that nothing belongs to it
    end_link: bytes


class ChainCopy:
    """One copy in the making, some entries at a time; belongs to whoever asks for them.

    Article: articles.Article.NO_MANIPULATION
    """

    def __init__(self, signer: Signer, chain: RoomId, span: Span, terms: Terms) -> None:
        self._chain, self._span, self._terms = chain, span, terms
        self._ended = False
        self.begin = chain_line(signer, chain, after=span.after, link=span.link)
        self.reached = span.after

    def next(self, connection: Connection) -> bytes:
        """The next lines; nothing when the copy is whole."""
        if self._ended:
            return b""
        wanted = _ROWS.where(_entry.chain == self._chain, _entry.seq > self.reached)
        rows = connection.execute(wanted.where(_entry.seq <= self._span.upto)).all()
        lines = b"".join(line for row in rows for line in self._lines(row))
        self.reached = rows[-1].seq if rows else self.reached
        if len(rows) < PAGE_ENTRIES:
            self._ended = True
            lines += end_line(self._span.end, self._span.end_link)
        return lines

    def _lines(self, row: AnyRow) -> Iterator[bytes]:
        seen, bodies = self._terms(row), {}
        header = Opened(row.leaf_salt, row.header) if seen.header else None
        for part in seen.parts:
            if (salt := getattr(row, f"{part}_salt")) is not None:
                bodies[part] = Opened(salt, getattr(row, f"{part}_content"))
        yield entry_line(row.seq, row.leaf, row.link, header=header, bodies=bodies)
        if row.signature is not None:
            yield head_line(row.seq, row.head_link, row.signature, row.head_ms)


def whole_span(connection: Connection, chain: RoomId) -> Span:
    """All of a chain as it stands.

    Raises:
        NotFound: There is no such chain.
    """
    row = connection.execute(select(schema.chain).where(_chain.id == chain)).first()
    if row is None:
        raise NotFound("There is no such chain.")
    newest = connection.scalar(select(func.max(_entry.seq)).where(_entry.chain == chain)) or Seq(0)
    return Span(Seq(0), GENESIS, newest, row.top, row.link)


class Copies:
    """`house.Copies` over the tables."""

    def __init__(self, readers: Readers, signer: Signer) -> None:
        self._readers = readers
        self.signer = signer

    async def chain(self, chain: RoomId) -> AsyncIterator[bytes]:
        """As `house.Copies.chain`."""
        span = await self._readers.ask(lambda connection: whole_span(connection, chain))
        return self._chunks(ChainCopy(self.signer, chain, span, public_terms))

    async def _chunks(self, copy: ChainCopy) -> AsyncIterator[bytes]:
        yield copy.begin
        while chunk := await self._readers.ask(copy.next):
            yield chunk

    async def heads(self) -> AsyncIterator[bytes]:
        """As `house.Copies.heads`."""
        yield heads_line(self.signer)
        after = RoomId("")
        while rows := await self._newest(after):
            yield b"".join(
                newest_line(row.chain, row.seq, row.link, row.signature, row.at_ms) for row in rows
            )
            after = rows[-1].chain

    async def _newest(self, after: RoomId) -> list[AnyRow]:
        newest = (
            select(_head.chain, func.max(_head.seq).label("seq"))
            .where(_head.chain > after)
            .group_by(_head.chain)
            .order_by(_head.chain)
            .limit(PAGE_HEADS)
            .subquery()
        )
        its_row = and_(_head.chain == newest.c.chain, _head.seq == newest.c.seq)
        wanted = select(schema.head).join(newest, its_row).order_by(_head.chain)
        return await self._readers.ask(lambda connection: list(connection.execute(wanted).all()))


def copy_lines(
    connection: Connection, signer: Signer, chain: RoomId, terms: Terms = public_terms
) -> Iterator[bytes]:
    """A copy of a whole chain in one snapshot, on the thread that calls.

    Raises:
        NotFound: There is no such chain.
    """
    copy = ChainCopy(signer, chain, whole_span(connection, chain), terms)
    yield copy.begin
    while chunk := copy.next(connection):
        yield chunk


def written_between(
    connection: Connection, chain: RoomId, from_ms: Millis, to_ms: Millis
) -> tuple[Seq, Seq] | None:
    """The first and the last entry of a chain in [from_ms, to_ms); None: there is none."""
    wanted = select(func.min(_entry.seq).label("first"), func.max(_entry.seq).label("last"))
    row = connection.execute(
        wanted.where(_entry.chain == chain, _entry.at_ms >= from_ms, _entry.at_ms < to_ms)
    ).one()
    return None if row.first is None else (row.first, row.last)
