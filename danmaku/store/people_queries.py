"""What the platform's chain says of measures, documents and controls, read from its tables."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, or_, select, true

from danmaku.domain.brownout import LASTS_MAX_MS, LevelForced
from danmaku.domain.controls import Control
from danmaku.domain.documents import Document, DocumentKind, Edition
from danmaku.domain.facts import Entry
from danmaku.domain.identity import ENDED, Identity, Strength
from danmaku.domain.ids import PLATFORM, AccountId, Millis, RoomId, Seq
from danmaku.domain.measures import COMMENT_STEPS, ROOM_STEPS, Measure, Step
from danmaku.domain.people_facts import DocumentIssued, MeasureTaken
from danmaku.errors import Broken
from danmaku.ports import MeasureRow
from danmaku.store import schema
from danmaku.store.brownout_codec import LEVEL_FORCED
from danmaku.store.control_ground import controls_of
from danmaku.store.entries import ENTRIES, entries_of, entry_at
from danmaku.store.links import Readers
from danmaku.store.schema import AnyRow, AnySelect

_measure, _document, _control = schema.measure.c, schema.document.c, schema.control.c
_entry = schema.entry.c
_MEASURE = msgspec.json.Decoder(Measure)

_UNFELT = [step.value for step in COMMENT_STEPS | ROOM_STEPS]


class PeopleQueries:
    """`ports.Registry` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def controls(self, now_ms: Millis) -> list[Control]:
        """As `ports.Registry.controls`."""
        wanted = select(_control.control).where(_control.until_ms > now_ms)
        rows = await self._readers.ask(lambda connection: connection.scalars(wanted).all())
        laid = (one for column in rows for one in controls_of(column))
        return [one for one in laid if now_ms < one.until_ms]

    async def level_held(self, now_ms: Millis) -> LevelForced | None:
        """As `ports.Registry.level_held`."""
        # Back to the newest that was said of it, but no further than one may last.
        is_end = or_(_entry.kind == LEVEL_FORCED, _entry.at_ms < now_ms - LASTS_MAX_MS)
        end = select(_entry.seq).where(_entry.chain == PLATFORM, is_end)
        end = end.order_by(_entry.seq.desc()).limit(1)

        def read(connection: Connection) -> Entry | None:
            seq = connection.scalar(end)
            return None if seq is None else entry_at(connection, PLATFORM, Seq(seq))

        found = await self._readers.ask(read)
        said = None if found is None else found.fact
        if not isinstance(said, LevelForced) or said.until_ms is None or said.until_ms <= now_ms:
            return None
        return said

    async def editions(self) -> list[Edition]:
        """As `ports.Registry.editions`."""
        wanted = select(schema.document).order_by(_document.kind, _document.version)
        rows = await self._readers.ask(lambda connection: connection.execute(wanted).all())
        return [edition_of(row) for row in rows]

    async def document(self, kind: DocumentKind, version: int) -> Document | None:
        """As `ports.Registry.document`."""

        def read(connection: Connection) -> Document | None:
            seq = connection.scalar(
                select(_document.seq).where(
                    _document.kind == kind.value, _document.version == version
                )
            )
            entry = None if seq is None else entry_at(connection, PLATFORM, Seq(seq))
            if entry is None or not isinstance(entry.fact, DocumentIssued):
                return None
            return Document(entry.fact.edition, entry.fact.words)

        return await self._readers.ask(read)

    async def measure(self, measure_id: str) -> MeasureRow | None:
        """As `ports.Registry.measure`."""
        found = await self._measures(_measure.id == measure_id, 1)
        return next(iter(found), None)

    async def entry(self, chain: RoomId, seq: Seq) -> Entry | None:
        """As `ports.Registry.entry`."""
        return await self._readers.ask(lambda connection: entry_at(connection, chain, seq))

    async def measures(
        self,
        *,
        account: AccountId | None = None,
        room: RoomId | None = None,
        case_id: str | None = None,
        steps: Collection[Step] = tuple(Step),
        before: Seq | None = None,
        limit: int = 100,
    ) -> list[MeasureRow]:
        """As `ports.Registry.measures`."""
        where: list[Any] = [_measure.step.in_([step.value for step in steps])]
        if account is not None:
            where.append(_measure.account == account)
        if room is not None:
            where.append(_measure.room == room)
        if case_id is not None:
            where.append(_measure.case_id == case_id)
        if before is not None:
            where.append(_measure.taken_seq < before)
        return await self._measures(and_(true(), *where), limit)

    async def _measures(self, where: Any, limit: int) -> list[MeasureRow]:
        wanted = select(schema.measure).where(where).order_by(_measure.taken_seq.desc())

        return await self._readers.ask(
            lambda connection: measure_rows_of(connection, wanted.limit(limit))
        )


