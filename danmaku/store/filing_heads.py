"""How filings and orders stand, as one transaction needs to know it; see `ground.py`."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, and_, select

from danmaku.domain.facts import Fact
from danmaku.domain.filing_facts import (
    FilingBegun,
    FilingKind,
    FilingRevised,
    FilingState,
    FilingTurned,
    OrderEnded,
    OrderEntered,
    Risk,
    WeaknessMended,
)
from danmaku.domain.filings import OPEN_STATES
from danmaku.domain.ids import Millis, Seq
from danmaku.store import filing_schema as schema
from danmaku.store.schema import AnyRow

_filing, _order = schema.filing.c, schema.department_order.c
FilingSubject = tuple[FilingKind, str]  # open at most once

IS_OPEN = _filing.state.in_([state.value for state in OPEN_STATES])


@dataclass(frozen=True, slots=True)
class FilingHead:
    """A filing without its words."""

    filing: Seq
    kind: FilingKind
    subject: str
    risk: Risk | None
    due_ms: Millis | None
    state: FilingState
    is_mended: bool
    revision: Seq
    seq: Seq


@dataclass(frozen=True, slots=True)
class OrderHead:
    """An order without its words."""

    entered: Seq
    until_ms: Millis | None
    seq: Seq
    is_over: bool = False


def filing_head_of(row: AnyRow) -> FilingHead:
    """A row of `filing`."""
    return FilingHead(
        Seq(row.filing),
        FilingKind(row.kind),
        row.subject,
        None if row.risk is None else Risk(row.risk),
        row.due_ms,
        FilingState(row.state),
        is_mended=row.is_mended,
        revision=Seq(row.revision),
        seq=Seq(row.seq),
    )


@dataclass(slots=True)
class FilingsTouched:
    """Keys of all filings and orders that some facts are about."""

    filings: set[Seq] = field(default_factory=set)
    subjects: set[FilingSubject] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)

    def note(self, fact: Fact) -> None:
        """Remember what a fact is about."""
        match fact:
            case FilingBegun(filing_kind=kind, subject=subject):
                self.subjects.add((kind, subject))
            case (
                FilingRevised(filing=filing)
                | FilingTurned(filing=filing)
                | WeaknessMended(filing=filing)
            ):
                self.filings.add(filing)
            case OrderEntered(instruction_id=order_id) | OrderEnded(instruction_id=order_id):
                self.orders.add(order_id)
            case _:
                pass

    def load(
        self,
        connection: Connection,
        heads: dict[Seq, FilingHead],
        open_filings: dict[FilingSubject, Seq],
        orders: dict[str, OrderHead],
    ) -> None:
        """Put how they stand into these: filings, those open by their subjects, orders."""
        asked: list[ColumnElement[bool]] = []
        if self.filings:
            asked.append(_filing.filing.in_(self.filings))
        for kind, subject in self.subjects:
            asked.append(and_(_filing.kind == kind.value, _filing.subject == subject, IS_OPEN))
        for condition in asked:
            for row in connection.execute(select(schema.filing).where(condition)):
                head = heads[row.filing] = filing_head_of(row)
                if head.state in OPEN_STATES:
                    open_filings[head.kind, head.subject] = head.filing
        if self.orders:
            is_one = _order.order_id.in_(self.orders)
            for row in connection.execute(select(schema.department_order).where(is_one)):
                orders[row.order_id] = OrderHead(
                    Seq(row.entered), row.until_ms, Seq(row.seq), row.is_over
                )
