"""What every commit runs: many rows with few statements, and each statement put together once.

Two things cost more than the database's own work. The Core puts a statement together anew each time
it is run; so the text is compiled once and goes to the driver as it is. And the driver gives up the
interpreter's lock with every row of an `executemany`, which a busy event loop then keeps; so rows
are inserted, and keys looked up, in groups of one statement each (docs/record.md, "Cost").

PostgreSQL's driver sends the rows of an `executemany` in one go and takes many keys as one value,
so there a statement for one row does for all. Of what commits run, only this file differs between
the two databases (docs/decisions/0016-postgresql-numbers.md).

Values are of types that the driver knows: nothing converts them.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    any_,
    bindparam,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from danmaku.store.database import STATEMENTS_MAX, run

GROUP_ROWS_MAX = 256
_ANY_SIZE_MAX = 16  # up to here a group may have every size: a small batch is one statement

Item = TypeVar("Item")
Rows = Sequence[dict[str, object]]


def is_shared(connection: Connection) -> bool:
    """Whether the database is one that others write to as well: PostgreSQL."""
    return connection.dialect.name == "postgresql"


def insert_all(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that each have all columns of `table`."""
    if is_shared(connection):
        update_all(connection, _insert_one(table), rows)
        return
    values_of = _row_of(table)
    for group in _groups(rows):
        statement = _insert(table, len(group), connection.dialect)
        values = chain.from_iterable(map(values_of, group))
        run(connection, statement, tuple(values))


def update_all(connection: Connection, statement: Update | Insert, rows: Rows) -> None:
    """Run a statement once for each row, which has whatever it binds."""
    text, names = _each(statement, connection.dialect)
    values = [*map(_values_of(names), rows)]
    if len(values) == 1:
        run(connection, text, values[0])
    else:
        connection.exec_driver_sql(text, values)


def insert_new(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows, but none whose key is there already."""
    if rows:
        insert = postgresql.insert if is_shared(connection) else sqlite.insert
        connection.execute(insert(table).on_conflict_do_nothing(), rows)


def put_all(connection: Connection, table: Table, rows: Rows) -> None:
    """Have these rows stand under their keys, whatever stood there before."""
    if not rows:
        return
    insert = (postgresql.insert if is_shared(connection) else sqlite.insert)(table)
    keys = {column.name for column in table.primary_key}
    newer = {name: insert.excluded[name] for name in {*table.columns.keys()} - keys}
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=newer), rows)


def add_all(connection: Connection, table: Table, rows: Rows) -> None:
    """Add the last column of rows to what stands under their keys; 0 where nothing does.

    Rows come in the order of their keys, so that of two who add none waits for the other in turn.
    """
    values_of = _row_of(table)
    if is_shared(connection):
        if rows:
            statement = _add(table, 1, connection.dialect)
            connection.exec_driver_sql(statement, [*map(values_of, rows)])
        return
    for group in _groups(rows):
        statement = _add(table, len(group), connection.dialect)
        run(connection, statement, tuple(chain.from_iterable(map(values_of, group))))


def find_all(
    connection: Connection,
    key: Column[Any],
    column: Column[Any],
    keys: Sequence[object],
    *,
    within: tuple[Column[Any], Sequence[object]] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Give `key` and `column` of each row whose `key` is one of `keys`.

    Args:
        connection: In a transaction.
        key: What is looked up.
        column: What is found.
        keys: None twice.
        within: Values of another column that all these rows have, too: a table that lies in
            partitions is then searched in few of them.
    """
    if not is_shared(connection):
        for group in _groups(keys):
            statement = _find(key, column, len(group), connection.dialect)
            yield from run(connection, statement, tuple(group)).fetchall()
    elif keys:
        place, places = (None, ()) if within is None else (within[0], (list(within[1]),))
        statement = _find_any(key, column, place, connection.dialect)
        yield from run(connection, statement, (list(keys), *places)).fetchall()


def lock_all(
    connection: Connection, key: Column[Any], keys: Sequence[object]
) -> list[tuple[Any, ...]]:
    """Give the rows of the table whose `key` is one of `keys`; nobody else may then change them.

    Rows are locked in the order of their keys, so that of two who lock none waits for the other in
    turn. Locked or not, others may point to these rows. SQLite has one writer and no such locks.
    """
    if is_shared(connection):
        statement = _lock_any(key, connection.dialect)
        return [*run(connection, statement, (list(keys),)).fetchall()]
    return [tuple(row) for row in connection.execute(_these(key), {"keys": keys})]


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
def _row_of(table: Table) -> Callable[[dict[str, object]], tuple[object, ...]]:
    """What takes all columns of a table out of a row; to ask the table each time costs more."""
    return _values_of(tuple(table.columns.keys()))


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
    sum_of = f"{total} = {table.name}.{total} + excluded.{total}"
    clause = f"({', '.join(keys)}) DO UPDATE SET {sum_of}"  # nosec B608
    return f"{_insert(table, rows_count, dialect)} ON CONFLICT {clause}"


@lru_cache(maxsize=STATEMENTS_MAX)
def _insert_one(table: Table) -> Insert:
    return table.insert()


@lru_cache(maxsize=STATEMENTS_MAX)
def _each(statement: Update | Insert, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    compiled = statement.compile(dialect=dialect)
    return str(compiled), tuple(compiled.positiontup or ())


@lru_cache(maxsize=STATEMENTS_MAX)
def _find(key: Column[Any], column: Column[Any], keys_count: int, dialect: Dialect) -> str:
    wanted: list[BindParameter[object]] = [bindparam(f"key_{index}") for index in range(keys_count)]
    return str(select(key, column).where(key.in_(wanted)).compile(dialect=dialect))


@lru_cache(maxsize=STATEMENTS_MAX)
def _these(key: Column[Any]) -> Select[*tuple[Any, ...]]:
    return select(key.table).where(key.in_(bindparam("keys", expanding=True))).order_by(key)


# --- PostgreSQL


def _is_any(column: Column[Any], name: str) -> ColumnElement[bool]:
    return column == any_(bindparam(name, type_=ARRAY(column.type)))


@lru_cache(maxsize=STATEMENTS_MAX)
def _find_any(
    key: Column[Any], column: Column[Any], place: Column[Any] | None, dialect: Dialect
) -> str:
    wanted = select(key, column).where(_is_any(key, "keys"))
    if place is not None:
        wanted = wanted.where(_is_any(place, "places"))
    return str(wanted.compile(dialect=dialect))


@lru_cache(maxsize=STATEMENTS_MAX)
def _lock_any(key: Column[Any], dialect: Dialect) -> str:
    wanted = select(key.table).where(_is_any(key, "keys")).order_by(key)
    return str(wanted.with_for_update(key_share=True).compile(dialect=dialect))
