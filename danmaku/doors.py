"""The addresses that one process listens on.

A door is opened and closed by `app.Server`, in order; it hears no signals of its own.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from danmaku.config import ServerSettings

BACKLOG = 4096  # visitors whom nobody has let in yet
HTTP_GOODBYE_S = 5  # requests that still run when the viewers have gone


class AddressTakenError(OSError):
    """Somebody else listens there, or the address is none of this machine's."""


class Door(uvicorn.Server):
    """One listening address."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.opened = asyncio.Event()

    @property
    def address(self) -> str:
        """How to come to an open door, as http://127.0.0.1:8000."""
        port = self.servers[0].sockets[0].getsockname()[1]
        host = self.config.host
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the door; the library would end the process where it cannot.

        Raises:
            AddressTakenError: See there.
        """
        try:
            await super().startup(sockets)
        except SystemExit:
            where = self.config.uds or f"{self.config.host}:{self.config.port}"
            raise AddressTakenError(f"Cannot listen on {where}.") from None
        if self.config.uds is not None:
            # The library lets everybody in; whoever may open this file is the operator.
            Path(self.config.uds).chmod(0o600)  # noqa: ASYNC240 -- one local call, at start
        self.opened.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear none: they are for the server, which closes its doors in order."""
        yield


def public_door(app: ASGIApp, settings: ServerSettings, sockets: type[asyncio.Protocol]) -> Door:
    """The door for everybody.

    Args:
        app: What answers requests.
        settings: Where it is, and which proxies stand before it.
        sockets: What answers upgrades.
    """
    return Door(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            http="httptools",
            loop="uvloop",
            ws=sockets,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            backlog=BACKLOG,
            timeout_graceful_shutdown=HTTP_GOODBYE_S,
        )
    )


def desk_door(app: ASGIApp, path: Path) -> Door:
    """The operator's door, a local socket."""
    return Door(
        uvicorn.Config(
            app,
            uds=str(path),
            loop="uvloop",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=HTTP_GOODBYE_S,
        )
    )
