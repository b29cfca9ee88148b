"""Controls that others are judged against while one transaction is made; see `ground.py`."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select

from danmaku.domain.controls import Control
from danmaku.domain.people_facts import ControlLifted, ControlSet
from danmaku.ports import Append
from danmaku.store import schema
from danmaku.store.codec import canonical

Laid = tuple[Control, ...]  # over one scope: one, or an order's with the house's own beneath it

_LAID = msgspec.json.Decoder(Control | Laid)


def column_of(laid: Laid) -> bytes:
    """What the table holds of a scope."""
    return canonical(laid if len(laid) > 1 else laid[0])


def controls_of(column: bytes) -> Laid:
    """The controls that the table holds of a scope."""
    found = _LAID.decode(column)
    return found if isinstance(found, tuple) else (found,)


def controls_in(connection: Connection, appends: Iterable[Append]) -> dict[str, Laid]:
    """What was laid last over the scopes that appends are about, unless it was lifted."""
    facts = [one.fact for one in appends]
    asked = {one.control.scope or "" for one in facts if isinstance(one, ControlSet)}
    asked |= {one.scope or "" for one in facts if isinstance(one, ControlLifted)}
    if not asked:
        return {}
    control = schema.control.c
    wanted = select(control.scope, control.control).where(control.scope.in_(asked))
    rows = connection.execute(wanted.where(control.control.is_not(None)))
    return {row.scope: controls_of(row.control) for row in rows}
