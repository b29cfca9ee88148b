"""The addresses that one process listens on.

A door is opened and closed by `app.Server`, in order; it hears no signals of its own. A process
that stands alone opens its sockets itself; a worker gets them from whoever keeps the workers, so
that a queue of visitors outlives the process that let visitors in.
"""

import asyncio
import contextlib
import resource
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from danmaku.admin_socket import path_within_reach
from danmaku.config import ServerSettings
from danmaku.web.patience import Terms, patient

OPS_HOST = "127.0.0.1"
BACKLOG = 4096  # visitors whom nobody has let in yet
FILES_KEPT = 16  # descriptors that visitors leave to the record, pages and whoever comes in at once
FILES_KEPT_SHARE = 20  # and the twentieth of all that are allowed
HTTP_GOODBYE_S = 5  # requests that still run when the viewers have gone


class AddressTakenError(OSError):
    """Somebody else listens there, or the address is none of this machine's."""


@dataclass(frozen=True, slots=True)
class Berth:
    """What a worker gets from whoever keeps the workers.

    Args:
        number: From 0; the first worker has the operator's desk.
        public: Listens, or is about to; the keeper holds it too.
        ops: As `public`, for keepers of the server; None: there is no such door.
        line: To the keeper: told once when the doors are open; at its end the keeper is gone.
    """

    number: int
    public: socket.socket
    ops: socket.socket | None
    line: socket.socket


class Door(uvicorn.Server):
    """One listening address.

    Args:
        config: The library's; names the address also where `given` listens.
        given: A socket that somebody else has opened; None: the door opens its own.
    """

    def __init__(self, config: uvicorn.Config, given: socket.socket | None = None) -> None:
        super().__init__(config)
        self.opened = asyncio.Event()
        self._given = given

    @property
    def address(self) -> str:
        """How to come to an open door, as http://127.0.0.1:8000."""
        port = self.servers[0].sockets[0].getsockname()[1]
        host = self.config.host
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    async def stand(self) -> None:
        """Let visitors in until `should_exit`.

        Raises:
            AddressTakenError: Nobody can come in there.
        """
        await self.serve(None if self._given is None else [self._given])

    def turn_away(self) -> None:
        """Leave those who come to others who listen on the same socket; who is in stays in."""
        for server in self.servers:
            server.close()

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


class PacketDoor:
    """A listening address without HTTP: whatever comes in goes to the protocol as it is.

    Args:
        host: Where it listens.
        port: Its port.
        make: Makes the protocol of one connection, which stands in the set while it is open.
        in_group: Whether other processes listen there too.
    """

    def __init__(
        self,
        host: str,
        port: int,
        make: Callable[[set[Any]], asyncio.Protocol],
        *,
        in_group: bool,
    ) -> None:
        self.opened = asyncio.Event()
        self._host = host
        self._port = port
        self._make = make
        self._in_group = in_group
        self._connections: set[Any] = set()
        self._ending = asyncio.Event()

    async def stand(self) -> None:
        """Let visitors in until `should_exit`.

        Raises:
            AddressTakenError: Nobody can come in there.
        """
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(
                lambda: self._make(self._connections),
                self._host,
                self._port,
                backlog=BACKLOG,
                reuse_port=self._in_group,
            )
        except OSError:
            raise AddressTakenError(f"Cannot listen on {self._host}:{self._port}.") from None
        try:
            self.opened.set()
            await self._ending.wait()
        finally:
            server.close()

    @property
    def should_exit(self) -> bool:
        """Whether the door is closed, or about to be."""
        return self._ending.is_set()

    @should_exit.setter
    def should_exit(self, is_wanted: bool) -> None:
        if is_wanted:
            self._ending.set()


