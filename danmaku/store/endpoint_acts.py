"""What facts about endpoints do to the page: the newest word on each stands in its table."""

from collections.abc import Callable
from typing import Any

from danmaku.domain.endpoints import EndpointSet, EndpointState
from danmaku.domain.facts import Entry
from danmaku.domain.ids import RoomId
from danmaku.errors import NotFound
from danmaku.store.endpoint_schema import endpoint
from danmaku.store.page import Page


def _set(page: Page, chain: RoomId, fact: EndpointSet) -> Entry:
    removed = page.ground.removed_endpoints
    if fact.endpoint_id in removed:
        raise NotFound("There is no such endpoint.")
    if fact.state is EndpointState.REMOVED:
        removed[fact.endpoint_id] = True
    entry = page.put(chain, fact)
    page.keep(endpoint, (("id", fact.endpoint_id),), state=fact.state.value, seq=entry.seq)
    return entry


ACTS: dict[type, Callable[[Page, RoomId, Any], Entry]] = {EndpointSet: _set}
