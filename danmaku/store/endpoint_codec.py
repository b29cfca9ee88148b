"""Endpoints, divided into header and sealed body."""

import msgspec

from danmaku.domain.endpoints import EndpointSet, EndpointState, EventType
from danmaku.domain.ids import Pseudonym, RoomId
from danmaku.store.codec import About
from danmaku.store.mirror import Pack, Unpack, mirrored


class SealedEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is, and what it is called: addresses often hold secrets of their own."""

    url: str = ""
    label: str = ""


class Endpoint(About, frozen=True, kw_only=True, omit_defaults=True, tag="endpoint_set"):
    """Header of `EndpointSet`."""

    endpoint_id: str
    state: EndpointState
    events: tuple[EventType, ...] = ()
    room: RoomId | None = None
    actor: Pseudonym | None = None


PACKERS: dict[type, Pack] = {}
UNPACKERS: dict[type[About], Unpack] = {}
PACKERS[EndpointSet], UNPACKERS[Endpoint] = mirrored(EndpointSet, Endpoint, sealed=SealedEndpoint)
