"""What every commit runs: many rows with few statements, and each statement put together once.

Two things cost more than the database's own work. The Core puts a statement together anew each time
it is run; so the text is compiled once and goes to the driver as it is. And the driver gives up the
interpreter's lock with every row of an `executemany`, which a busy event loop then keeps; so rows
are inserted, and keys looked up, in groups of one statement each (docs/record.md, "Cost").

Values are of types that the driver knows: nothing converts them.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Column, Connection, Dialect, Table, Update, bindparam, select

from danmaku.store.database import STATEMENTS_MAX, run

GROUP_ROWS_MAX = 256
_ANY_SIZE_MAX = 16  # up to here a group may have every size: a small batch is one statement

Item = TypeVar("Item")
Rows = Sequence[dict[str, object]]


def insert_all(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that each have all columns of `table`."""
    values_of = _values_of(tuple(table.columns.keys()))
    for group in _groups(rows):
        statement = _insert(table, len(group), connection.dialect)
        values = chain.from_iterable(map(values_of, group))
        run(connection, statement, tuple(values))


def update_all(connection: Connection, statement: Update, rows: Rows) -> None:
    """Run an update once for each row, which has whatever the statement binds."""
    text, names = _update(statement, connection.dialect)
    values = [*map(_values_of(names), rows)]
    if len(values) == 1:
        run(connection, text, values[0])
    else:
        connection.exec_driver_sql(text, values)


def add_all(connection: Connection, table: Table, rows: Rows) -> None:
    """Add the last column of rows to what stands under their keys; 0 where nothing does."""
    values_of = _values_of(tuple(table.columns.keys()))
    for group in _groups(rows):
        statement = _add(table, len(group), connection.dialect)
        run(connection, statement, tuple(chain.from_iterable(map(values_of, group))))


def find_all(
    connection: Connection, key: Column[Any], column: Column[Any], keys: Sequence[object]
) -> Iterator[tuple[Any, ...]]:
    """Give `key` and `column` of each row whose `key` is one of `keys`."""
    for group in _groups(keys):
        statement = _find(key, column, len(group), connection.dialect)
        yield from run(connection, statement, tuple(group)).fetchall()


def _groups(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Cut into few sizes, so that few statements are ever made."""
    begin = 0
    while (rest := len(items) - begin) > 0:
        size = rest if rest <= _ANY_SIZE_MAX else min(GROUP_ROWS_MAX, 1 << (rest.bit_length() - 1))
        yield items[begin : begin + size]
        begin += size


@lru_cache(maxsize=STATEMENTS_MAX)
def _values_of(names: tuple[str, ...]) -> Callable[[dict[str, object]], tuple[object, ...]]:
    """What takes these out of a row; two at least, for one alone comes without its tuple."""
    return itemgetter(*names)


@lru_cache(maxsize=STATEMENTS_MAX)
def _insert(table: Table, rows_count: int, dialect: Dialect) -> str:
    groups: list[dict[str, object]] = [
        {name: bindparam(f"{name}_{index}") for name in table.columns.keys()}  # noqa: SIM118 -- no mapping
        for index in range(rows_count)
    ]
    return str(table.insert().values(groups).compile(dialect=dialect))


@lru_cache(maxsize=STATEMENTS_MAX)
def _add(table: Table, rows_count: int, dialect: Dialect) -> str:
    # Both databases say it alike; the Core has a class of its own for each.
    *keys, total = table.columns.keys()
    clause = f"({', '.join(keys)}) DO UPDATE SET {total} = {table.name}.{total} + excluded.{total}"
    return f"{_insert(table, rows_count, dialect)} ON CONFLICT {clause}"


@lru_cache(maxsize=STATEMENTS_MAX)
def _update(statement: Update, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    compiled = statement.compile(dialect=dialect)
    return str(compiled), tuple(compiled.positiontup or ())


@lru_cache(maxsize=STATEMENTS_MAX)
def _find(key: Column[Any], column: Column[Any], keys_count: int, dialect: Dialect) -> str:
    wanted: list[BindParameter[object]] = [bindparam(f"key_{index}") for index in range(keys_count)]
    return str(select(key, column).where(key.in_(wanted)).compile(dialect=dialect))
