"""The nodes of one record as one of them sees them: what it says, and what it hears."""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

from danmaku.nodes.bus import HOUSE, Bus, Channel
from danmaku.nodes.messages import ForeignError, Said, decode, encode, opening
from danmaku.telemetry import Telemetry

Kind = TypeVar("Kind", bound=Said)

_log = structlog.get_logger(__name__)


class Circle:
    """Says things to the other nodes, and hands on what they say; its own words it ignores.

    Args:
        bus: Carries them.
        epoch: Of the record; nodes of another one are not heard.
        clock_s: Seconds of a clock that also runs while the machine sleeps.
    """

    def __init__(
        self, bus: Bus, epoch: str, *, clock_s: Callable[[], float], telemetry: Telemetry
    ) -> None:
        self.name = secrets.token_hex(4)  # of this node, in this life of it
        self.clock_s = clock_s
        self.heard_s = clock_s()  # when the bus brought anything, our own words included
        self._bus = bus
        self._epoch = epoch
        self._opening = opening(epoch, self.name)
        self._messages = telemetry.bus_messages
        self._listeners: dict[type, Callable[[str, Any], None]] = {}
        bus.listen(self._hear)

    def say(self, said: Said, channel: Channel = HOUSE) -> None:
        """Tell everybody who listens there; it may get lost."""
        self._bus.publish(channel, encode(self._epoch, self.name, said))

    def when(self, kind: type[Kind], act: Callable[[str, Kind], None]) -> None:
        """Have `act` called with the node and its words whenever another one says this."""
        self._listeners[kind] = act

    def _hear(self, raw: bytes) -> None:
        self.heard_s = self.clock_s()
        if raw.startswith(self._opening):
            return
        try:
            message = decode(raw, self._epoch)
            if (act := self._listeners.get(type(message.said))) is not None:
                act(message.node, message.said)
        except ForeignError:
            self._messages.labels("foreign").inc()
        except Exception:  # noqa: BLE001 -- one bad message is no reason to miss the next
            _log.exception("message_not_taken")