def measure_rows_of(connection: Connection, wanted: AnySelect) -> list[MeasureRow]:
    """The measures in rows of `measure`, in their order."""
    rows = connection.execute(wanted).all()
    entry, seqs = schema.entry.c, [row.taken_seq for row in rows]
    taken = connection.execute(ENTRIES.where(entry.chain == PLATFORM, entry.seq.in_(seqs)))
    facts = {one.seq: one for one in entries_of(connection, taken)}
    return [_measure_row(row, facts[row.taken_seq]) for row in rows]


def edition_of(row: AnyRow) -> Edition:
    """The version of a text that a row of `document` tells of."""
    kind = DocumentKind(row.kind)
    return Edition(kind, row.version, Millis(row.effective_ms), row.is_mandatory)


def _measure_row(row: AnyRow, entry: Entry) -> MeasureRow:
    fact = entry.fact
    if not isinstance(fact, MeasureTaken):
        raise Broken(f"The measure {row.id} stands on another kind of entry.")
    return MeasureRow(
        seq=entry.seq,
        at_ms=entry.at_ms,
        fact=fact,
        is_reversed=row.reversed_seq is not None,
        is_read=row.read_seq is not None,
    )


# --- what a standing is made of


def measures_of(connection: Connection, account: AccountId, now_ms: Millis) -> tuple[Measure, ...]:
    """What an account feels: neither reversed, read nor over."""
    wanted = select(_measure.measure).where(
        _measure.account == account,
        _measure.step.not_in(_UNFELT),
        _measure.reversed_seq.is_(None),
        _measure.read_seq.is_(None),
        or_(_measure.until_ms.is_(None), _measure.until_ms > now_ms),
    )
    raws = connection.scalars(wanted.order_by(_measure.taken_seq))
    return tuple(_MEASURE.decode(raw) for raw in raws)


def identity_of(connection: Connection, account: AccountId) -> Identity | None:
    """The verification that an account has passed, over or not."""
    wanted = select(schema.identity).where(schema.identity.c.account == account)
    row = connection.execute(wanted).first()
    if row is None:
        return None
    if row.method is None:
        return ENDED
    return Identity(row.method, Strength(row.strength), row.until_ms)


def accepted_by(connection: Connection, account: AccountId) -> dict[DocumentKind, int]:
    """Which version of each text an account has accepted."""
    accepted = schema.acceptance.c
    wanted = select(accepted.kind, accepted.version).where(
        accepted.account == account, accepted.version.is_not(None)
    )
    return {DocumentKind(row.kind): row.version for row in connection.execute(wanted)}


def level_of(connection: Connection, account: AccountId) -> int | None:
    """An account's level, if its credit was reckoned."""
    credit = schema.credit.c
    return connection.scalar(select(credit.level).where(credit.account == account))


def is_closed(connection: Connection, account: AccountId) -> bool:
    """Whether its owner has given the account up."""
    closure = schema.closure.c
    return connection.scalar(select(closure.seq).where(closure.account == account)) is not None