def public_door(
    app: ASGIApp,
    settings: ServerSettings,
    sockets: type[asyncio.Protocol],
    given: socket.socket | None,
) -> Door:
    """The door for everybody.

    Args:
        app: What answers requests.
        settings: Where it is, and which proxies stand before it.
        sockets: What answers upgrades.
        given: As `Door`.
    """
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=patient(_terms_of(settings)),
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
    return Door(config, given)


def _terms_of(settings: ServerSettings) -> Terms:
    return Terms(
        connections_max=_connections_max(),
        head_s=settings.head_ms_max / 1000,
        body_s=settings.body_ms_max / 1000,
        body_bytes_per_s_min=settings.body_bytes_per_s_min,
        answer_s=settings.answer_ms_max / 1000,
    )


def _connections_max() -> int | None:
    """How many visitors the system's limit leaves descriptors for; None: there is no limit."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return None
    kept = FILES_KEPT + allowed // FILES_KEPT_SHARE
    return max(1, allowed - sum(1 for _ in Path("/dev/fd").iterdir()) - kept)


def desk_door(app: ASGIApp, path: Path) -> Door:
    """The operator's door, a local socket."""
    return Door(_for_keepers(app, uds=path_within_reach(path)))


def ops_door(app: ASGIApp, port: int, given: socket.socket | None) -> Door:
    """The door for those who watch the server, on this machine alone."""
    return Door(_for_keepers(app, host=OPS_HOST, port=port), given)


def _for_keepers(
    app: ASGIApp, *, uds: str | None = None, host: str = "", port: int = 0
) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        uds=uds,
        host=host,
        port=port,
        loop="uvloop",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=HTTP_GOODBYE_S,
    )


# --- the sockets of workers


def berth_of(text: str) -> Berth:
    """What a worker was given, from the words of `berth_words`.

    Raises:
        ValueError: They are none, or name no open sockets.
    """
    try:
        number, public, line, *ops = map(int, text.split(","))
        return Berth(number, _lent(public), _lent(ops[0]) if ops else None, _lent(line))
    except OSError as error:
        raise ValueError(f"{text} names no open sockets.") from error


def berth_words(berth: Berth) -> str:
    """What a worker is told on its command line; it has the sockets by the same descriptors."""
    lent = (
        (berth.public, berth.line) if berth.ops is None else (berth.public, berth.line, berth.ops)
    )
    return ",".join(map(str, (berth.number, *(each.fileno() for each in lent))))


def _lent(descriptor: int) -> socket.socket:
    lent = socket.socket(fileno=descriptor)
    lent.set_inheritable(False)  # a worker's own helpers have no business with it
    lent.settimeout(0)
    return lent


class Ports:
    """The addresses of all workers.

    Args:
        host: Of the public door.
        port: Of the public door; 0 takes a free one, once for all.
        ops_port: Of the first worker's door for keepers; 0: they have none.

    Raises:
        AddressTakenError: Somebody listens there, or the address is none of this machine's.
    """

    def __init__(self, host: str, port: int, ops_port: int) -> None:
        self._host = host
        self._ops_port = ops_port
        # Without the group: who listens there already would share visitors with us unknowingly.
        with _bound(host, port, in_group=False) as probe:
            self._port: int = probe.getsockname()[1]

    @property
    def address(self) -> str:
        """How to come to the public door."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def public(self) -> socket.socket:
        """A socket in the public port's group; it takes nobody in before its worker listens."""
        return _bound(self._host, self._port, in_group=True)

    def ops(self, number: int) -> socket.socket | None:
        """A socket for those who watch the worker of that number."""
        return _bound(OPS_HOST, self._ops_port + number, in_group=True) if self._ops_port else None


def _bound(host: str, port: int, *, in_group: bool) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        with contextlib.ExitStack() as undo:
            bound = undo.enter_context(socket.socket(family, kind, protocol))
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, in_group)
            if family == socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound.bind(address)
            undo.pop_all()
            return bound
    except OSError:
        raise AddressTakenError(f"Cannot listen on {host}:{port}.") from None
