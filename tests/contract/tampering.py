"""Rows of a record changed by hand, below everything that would refuse it."""

from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select, update

from danmaku.domain.ids import RoomId, Seq
from danmaku.store import schema

AT: Seq = Seq(4)  # in the middle of any chain that is tried
MOVED = ("at_ms", "kind", "origin", "number", "header", "leaf_salt", "leaf", "link")

_entry, _body = schema.entry.c, schema.body.c


def change(connection: Connection, chain: RoomId) -> Seq:
    """Let an entry say something else."""
    header = _row(connection, chain, AT).header
    _set(connection, chain, AT, {"header": header.replace(b'"seq":', b'"sEq":')})
    return AT


def remove(connection: Connection, chain: RoomId) -> Seq:
    """Take an entry out, with its bodies."""
    connection.execute(delete(schema.body).where(_body.chain == chain, _body.seq == AT))
    connection.execute(delete(schema.entry).where(_entry.chain == chain, _entry.seq == AT))
    return AT


def add(connection: Connection, chain: RoomId) -> Seq:
    """Slip one in after the last."""
    top = connection.scalar(
        select(_entry.seq).where(_entry.chain == chain).order_by(_entry.seq.desc()).limit(1)
    )
    row = dict(_row(connection, chain, top)._mapping) | {"seq": top + 1}
    connection.execute(insert(schema.entry).values(row))
    return Seq(top + 1)


def reorder(connection: Connection, chain: RoomId) -> Seq:
    """Let two entries that follow each other change places."""
    one, other = _row(connection, chain, AT), _row(connection, chain, Seq(AT + 1))
    for seq, row in ((AT, other), (Seq(AT + 1), one)):
        _set(connection, chain, seq, {name: getattr(row, name) for name in MOVED})
    return AT


ACTS: tuple[Callable[[Connection, RoomId], Seq], ...] = (change, remove, add, reorder)


def _row(connection: Connection, chain: RoomId, seq: Seq):
    wanted = select(schema.entry).where(_entry.chain == chain, _entry.seq == seq)
    return connection.execute(wanted).one()


def _set(connection: Connection, chain: RoomId, seq: Seq, values: dict[str, object]) -> None:
    is_it = (_entry.chain == chain, _entry.seq == seq)
    connection.execute(update(schema.entry).where(*is_it).values(values))
