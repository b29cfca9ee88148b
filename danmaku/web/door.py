"""One listening address of the server, whatever is behind it."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn


class AddressTakenError(OSError):
    """Somebody else listens there, or the address is none of this machine's."""


class Door(uvicorn.Server):
    """One listening address. Signals belong to the roof, which closes doors in order."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.opened = asyncio.Event()

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
        """Capture none."""
        yield
