"""Endpoints that meet while one transaction is made; see `ground.py`."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from danmaku.domain.endpoints import EndpointSet, EndpointState
from danmaku.ports import Append
from danmaku.store.endpoint_schema import endpoint


def removed_in(connection: Connection, appends: Iterable[Append]) -> dict[str, bool]:
    """Which endpoints that appends are about have been removed: they do not come back."""
    asked = {one.fact.endpoint_id for one in appends if isinstance(one.fact, EndpointSet)}
    if not asked:
        return {}
    gone = endpoint.c.state == EndpointState.REMOVED.value
    found = connection.scalars(select(endpoint.c.id).where(endpoint.c.id.in_(asked), gone))
    return dict.fromkeys(found, True)
