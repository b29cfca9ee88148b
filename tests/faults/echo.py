"""The gateway's own sockets, which say back what they hear: for those who judge a WebSocket.

Upgrade, frames, fragments, UTF-8 and closing are the product's. What a message means is not: any
text and any bytes are an act here, and the desk answers each act with itself.
"""

import asyncio
import contextlib
from typing import Any

from starlette.responses import Response

from bench.frames import RSV1
from danmaku.config import ServerSettings, Settings
from danmaku.doors import public_door
from danmaku.gateway.connection import Connection, limits_of
from danmaku.gateway.dialects.danmaku_v1 import Send
from danmaku.gateway.doorkeeper import Visit
from danmaku.gateway.framing import frame_of
from danmaku.gateway.inflow import Inflow
from danmaku.gateway.session import Session, State
from danmaku.gateway.upgrade import Upgrades

_ENDLESS = 10**9  # a judge sends as fast as it can
SETTINGS = Settings(
    gateway={"messages_per_s": 1e9, "messages_burst": _ENDLESS, "fragments_max": _ENDLESS}
).gateway
MESSAGE_BYTES_MAX = 64 << 20  # what the largest case needs; the house's own bound is far below


class EchoDialect:
    """Every message is a comment whose text is the message."""

    def __init__(self, *, is_text: bool) -> None:
        self.is_text = is_text

    def decode(self, payload: bytes) -> Send:
        return Send(id="echo", text=payload)


class EchoSession(Session):
    """Speaks both kinds of frames, and is welcome without a hello."""

    def _read(self, payload: bytes) -> Any:
        self._dialect = EchoDialect(is_text=self._is_text)
        return super()._read(payload)


class EchoDesk:
    """What a `Connection` asks of a gateway."""

    settings = SETTINGS
    limits = limits_of(SETTINGS)
    dialects = {"": EchoDialect(is_text=True)}  # noqa: RUF012 -- never written to

    def __init__(self) -> None:
        self.upgrades = Upgrades((), compress=True, message_bytes_max=MESSAGE_BYTES_MAX)
        self.inflow = Inflow(lambda _waited_s: None)

    def now_ms(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000)

    def greet(self, connection, request) -> None:
        if connection.accept(request, Visit("echo", None)):
            connection._session = EchoSession(self.dialects[""], self.limits, self.now_ms())
            connection._session._enter(State.READY, self.now_ms())

    def take(self, connection, message) -> None:
        is_text, deflate = connection._session._is_text, connection.outbox.deflate
        said = frame_of(message.text, is_text=is_text, deflate=deflate)
        machine = connection._wire._made()
        if machine.extensions and not said[0] & RSV1:
            # The judge cannot read what comes plain where compression is agreed on, as small
            # messages may (RFC 7692, 6): it fails with an error of its own. So these are packed.
            (machine.send_text if is_text else machine.send_binary)(message.text)
            connection._pump()
        else:
            connection._transport.write(said)

    def count(self, code) -> None:
        pass

    def leave(self, connection) -> None:
        pass

    def lost(self, connection) -> None:
        pass

    def broken(self, _connection, error) -> None:
        raise error


@contextlib.asynccontextmanager
async def echoing():
    """The public door, with such sockets behind it; gives its address."""
    desk = EchoDesk()

    class Echo(Connection):
        __slots__ = ()

        def __init__(self, server_state, **_of_the_library) -> None:
            super().__init__(desk, server_state.connections)

    door = public_door(Response(status_code=404), ServerSettings(port=0), Echo, None)
    standing = asyncio.create_task(door.stand())
    await door.opened.wait()
    try:
        yield door.address.removeprefix("http://")
    finally:
        door.should_exit = True
        await standing
