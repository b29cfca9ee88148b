"""Many rows with few statements.

The driver gives up the interpreter's lock with every row of an `executemany`, and a busy event loop
then keeps it for milliseconds. So rows are inserted in groups, one statement each: this alone, of
all statements, goes round the Core's parameter handling (docs/record.md, "Cost").
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

from sqlalchemy import Connection, Dialect, Table, bindparam

GROUP_ROWS_MAX = 256

Rows = Sequence[dict[str, object]]


def insert_all(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that each have all columns of `table`, of types that the driver knows."""
    names = table.columns.keys()
    for group in _groups(rows):
        statement = _statement(table, len(group), connection.dialect)
        values = chain.from_iterable([row[name] for name in names] for row in group)
        connection.exec_driver_sql(statement, tuple(values))


def _groups(rows: Rows) -> Iterator[Rows]:
    """Cut into powers of two, so that few statements are ever made."""
    begin = 0
    while (rest := len(rows) - begin) > 0:
        size = min(GROUP_ROWS_MAX, 1 << (rest.bit_length() - 1))
        yield rows[begin : begin + size]
        begin += size


@lru_cache(maxsize=256)
def _statement(table: Table, rows_count: int, dialect: Dialect) -> str:
    groups: list[dict[str, object]] = [
        {name: bindparam(f"{name}_{index}") for name in table.columns.keys()}  # noqa: SIM118 -- no mapping
        for index in range(rows_count)
    ]
    return str(table.insert().values(groups).compile(dialect=dialect))
