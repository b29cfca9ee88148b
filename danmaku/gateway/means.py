"""What the doors for clients of others work with."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

from danmaku.actions.accounts import People
from danmaku.actions.rooms import Rooms
from danmaku.config import GatewaySettings
from danmaku.domain.ids import Millis
from danmaku.errors import Code
from danmaku.gateway.acts import Acts
from danmaku.gateway.hub import Hub
from danmaku.gateway.outside_socket import OutsideSocket
from danmaku.ports import Clock, Reader


class Start(Protocol):
    """Begins work for a socket; its errors end the socket."""

    def __call__(
        self, socket: OutsideSocket[Any], work: Coroutine[None, None, None], *, name: str
    ) -> None:
        """Begin it."""


@dataclass(frozen=True, slots=True)
class Means:
    """See the module.

    Attributes:
        epoch: Life of the record.
        clock: Wall time.
        now_ms: A clock that does not step back.
        count: Called for each refusal.
    """

    settings: GatewaySettings
    hub: Hub
    rooms: Rooms
    reader: Reader
    people: People
    acts: Acts
    epoch: str
    clock: Clock
    now_ms: Callable[[], Millis]
    start: Start
    count: Callable[[Code], None]
