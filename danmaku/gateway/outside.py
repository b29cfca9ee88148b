"""The sockets of clients that speak another's protocol: who lets them in, and lets them go.

Such clients come from pages of any site. That gives away nothing: what they read is public, and
who they speak for is told by a token in their messages; a cookie means nothing here.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, cast

import structlog
from websockets.http11 import Request

from danmaku.actions.accounts import People
from danmaku.actions.rooms import Rooms
from danmaku.config import GatewaySettings
from danmaku.domain.ids import AccountId, Millis
from danmaku.errors import Code, NotSignedIn
from danmaku.gateway.acts import Acts
from danmaku.gateway.answers import code_of, is_defect
from danmaku.gateway.bilibili_desk import BilibiliDesk
from danmaku.gateway.bilibili_socket import BilibiliSocket
from danmaku.gateway.centrifugo_desk import CentrifugoDesk
from danmaku.gateway.centrifugo_socket import CentrifugoSocket
from danmaku.gateway.connection import Connection
from danmaku.gateway.crew import Crew
from danmaku.gateway.dialects.centrifugo import Disconnect
from danmaku.gateway.hub import Hub
from danmaku.gateway.inflow import Inflow
from danmaku.gateway.means import Means
from danmaku.gateway.outbox import Outbox
from danmaku.gateway.outside_socket import OutsideSocket
from danmaku.gateway.room_hub import RoomHub
from danmaku.gateway.session import Limits
from danmaku.gateway.sweep import Sweep
from danmaku.gateway.upgrade import Agreement, Upgrades
from danmaku.ports import Clock, Reader
from danmaku.telemetry import Telemetry

BILIBILI_PATH = "/sub"
CENTRIFUGO_PATH = "/connection/websocket"
_RECALLS = "recall=1"  # in the address: what a client may set that knows no such field

_log = structlog.get_logger(__name__)


class TurnedAway(asyncio.Protocol):
    """A bare connection that nobody is let in by now: it has no words for why."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """End it."""
        cast("asyncio.Transport", transport).abort()


class Outside:
    """See the module.

    Args:
        settings: Limits of sockets and rooms.
        limits: The same, of one socket.
        inflow: What they bring waits there.
        epoch: Life of the record.
        clock: Wall time.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a door: each is one of the house's parts
        self,
        settings: GatewaySettings,
        limits: Limits,
        inflow: Inflow,
        *,
        hub: Hub,
        crew: Crew,
        reader: Reader,
        acts: Acts,
        rooms: Rooms,
        people: People,
        epoch: str,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self.settings = settings
        self._limits = limits
        self.inflow = inflow
        self._hub = hub
        self._crew = crew
        self._telemetry = telemetry
        means = Means(
            *(settings, hub, rooms, reader, people, acts, epoch, clock),
            now_ms=self.now_ms,
            start=self.start,
            count=self.count,
        )
        self._bilibili = BilibiliDesk(means)
        self._centrifugo = CentrifugoDesk(means)
        most = settings.message_bytes_max
        # Batches of the one are compressed already.
        self._upgrades = {
            BILIBILI_PATH: Upgrades((), compress=False, message_bytes_max=most),
            CENTRIFUGO_PATH: Upgrades((), compress=settings.compress, message_bytes_max=most),
        }
        self._sockets: set[OutsideSocket[Any]] = set()
        self._all_gone = asyncio.Event()
        self._sweep = Sweep(self._sockets, settings.slice_sockets)

    def __len__(self) -> int:
        return len(self._sockets)

    # --- coming and going

    def upgrades_for(self, request: Request) -> Upgrades | None:
        """What answers a request for one of these sockets; None: it is for another door."""
        return self._upgrades.get(request.path.partition("?")[0])

    def let_in(self, connection: Connection, request: Request, upgrades: Upgrades) -> None:
        """Upgrade a request that `upgrades_for` knows, and take its transport over."""
        agreement = connection.agree(request, upgrades)
        if agreement is not None:
            connection.hand_over(self._socket_for(request, connection.siblings, agreement))

    def _socket_for(
        self, request: Request, siblings: set[Any], agreement: Agreement
    ) -> OutsideSocket[Any]:
        path, _, query = request.path.partition("?")
        if path == BILIBILI_PATH:
            return BilibiliSocket(
                self,
                siblings,
                self._bilibili.admit,
                limits=self._limits,
                agreement=agreement,
                tells_recalls=_RECALLS in query.split("&"),
            )
        return CentrifugoSocket(
            self,
            siblings,
            self._centrifugo.carry_out,
            lambda socket, work: self.start(socket, work, name="centrifugo"),
            limits=self._limits,
            agreement=agreement,
        )

    def bare_socket(self, siblings: set[Any]) -> BilibiliSocket:
        """A socket without an upgrade: packets as they are."""
        return BilibiliSocket(
            self,
            siblings,
            self._bilibili.admit,
            limits=self._limits,
            agreement=None,
            tells_recalls=False,
        )

    def close_account(self, account: AccountId) -> None:
        """Close the account's sockets whose token is worth nothing any more."""
        for socket in self._of(account):
            self.start(socket, self._recheck(socket), name="recheck")

    def end_account(self, account: AccountId) -> None:
        """Close the account's sockets: there is no such account any more."""
        for socket in self._of(account):
            socket.leave(Disconnect.FORCE_DISCONNECT)

    def let_go(self) -> None:
        """Close all: they come back to this node later, or to another."""
        for socket in tuple(self._sockets):
            socket.shutdown()

    async def settle(self, within_s: float) -> None:
        """Wait for all to be gone; end those that take longer."""
        if self._sockets:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_gone.wait(), within_s)
        for socket in tuple(self._sockets):
            socket.abort()

    # --- outside_socket.Landlord

    def now_ms(self) -> Millis:
        """See `outside_socket.Landlord`."""
        return Millis(int(asyncio.get_running_loop().time() * 1000))

    def opened(self, socket: OutsideSocket[Any]) -> None:
        """See `outside_socket.Landlord`."""
        self._sockets.add(socket)
        self._all_gone.clear()
        self._telemetry.connections.inc()
        self._sweep.wake()

    def left(self, room_hub: RoomHub, outbox: Outbox) -> None:
        """See `outside_socket.Landlord`."""
        self._hub.leave(room_hub, outbox)

    def lost(self, socket: OutsideSocket[Any]) -> None:
        """See `outside_socket.Landlord`."""
        if socket in self._sockets:
            self._sockets.discard(socket)
            self._telemetry.connections.dec()
            if not self._sockets:
                self._all_gone.set()

    # --- work for sockets

    def start(
        self, socket: OutsideSocket[Any], work: Coroutine[None, None, None], *, name: str
    ) -> None:
        """Begin work for a socket; an error ends the socket."""
        self._crew.start(work, name=name, on_error=lambda error: self.failed(socket, error))

    def count(self, code: Code) -> None:
        """Something was refused."""
        self._telemetry.refusals.labels(code.value).inc()

    def failed(self, socket: OutsideSocket[Any], error: BaseException) -> None:
        """See `outside_socket.Landlord`."""
        self.count(code_of(error))
        if is_defect(error):
            _log.error("a viewer's request failed", exc_info=error)
        socket.broken(error)

    def _of(self, account: AccountId) -> list[CentrifugoSocket]:
        return [
            socket
            for socket in self._sockets
            if isinstance(socket, CentrifugoSocket) and socket.account == account
        ]

    async def _recheck(self, socket: CentrifugoSocket) -> None:
        assert socket.identity is not None  # else it would be nobody's
        try:
            await socket.identity.recheck(self.now_ms())
        except NotSignedIn:
            socket.leave(Disconnect.INVALID_TOKEN)
