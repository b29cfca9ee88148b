"""The read side of the record: each method is one question, answered from one snapshot."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, tuple_

from danmaku.domain.comment import Comment, CommentStatus
from danmaku.domain.facts import BuiltRules, CommentHeld, Entry, ReportFiled
from danmaku.domain.ids import (
    PLATFORM,
    AccountId,
    ClientId,
    Number,
    Pseudonym,
    RoomId,
    RoomNumber,
    Seq,
)
from danmaku.domain.room_words import RoomWords
from danmaku.domain.views import View, ViewKind, bare, view_of_comment
from danmaku.errors import Broken
from danmaku.ports import ActiveRules, Delayed, Held, Own, Report, RoomRow, Segment
from danmaku.store import schema
from danmaku.store.bodies import Part
from danmaku.store.bulk import find_all
from danmaku.store.comments import COMMENTS, ITS_BODY, client_key_of, comment_of
from danmaku.store.entries import ENTRIES, entries_of, entry_at, header_of
from danmaku.store.links import Readers
from danmaku.store.room_codec import (
    Changed,
    Opened,
    Published,
    Recalled,
    Restored,
    state_of,
    words_of,
)
from danmaku.store.schema import AnyRow, AnySelect

_chain, _entry, _room = schema.chain.c, schema.entry.c, schema.room.c
_comment, _name = schema.comment.c, schema.pseudonym.c

_ROOMS = select(schema.room, _chain.version, _chain.top, _chain.number_top).join(schema.chain)
_NUMBERED = COMMENTS.where(_comment.number.is_not(None))

_STICKY = (Recalled.kind(), Restored.kind(), Opened.kind(), Changed.kind())
_PUBLIC = (Published.kind(), *_STICKY)

_state = schema.body.alias("state_body")
_VIEWS = (
    select(
        _entry.seq.label("entry_seq"),
        _entry.kind.label("entry_kind"),
        _entry.header,
        _state.c.content.label("state"),
        schema.comment,
        schema.body.c.content,
    )
    .select_from(
        # One join after the other: SQLite reads a nested one whole.
        schema.entry.outerjoin(
            schema.comment,
            and_(_comment.room == _entry.chain, _comment.origin == _entry.origin),
        )
        .outerjoin(schema.body, ITS_BODY)
        .outerjoin(
            _state,
            and_(
                _entry.kind.in_((Opened.kind(), Changed.kind())),
                _state.c.chain == _entry.chain,
                _state.c.seq == _entry.seq,
                _state.c.part == Part.OPEN,
            ),
        )
    )
    # A restore that was recalled again has nothing left to show; its recall comes anyway.
    .where(or_(_entry.kind != Restored.kind(), _comment.status == CommentStatus.PUBLISHED.value))
    .order_by(_entry.seq)
)


class Queries:
    """`ports.Reader` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def room(self, room: RoomId) -> RoomRow | None:
        """As `ports.Reader.room`."""
        found = await self._rooms(_ROOMS.where(_room.id == room))
        return found[0] if found else None

    async def room_numbered(self, number: RoomNumber) -> RoomRow | None:
        """As `ports.Reader.room_numbered`."""
        found = await self._rooms(_ROOMS.where(_room.number == number))
        return found[0] if found else None

    async def room_words(self, room: RoomId, seq: Seq) -> RoomWords:
        """As `ports.Reader.room_words`."""
        body = schema.body.c
        wanted = select(body.content).where(
            body.chain == room, body.seq == seq, body.part == Part.SEALED
        )
        row = await self._first(wanted)
        return words_of(None if row is None else row.content)

    async def rooms(self, *, after: RoomId | None = None, limit: int = 100) -> list[RoomRow]:
        """As `ports.Reader.rooms`."""
        wanted = _ROOMS if after is None else _ROOMS.where(_room.id > after)
        return await self._rooms(wanted.order_by(_room.id).limit(limit))

    async def comment(self, room: RoomId, number: Number) -> tuple[Seq, Comment] | None:
        """As `ports.Reader.comment`."""
        row = await self._first(COMMENTS.where(_comment.room == room, _comment.number == number))
        return None if row is None else (row.published_seq, comment_of(row))

    async def author(self, room: RoomId, number: Number) -> AccountId | None:
        """As `ports.Reader.author`."""
        wanted = select(_comment.account)
        row = await self._first(wanted.where(_comment.room == room, _comment.number == number))
        return None if row is None else row.account

    async def account_of(self, room: RoomId, author: Pseudonym) -> AccountId | None:
        """As `ports.Reader.account_of`."""
        wanted = select(_name.account).where(_name.chain == room, _name.pseudonym == author)
        row = await self._first(wanted)
        return None if row is None else row.account

    async def status(self, room: RoomId, origin: Seq) -> CommentStatus | None:
        """As `ports.Reader.status`."""
        wanted = select(_comment.status)
        row = await self._first(wanted.where(_comment.room == room, _comment.origin == origin))
        return None if row is None else CommentStatus(row.status)

    async def held_comment(self, room: RoomId, origin: Seq) -> Held | None:
        """As `ports.Reader.held_comment`."""
        wanted = _HELD.where(_comment.room == room, _comment.origin == origin)
        found = await self._readers.ask(lambda connection: _held(connection, wanted))
        return found[0] if found else None

    async def held(self, room: RoomId | None, *, limit: int = 100) -> list[Held]:
        """As `ports.Reader.held`."""
        wanted = _HELD if room is None else _HELD.where(_comment.room == room)
        wanted = wanted.order_by(_comment.at_ms, _comment.room, _comment.origin).limit(limit)
        return await self._readers.ask(lambda connection: _held(connection, wanted))

    async def held_after(
        self, place: tuple[RoomId, Seq], *, room: RoomId | None, limit: int
    ) -> list[Held]:
        """As `ports.Reader.held_after`."""
        wanted = _HELD.where(tuple_(_comment.room, _comment.origin) > place)
        if room is not None:
            wanted = wanted.where(_comment.room == room)
        wanted = wanted.order_by(_comment.room, _comment.origin).limit(limit)
        return await self._readers.ask(lambda connection: _held(connection, wanted))

    async def delayed(self, *, after: tuple[RoomId, Seq] | None, limit: int) -> list[Delayed]:
        """As `ports.Reader.delayed`."""
        wanted = select(_comment.room, _comment.origin, _comment.at_ms).where(schema.IS_DELAYED)
        if after is not None:
            wanted = wanted.where(tuple_(_comment.room, _comment.origin) > after)
        wanted = wanted.order_by(_comment.room, _comment.origin).limit(limit)
        return [Delayed(*row) for row in await self._rows(wanted)]

    async def own(self, account: AccountId, room: RoomId, *, limit: int = 100) -> list[Own]:
        """As `ports.Reader.own`."""
        wanted = COMMENTS.where(_comment.room == room, _comment.account == account)
        rows = await self._rows(wanted.order_by(_comment.origin.desc()).limit(limit))
        comments = [comment_of(row) for row in rows]
        return [Own(comment, comment.status, comment.category) for comment in comments]

    async def comments(
        self,
        room: RoomId,
        *,
        before: Number | None = None,
        after: Number | None = None,
        from_ms: int | None = None,
        upto_ms: int | None = None,
        limit: int = 100,
    ) -> list[View]:
        """As `ports.Reader.comments`."""
        wanted = _NUMBERED.where(_comment.room == room)
        if before is not None:
            wanted = wanted.where(_comment.number < before)
        if from_ms is not None or upto_ms is not None:
            wanted = wanted.where(*_within(from_ms, upto_ms))
            wanted = wanted.order_by(_comment.position_ms, _comment.number)
        elif after is not None:
            wanted = wanted.where(_comment.number > after).order_by(_comment.number)
        else:
            wanted = wanted.order_by(_comment.number.desc())
        return [_listed(row) for row in await self._rows(wanted.limit(limit))]

    async def segment(self, room: RoomId, from_ms: int, upto_ms: int) -> Segment:
        """As `ports.Reader.segment`."""
        wanted = _NUMBERED.where(_comment.room == room, *_within(from_ms, upto_ms))
        wanted = wanted.order_by(_comment.position_ms, _comment.number)
        top = select(_chain.top).where(_chain.id == room)

        def read(connection: Connection) -> Segment:
            rows = connection.execute(wanted).all()
            return Segment(
                views=tuple(
                    _listed(row) for row in rows if row.status == CommentStatus.PUBLISHED.value
                ),
                upto=connection.scalar(top) or Seq(0),
                changed=Seq(max((row.changed_seq for row in rows), default=0)),
            )

        return await self._readers.ask(read)

    async def segment_changed(self, room: RoomId, from_ms: int, upto_ms: int) -> Seq:
        """As `ports.Reader.segment_changed`."""
        wanted = select(func.coalesce(func.max(_comment.changed_seq), 0).label("changed"))
        row = await self._first(
            wanted.where(
                _comment.room == room, _comment.number.is_not(None), *_within(from_ms, upto_ms)
            )
        )
        return Seq(0) if row is None else row.changed

    async def entries(
        self, room: RoomId, after: Seq, upto: Seq, *, limit: int, sticky_only: bool = False
    ) -> list[View]:
        """As `ports.Reader.entries`."""
        wanted = _VIEWS.where(
            _entry.chain == room,
            _entry.seq > after,
            _entry.seq <= upto,
            _entry.kind.in_(_STICKY if sticky_only else _PUBLIC),
        )
        return [_shown(row) for row in await self._rows(wanted.limit(limit))]

    async def pseudonym(self, room: RoomId, account: AccountId) -> Pseudonym | None:
        """As `ports.Reader.pseudonym`."""
        wanted = select(_name.pseudonym)
        row = await self._first(wanted.where(_name.chain == room, _name.account == account))
        return None if row is None else row.pseudonym

    async def outcome(self, room: RoomId, account: AccountId, client: ClientId) -> Entry | None:
        """As `ports.Reader.outcome`."""
        key = client_key_of(room, account, client)
        wanted = select(_comment.origin).where(_comment.client_key == key)

        def read(connection: Connection) -> Entry | None:
            origin = connection.scalar(wanted)
            entry = None if origin is None else entry_at(connection, room, origin)
            return None if entry is None else replace(entry, repeated=True)

        return await self._readers.ask(read)

    async def reports(self, *, limit: int = 100) -> list[Report]:
        """As `ports.Reader.reports`."""
        wanted = _REPORTS.order_by(_entry.seq.desc()).limit(limit)
        entries = await self._readers.ask(
            lambda connection: entries_of(connection, connection.execute(wanted).all())
        )
        return [
            Report(entry.seq, entry.at_ms, entry.fact)
            for entry in entries
            if isinstance(entry.fact, ReportFiled)
        ]

    async def active_rules(self) -> ActiveRules | None:
        """As `ports.RuleSets.active_rules`."""
        newest = select(schema.rule_set).order_by(schema.rule_set.c.seq.desc())
        if (row := await self._first(newest)) is None:
            return None
        return ActiveRules(row.version, row.at_ms, BuiltRules(row.large, row.urgent))

    async def tops(self, chains: Collection[RoomId]) -> dict[RoomId, Seq]:
        """The newest seq of each of these chains; those that do not exist are left out."""
        wanted = [*dict.fromkeys(chains)]
        return await self._readers.ask(
            lambda connection: dict(find_all(connection, _chain.id, _chain.top, wanted))
        )

    async def recorded(self, chain: RoomId, after: Seq, *, limit: int) -> list[Entry]:
        """Entries of a chain in record order, as they were announced; at most `limit`."""
        wanted = ENTRIES.where(_entry.chain == chain, _entry.seq > after)
        wanted = wanted.order_by(_entry.seq).limit(limit)
        return await self._readers.ask(
            lambda connection: entries_of(connection, connection.execute(wanted).all())
        )

    async def _rows(self, wanted: AnySelect) -> list[AnyRow]:
        return await self._readers.ask(lambda connection: list(connection.execute(wanted).all()))

    async def _first(self, wanted: AnySelect) -> AnyRow | None:
        return next(iter(await self._rows(wanted.limit(1))), None)

    async def _rooms(self, wanted: AnySelect) -> list[RoomRow]:
        return [
            RoomRow(
                room=row.id,
                owner=row.owner,
                state=state_of(row.state),
                version=row.version,
                words_seq=row.words_seq,
                top=row.top,
                comments_count=row.number_top,
                created_ms=row.created_ms,
                number=row.number,
            )
            for row in await self._rows(wanted)
        ]


