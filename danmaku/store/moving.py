"""A whole record carried over to another database: all of it, proved there, or nothing.

Chains, numbers, texts, salts, heads and epoch stay what they are, and so do accounts, sessions and
whatever else the tables hold: to viewers it is the same record, and they resume where they were.
Nothing is decided or signed anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Table, func, select

from danmaku.errors import Code, Coded
from danmaku.store import schema
from danmaku.store.verify import Progress, Sound, prove, require_record

ROWS_AT_ONCE = 1000  # in memory


@dataclass(frozen=True, slots=True)
class Carried:
    """How far the copy has come."""

    rows_count: int
    rows_total: int


def carry(
    source: Connection, target: Connection, key: Ed25519PublicKey
) -> Iterator[Carried | Progress | Sound]:
    """Copy every row, then prove every chain of the copy.

    Args:
        source: In a transaction that sees one moment, while nobody writes; its tables are the
            newest.
        target: In a transaction, which is the caller's to commit when this ends well and to roll
            back when not; its tables are the newest.
        key: Signed the heads of the source.

    Yields:
        `Carried` after each group of rows; then what `verify` yields, for the copy.

    Raises:
        Coded: NOT_FOUND: the source holds no record. DUPLICATE: the target holds something.
        Broken: The copy is not sound, as the source then is not either.
    """
    require_record(source)
    _require_empty(target)
    yield from _copied(source, target)
    yield from prove(target, key)


def _require_empty(target: Connection) -> None:
    for table in schema.metadata.sorted_tables:
        if target.execute(select(table).limit(1)).first() is not None:
            raise Coded(Code.DUPLICATE, "The target holds a record already: give an empty one.")


def _copied(source: Connection, target: Connection) -> Iterator[Carried]:
    tables = schema.metadata.sorted_tables  # those that others point to come first
    rows_total = sum(_rows_count(source, table) for table in tables)
    rows_count = 0
    for table in tables:
        wanted = select(table).execution_options(yield_per=ROWS_AT_ONCE)
        for rows in source.execute(wanted).mappings().partitions():
            target.execute(table.insert(), [dict(row) for row in rows])
            rows_count += len(rows)
            yield Carried(rows_count, rows_total)


def _rows_count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0
