"""Whether the tables of filings and orders say what the entries say."""

from collections import Counter

from danmaku.domain.filing_facts import FilingState
from danmaku.store import filing_schema as schema
from danmaku.store.codec import About
from danmaku.store.entries import Header
from danmaku.store.filing_codec import Begun, Mended, Ordered, OrderOver, Revised, Turned
from danmaku.store.schema import AnyRow
from danmaku.store.table_rows import Columns, TableRows, difference


class FilingProjections:
    """As `projections.Projections`, for these tables."""

    def __init__(self, rows: TableRows) -> None:
        self._rows = rows
        self._made: Counter[str] = Counter()
        self._settled: Counter[str] = Counter()

    def fault_in(self, row: AnyRow, header: Header) -> str | None:
        """As `Projections.fault_in`."""
        match header.about:
            case Begun() | Revised() | Turned() | Mended() as about:
                return self._fault_of_filing(row, about)
            case Ordered() | OrderOver() as about:
                return self._fault_of_order(row, about)
            case _:
                return None

    def fault_left(self) -> str | None:
        """As `Projections.fault_left`."""
        for table in (schema.filing, schema.department_order):
            rows_count = self._rows.count(table)
            if rows_count != self._made[table.name]:
                return f"{table.name} has rows that no entry made"
            if rows_count != self._settled[table.name]:
                return f"{table.name} has rows that no entry left so"
        return None

    def _fault_of_filing(self, row: AnyRow, about: Begun | Revised | Turned | Mended) -> str | None:
        filing = row.seq if isinstance(about, Begun) else about.filing
        found = self._rows.row(schema.filing, {"filing": filing})
        if found is None or found.seq < row.seq:
            return "it has no row in filing"
        said: Columns = {}
        if isinstance(about, Begun):
            self._made[schema.filing.name] += 1
            said = {
                "kind": about.filing_kind.value,
                "subject": about.subject,
                "risk": None if about.risk is None else about.risk.value,
                "due_ms": about.due_ms,
            }
        if isinstance(about, Mended):
            said = {"is_mended": True}
        if found.seq == row.seq:
            self._settled[schema.filing.name] += 1
            said |= _newest(row, about)
        return difference(schema.filing, found, said)

    def _fault_of_order(self, row: AnyRow, about: Ordered | OrderOver) -> str | None:
        found = self._rows.row(schema.department_order, {"order_id": about.instruction_id})
        if found is None or found.seq < row.seq:
            return "it has no row in department_order"
        self._settled[schema.department_order.name] += found.seq == row.seq
        said: Columns = {"is_over": True}
        if isinstance(about, Ordered):
            self._made[schema.department_order.name] += 1
            said = {"entered": row.seq, "until_ms": about.until_ms}
            said["is_over"] = found.seq != row.seq
        return difference(schema.department_order, found, said)


def _newest(row: AnyRow, about: About) -> Columns:
    """What else a filing's row says if this entry is the newest about it."""
    match about:
        case Turned(state=state, revision=revision):
            return {"state": state.value, "revision": revision}
        case Begun() | Revised():
            return {"state": FilingState.DRAFT.value, "revision": row.seq}
        case _:
            return {}
