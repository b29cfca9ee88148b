"""What tables hold, read by those who hold it against the entries of a chain."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from danmaku.domain.ids import PLATFORM, AccountId, Pseudonym, RoomId
from danmaku.store import schema
from danmaku.store.codec import About
from danmaku.store.entries import Header
from danmaku.store.schema import AnyRow

Columns = dict[str, object]
RowSaid = tuple[Table, Columns, Columns]  # a table, a key there, and what its row must say
AccountOf = Callable[[Pseudonym | None], AccountId | None]
Say = Callable[[AnyRow, Any, AccountOf], RowSaid]  # from the entry's own row, and its header's

_name = schema.pseudonym.c


class TableRows:
    """Rows as they stand in the connection's transaction, and whose names a chain uses."""

    def __init__(self, connection: Connection, chain: RoomId = PLATFORM) -> None:
        self._connection = connection
        self._chain = chain

    def row(self, table: Table, key: Columns) -> AnyRow | None:
        """The one row with this key."""
        is_it = and_(*(table.c[name] == value for name, value in key.items()))
        return self._connection.execute(select(table).where(is_it)).first()

    def count(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        """How many rows there are for which all conditions hold."""
        counted = select(func.count()).select_from(table).where(*conditions)
        return int(self._connection.scalar(counted) or 0)

    def account(self, name: Pseudonym | None) -> AccountId | None:
        """Whose public id this is; None: nobody's."""
        if name is None:
            return None
        is_its = and_(_name.chain == self._chain, _name.pseudonym == name)
        return self._connection.scalar(select(_name.account).where(is_its))


def difference(table: Table, found: AnyRow, said: Columns) -> str | None:
    """What a row says otherwise than it must."""
    for name, value in said.items():
        if getattr(found, name) != value:
            return f"its row in {table.name} has another {name}"
    return None


class NewestRows:
    """Tables in which each row says what the newest entry about it says, and has its `seq`.

    Args:
        rows: What the tables hold.
        tables: Which, whole: an entry of `says` has set every row of them.
        says: What an entry of each kind sets.
    """

    def __init__(
        self, rows: TableRows, tables: Sequence[Table], says: Mapping[type[About], Say]
    ) -> None:
        self._rows = rows
        self._tables = tables
        self._says = says
        self._settled: Counter[Table] = Counter()

    def fault_in(self, row: AnyRow, header: Header) -> str | None:
        """As `projections.Projections.fault_in`."""
        if (say := self._says.get(type(header.about))) is None:
            return None
        table, key, said = say(row, header.about, self._rows.account)
        found = self._rows.row(table, key)
        if found is None or found.seq < row.seq:
            return f"it has no row in {table.name}"
        if found.seq > row.seq:
            return None  # a later entry replaced it
        self._settled[table] += 1
        return difference(table, found, said)

    def fault_left(self) -> str | None:
        """As `projections.Projections.fault_left`."""
        for table in self._tables:
            if self._rows.count(table) != self._settled[table]:
                return f"{table.name} has rows that no entry made"
        return None
