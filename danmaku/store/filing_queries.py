"""Filings and orders, read from the tables and the entries behind them."""

from collections.abc import Iterable

from sqlalchemy import Connection, and_, func, select

from danmaku.domain.facts import Entry
from danmaku.domain.filing_facts import (
    FilingBegun,
    FilingKind,
    FilingRevised,
    FilingTurned,
    OrderEnded,
    OrderEntered,
    Risk,
    WeaknessMended,
)
from danmaku.domain.filings import (
    HISTORY_MAX,
    FilingBacklog,
    FilingFilter,
    FilingRow,
    OrderRow,
)
from danmaku.domain.ids import PLATFORM, Millis, Seq
from danmaku.errors import Broken
from danmaku.store import filing_schema as schema
from danmaku.store.entries import ENTRIES, entries_of, entry_at
from danmaku.store.filing_heads import IS_OPEN, FilingHead, filing_head_of
from danmaku.store.links import Readers
from danmaku.store.schema import AnyRow, AnySelect
from danmaku.store.schema import entry as entry_table

_filing, _order = schema.filing.c, schema.department_order.c


class FilingQueries:
    """`actions.filing_book.FilingBook` over the tables."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def filings(
        self,
        wanted: FilingFilter,
        now_ms: Millis,
        *,
        before: Seq | None = None,
        limit: int,
    ) -> list[FilingRow]:
        """As `FilingBook.filings`."""
        asked = _asked(wanted, now_ms).order_by(_filing.filing.desc()).limit(limit)
        if before is not None:
            asked = asked.where(_filing.filing < before)

        def read(connection: Connection) -> list[FilingRow]:
            heads = [filing_head_of(row) for row in connection.execute(asked)]
            seqs = [seq for one in heads for seq in (one.filing, one.revision, one.seq)]
            entries = _entries(connection, seqs)
            return [_row_of(head, entries) for head in heads]

        return await self._readers.ask(read)

    async def filing(self, filing: Seq) -> FilingRow | None:
        """As `FilingBook.filing`."""

        def read(connection: Connection) -> FilingRow | None:
            asked = select(schema.filing).where(_filing.filing == filing)
            row = connection.execute(asked).first()
            if row is None:
                return None
            head = filing_head_of(row)
            history = _history(connection, head)
            return _row_of(head, {one.seq: one for one in history}, tuple(history))

        return await self._readers.ask(read)

    async def has_begun(self, kind: FilingKind, subject: str) -> bool:
        """As `FilingBook.has_begun`."""
        asked = select(_filing.filing).where(_filing.kind == kind.value, _filing.subject == subject)
        found = await self._readers.ask(
            lambda connection: connection.execute(asked.limit(1)).first()
        )
        return found is not None

    async def backlog(self, now_ms: Millis) -> FilingBacklog:
        """As `FilingBook.backlog`."""
        is_due = and_(IS_OPEN, _filing.due_ms <= now_ms)
        counted = select(_filing.kind, func.count()).group_by(_filing.kind)
        unmended = select(_filing.risk, func.count()).where(
            _filing.kind == FilingKind.WEAKNESS.value, _filing.is_mended.is_(False)
        )

        def read(connection: Connection) -> FilingBacklog:
            waiting = connection.execute(counted.where(IS_OPEN)).all()
            overdue = connection.execute(counted.where(is_due)).all()
            weak = connection.execute(unmended.group_by(_filing.risk)).all()
            return FilingBacklog(
                {FilingKind(kind): count for kind, count in waiting},
                {FilingKind(kind): count for kind, count in overdue},
                {Risk(risk): count for risk, count in weak if risk is not None},
            )

        return await self._readers.ask(read)

    # --- orders

    async def orders(
        self, *, standing: bool = False, before: Seq | None = None, limit: int
    ) -> list[OrderRow]:
        """As `FilingBook.orders`."""
        asked = select(schema.department_order).order_by(_order.entered.desc())
        if standing:
            asked = asked.where(_order.is_over.is_(False))
        if before is not None:
            asked = asked.where(_order.entered < before)
        return await self._orders(asked.limit(limit))

    async def order(self, order_id: str) -> OrderRow | None:
        """As `FilingBook.order`."""
        asked = select(schema.department_order).where(_order.order_id == order_id)
        return next(iter(await self._orders(asked)), None)

    async def orders_over(self, now_ms: Millis, *, limit: int) -> list[OrderRow]:
        """As `FilingBook.orders_over`."""
        asked = select(schema.department_order).where(
            _order.is_over.is_(False), _order.until_ms <= now_ms
        )
        return await self._orders(asked.order_by(_order.until_ms).limit(limit))

    async def _orders(self, asked: AnySelect) -> list[OrderRow]:
        def read(connection: Connection) -> list[OrderRow]:
            rows = connection.execute(asked).all()
            entries = _entries(connection, [seq for row in rows for seq in (row.entered, row.seq)])
            return [_order_of(row, entries) for row in rows]

        return await self._readers.ask(read)


def _asked(wanted: FilingFilter, now_ms: Millis) -> AnySelect:
    asked = select(schema.filing)
    if wanted.kind is not None:
        asked = asked.where(_filing.kind == wanted.kind.value)
    if wanted.state is not None:
        asked = asked.where(_filing.state == wanted.state.value)
    if wanted.is_open or wanted.is_overdue:
        asked = asked.where(IS_OPEN)
    if wanted.is_overdue:
        asked = asked.where(_filing.due_ms <= now_ms)
    if wanted.is_dangerous:
        asked = asked.where(_filing.risk == Risk.HIGH.value, _filing.is_mended.is_(False))
    return asked


def _entries(connection: Connection, seqs: Iterable[int]) -> dict[Seq, Entry]:
    entry = entry_table.c
    rows = connection.execute(ENTRIES.where(entry.chain == PLATFORM, entry.seq.in_({*seqs})))
    return {one.seq: one for one in entries_of(connection, rows)}


def _history(connection: Connection, head: FilingHead) -> list[Entry]:
    """All entries about a filing, oldest first: each names the one before."""
    history: list[Entry] = []
    seq = head.seq
    for _ in range(HISTORY_MAX + 1):
        entry = entry_at(connection, PLATFORM, seq)
        if entry is None:
            break
        history.append(entry)
        if not isinstance(entry.fact, FilingRevised | FilingTurned | WeaknessMended):
            break
        seq = entry.fact.after
    return history[::-1]


def _row_of(
    head: FilingHead, entries: dict[Seq, Entry], history: tuple[Entry, ...] = ()
) -> FilingRow:
    begun, worded, newest = (entries[seq] for seq in (head.filing, head.revision, head.seq))
    if not isinstance(begun.fact, FilingBegun) or not isinstance(
        worded.fact, FilingBegun | FilingRevised
    ):
        raise Broken(f"The filing {head.filing} stands on other kinds of entry.")
    return FilingRow(
        filing=head.filing,
        begun_ms=begun.at_ms,
        begun=begun.fact,
        state=head.state,
        is_mended=head.is_mended,
        revision=head.revision,
        seq=head.seq,
        turned_ms=newest.at_ms,
        sections=worded.fact.sections,
        receipt=_receipt_in(newest),
        history=history,
    )


def _receipt_in(newest: Entry) -> str:
    fact = newest.fact
    return fact.receipt if isinstance(fact, FilingTurned | WeaknessMended) else ""


def _order_of(row: AnyRow, entries: dict[Seq, Entry]) -> OrderRow:
    entered = entries[row.entered]
    ended = entries[row.seq] if row.is_over else None
    if not isinstance(entered.fact, OrderEntered):
        raise Broken(f"The order {row.order_id} stands on another kind of entry.")
    if ended is None:
        return OrderRow(entered.seq, entered.fact, entered.at_ms)
    if not isinstance(ended.fact, OrderEnded):
        raise Broken(f"The order {row.order_id} ended with another kind of entry.")
    return OrderRow(entered.seq, entered.fact, entered.at_ms, ended.fact, ended.at_ms)