_HELD = ENTRIES.join(
    schema.comment, and_(_comment.room == _entry.chain, _comment.body_seq == _entry.seq)
).where(schema.IS_HELD)

_REPORTS = ENTRIES.join(schema.report, schema.report.c.seq == _entry.seq).where(
    _entry.chain == PLATFORM
)


def _within(from_ms: int | None, upto_ms: int | None) -> Iterator[ColumnElement[bool]]:
    if from_ms is not None:
        yield _comment.position_ms >= from_ms
    if upto_ms is not None:
        yield _comment.position_ms < upto_ms


def _listed(row: AnyRow) -> View:
    return view_of_comment(row.published_seq, comment_of(row))


def _shown(row: AnyRow) -> View:
    """One row of `_VIEWS`."""
    seq = row.entry_seq
    if row.state is not None:
        return View(ViewKind.ROOM, seq, state=state_of(row.state))
    comment = comment_of(row)
    if row.entry_kind == Restored.kind() and comment.content is not None:
        return View(ViewKind.RESTORE, seq, comment=comment)
    if row.entry_kind == Recalled.kind():
        # The row tells how things stand now: whose recall this was, only its header knows.
        return View(ViewKind.RECALL, seq, comment=_recalled(comment, row.header))
    return view_of_comment(seq, comment)


def _recalled(comment: Comment, header: bytes) -> Comment:
    about = header_of(header).about
    if not isinstance(about, Recalled):
        raise Broken(f"The header of a recall is a {about.kind()}.")
    return bare(
        replace(comment, status=CommentStatus.RECALLED, by=about.by, category=about.category)
    )


def _held(connection: Connection, wanted: AnySelect) -> list[Held]:
    return [
        Held(entry.chain, entry.comment, entry.fact, entry.fact.author)
        for entry in entries_of(connection, connection.execute(wanted).all())
        if isinstance(entry.fact, CommentHeld) and entry.comment is not None
    ]
