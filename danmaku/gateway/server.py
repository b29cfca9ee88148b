"""The gateway: what viewers ask for is done by the house's verbs, and every error is answered here.

One `Gateway` for the process, on the event loop's thread. It owns the hub, the sweep and the tasks
of all connections. Refusals and failures of whatever runs for a connection end in `_answer_error`.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog
from uvicorn.server import ServerState
from websockets.http11 import Request

from danmaku.actions.accounts import People
from danmaku.actions.brownout import BrownOut
from danmaku.actions.rooms import Rooms
from danmaku.config import GatewaySettings, ServerSettings
from danmaku.domain.brownout import Shed
from danmaku.domain.facts import Entry
from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.live import LiveRoom
from danmaku.errors import Close, Code, DanmakuError, TooFast
from danmaku.formats.danmaku_v1 import Fields
from danmaku.gateway.acts import Acts
from danmaku.gateway.answers import (
    RETRY_MAX_MS,
    Farewell,
    answer_of,
    code_of,
    is_defect,
)
from danmaku.gateway.connection import Connection, limits_of
from danmaku.gateway.crew import Crew
from danmaku.gateway.departure import Departure, departure_of
from danmaku.gateway.dialects.danmaku_v1 import (
    Act,
    Hello,
    bye,
    dialects,
    reset,
    welcome,
    you,
)
from danmaku.gateway.doorkeeper import Doorkeeper, Rejection, Visit, rejection_of
from danmaku.gateway.herald import Herald
from danmaku.gateway.hub import Hub
from danmaku.gateway.identity import Identity
from danmaku.gateway.inflow import Inflow
from danmaku.gateway.notices import Notice, Personal
from danmaku.gateway.others import ALONE, Others
from danmaku.gateway.outbox import Known, Reset, opening_of
from danmaku.gateway.outside import Outside, TurnedAway
from danmaku.gateway.reading import top_of
from danmaku.gateway.room_hub import Means
from danmaku.gateway.sampling import Sampling
from danmaku.gateway.sweep import Sweep
from danmaku.gateway.turns import Turns
from danmaku.gateway.upgrade import Upgrades
from danmaku.ports import Clock, Reader
from danmaku.telemetry import Telemetry

IN_FLIGHT_MAX = 16  # acts of one socket that are not answered yet
CLOSE_WAIT_S = 2.0  # how long viewers may take to answer a close

_log = structlog.get_logger(__name__)


class Gateway:
    """Everything behind the sockets.

    Args:
        settings: Limits of sockets and rooms.
        server: The server's name, whose pages may come, and how long a drain may take.
        epoch: Life of the record.
        acts: What viewers may do.
        clock: Wall time.
        others: The other nodes.
    """

    def __init__(  # noqa: PLR0913 -- constructor of a door: each is one of the house's parts
        self,
        settings: GatewaySettings,
        server: ServerSettings,
        *,
        reader: Reader,
        acts: Acts,
        rooms: Rooms,
        people: People,
        epoch: str,
        clock: Clock,
        telemetry: Telemetry,
        brownout: BrownOut,
        others: Others = ALONE,
    ) -> None:
        self.settings = settings
        self.limits = limits_of(settings)
        self.dialects = dialects()
        self.upgrades = Upgrades(
            tuple(self.dialects),
            compress=settings.compress,
            message_bytes_max=settings.message_bytes_max,
        )
        self.inflow = Inflow(telemetry.note_inflow)
        self._drain_s = server.drain_ms / 1000
        self._doorkeeper = Doorkeeper(server)
        self._reader = reader
        self._acts = acts
        self._rooms = rooms
        self._people = people
        self._epoch = epoch
        self._clock = clock
        self._telemetry = telemetry
        self._crew = Crew()
        self._others = others
        self._connections: set[Connection] = set()
        self._herald = Herald(
            self._connections, self, reader, clock=clock, slice_sockets=settings.slice_sockets
        )
        self._brownout = brownout
        is_due = partial(brownout.sheds, Shed.DISPLAY)
        sampling = Sampling(settings.shown_per_s, epoch, is_due, self._herald.show_author)
        parts = (settings, reader, telemetry, self._crew, Turns(settings.slice_sockets), brownout)
        self._hub = Hub(Means(*parts, sampling, others.viewers))
        self._sweep = Sweep(self._connections, settings.slice_sockets)
        self._outside = Outside(
            *(settings, self.limits, self.inflow),
            hub=self._hub,
            crew=self._crew,
            reader=reader,
            acts=acts,
            rooms=rooms,
            people=people,
            epoch=epoch,
            clock=clock,
            telemetry=telemetry,
        )
        self._in_flight = 0  # acts of all sockets
        self._is_draining = False
        self._all_gone = asyncio.Event()  # after a drain

    # --- what app.py joins

    def protocol_class(self) -> type[asyncio.Protocol]:
        """What uvicorn is given as `ws=`: it makes one for each upgrade."""
        gateway = self

        class BoundConnection(Connection):
            __slots__ = ()

            def __init__(
                self,
                config: object,  # noqa: ARG002 -- uvicorn's signature, as the rest of it
                server_state: ServerState,
                app_state: object,  # noqa: ARG002
                _loop: object = None,
            ) -> None:
                super().__init__(gateway, server_state.connections)

        return BoundConnection

    def packet_socket(self, siblings: set[Any]) -> asyncio.Protocol:
        """What answers a connection of Bilibili's live chat that comes without an upgrade."""
        return TurnedAway() if self._hindrance() else self._outside.bare_socket(siblings)

    def announce(self, entries: Sequence[Entry]) -> None:
        """Take what has just been committed, in record order. Called on the event loop."""
        self._hub.announce(entries)

    def viewers(self, room: RoomId) -> int:
        """How many are in a room, on all nodes."""
        return self._hub.viewers_count(room) + self._others.viewers(room)

    def shows(self, room: RoomId) -> bool:
        """Whether somebody is in a room of this node: its entries are to be announced."""
        return self._hub.viewers_count(room) > 0

    def viewers_here(self) -> dict[RoomId, int]:
        """How many are in each room of this node."""
        return self._hub.counts()

    def note_counts(self, rooms: Iterable[RoomId]) -> None:
        """Other nodes have more or fewer viewers in these rooms than they had."""
        self._hub.note_counts(rooms)

    def send_away(self) -> None:
        """Close all sockets: this node does not know any more what it may show."""
        self._outside.let_go()
        plan = departure_of(len(self._connections), self.settings.slice_sockets, 0.0)
        self._crew.start(
            self._let_leave(plan),
            name="send away",
            on_error=lambda error: _log.error("sending away failed", exc_info=error),
        )

    def close_account(self, account: AccountId) -> None:
        """Close the account's sockets whose session or token is worth nothing any more."""
        self._outside.close_account(account)
        for connection in self._herald.note_end(account):
            assert connection.identity is not None
            self.start(connection, connection.identity.recheck(self.now_ms()), name="recheck")

    def tell(self, notice: Notice) -> None:
        """Tell open sockets what an entry of the platform's chain means for them."""
        if isinstance(notice, Personal) and notice.farewell is not None:
            self._outside.end_account(notice.account)
        self._herald.tell(notice)

    async def drain(self, *, is_paced: bool = False, start_s: float = 0.0) -> None:
        """Let everybody go: answer what is in flight, say when to come back, close, end.

        New upgrades and sends are refused from the first moment on.

        Args:
            is_paced: Whether other nodes take the viewers in: they leave one after another and see
                the room until then. Else all leave now, and come back one after another.
            start_s: How long this node takes to start, for those who come back to it.
        """
        self._is_draining = True
        self._acts.close()
        leave_by_s = asyncio.get_running_loop().time() + self._drain_s
        await self._crew.settle(self._drain_s)
        within_s = max(0.0, leave_by_s - asyncio.get_running_loop().time()) if is_paced else 0.0
        viewers, slice_sockets = len(self._connections), self.settings.slice_sockets
        away_s = CLOSE_WAIT_S + start_s
        await self._let_leave(departure_of(viewers, slice_sockets, within_s, away_s))
        self._outside.let_go()
        if self._connections:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_gone.wait(), CLOSE_WAIT_S)
        for connection in tuple(self._connections):
            connection.abort()
        await self._outside.settle(CLOSE_WAIT_S)

    async def _let_leave(self, plan: Departure) -> None:
        for nth, connection in enumerate(tuple(self._connections)):
            from_ms, until_ms = plan.range_ms(nth)
            goodbye = bye(Code.DRAINING.value, retry_min_ms=from_ms, retry_max_ms=until_ms)
            connection.part(Close.DRAINING, goodbye)
            if (nth + 1) % plan.step_sockets == 0:
                await asyncio.sleep(plan.pause_s)

    # --- the desk: see connection.Desk

    def now_ms(self) -> Millis:
        """A clock that does not step back."""
        return Millis(int(asyncio.get_running_loop().time() * 1000))

    def greet(self, connection: Connection, request: Request) -> None:
        """Accept or reject an upgrade; a room that is not in memory is looked up first."""
        upgrades = self._outside.upgrades_for(request)
        judged = self._hindrance() or (upgrades or self._doorkeeper.judge(request))
        if isinstance(judged, Rejection):
            connection.reject(judged)
        elif isinstance(judged, Upgrades):
            self._outside.let_in(connection, request, judged)
        elif self._rooms.peek(judged.room) is not None:
            self._let_in(connection, request, judged)
        else:
            connection.hold()
            self._crew.start(
                self._let_in_once_known(connection, request, judged),
                name=f"look up {judged.room}",
                on_error=lambda error: connection.reject(rejection_of(error)),
            )

    def take(self, connection: Connection, message: Hello | Act) -> None:
        """Act on a message, in a task of its own; what is one too many is refused without one."""
        if isinstance(message, Hello):
            self.start(connection, self._join(connection, message), name="join")
            return
        try:
            self._require_place(connection, message)
        except DanmakuError as error:
            self._answer_error(connection, message.id, error)
            return
        self._in_flight += 1
        connection.in_flight += 1
        work = self._carry_out(connection, message)
        self.start(connection, work, name=type(message).__name__, answers=message.id)

    def count(self, code: Code) -> None:
        """A connection has answered this by itself."""
        self._telemetry.refusals.labels(code.value).inc()

    def broken(self, connection: Connection, error: BaseException) -> None:
        """Something failed that the connection cannot go on without."""
        self._answer_error(connection, None, error)

    def leave(self, connection: Connection) -> None:
        """No more is sent to it."""
        if connection.room_hub is not None and connection.outbox is not None:
            self._hub.leave(connection.room_hub, connection.outbox)
            connection.joined(None)

    def lost(self, connection: Connection) -> None:
        """Its transport is gone."""
        if connection in self._connections:
            self._connections.discard(connection)
            self._herald.forget(connection)
            self._telemetry.connections.dec()
            if self._is_draining and not self._connections:
                self._all_gone.set()

    # --- the upgrade

    def _hindrance(self) -> Rejection | None:
        """Why nobody is let in now."""
        sockets = len(self._connections) + len(self._outside)
        is_full = sockets >= self.settings.connections_max or self._brownout.is_out_of_memory()
        if self._is_draining or is_full or not self._others.is_in_step():
            text = "No room for more sockets now."
            return Rejection(HTTPStatus.SERVICE_UNAVAILABLE, text, RETRY_MAX_MS // 1000)
        return None

    def _let_in(self, connection: Connection, request: Request, visit: Visit) -> None:
        if connection.accept(request, visit):
            self._connections.add(connection)
            self._telemetry.connections.inc()
            self._sweep.wake()

    async def _let_in_once_known(
        self, connection: Connection, request: Request, visit: Visit
    ) -> None:
        async with asyncio.timeout(self.settings.handshake_ms_max / 1000):
            await self._rooms.live(visit.room)
        if (hindrance := self._hindrance()) is not None:  # of now: meanwhile others have come
            connection.reject(hindrance)
        else:
            self._let_in(connection, request, visit)

    # --- joining

    async def _join(self, connection: Connection, hello: Hello) -> None:
        """Say who the viewer is, and bring it from where it stands to the room's tail."""
        assert connection.visit is not None
        room = connection.visit.room
        identity = Identity(self._people, token=hello.token, session=connection.visit.session)
        ends_count, who = self._herald.ends_count, await identity.look(self.now_ms())
        if hello.since is None:  # who comes back keeps its place
            self._hub.admit(who)
        connection.known_as(identity)
        self._herald.note_account(connection)
        if who is not None and ends_count != self._herald.ends_count:
            await identity.recheck(self.now_ms())  # it may have been this one's, not noted by then
        author = None if who is None else await self._reader.pseudonym(room, who.account)
        top = await top_of(self._rooms, self._reader, room, hello.since)
        live = await self._rooms.live(room)  # in memory by now
        # Nothing is awaited from here on: what is announced next finds the viewer in its room.
        self._enter(
            connection,
            hello,
            live,
            top=top,
            told=None if who is None else you(who, author, room=room, now_ms=self._clock()),
        )
        for waiting in connection.welcomed():
            self.take(connection, waiting)

    def _enter(
        self,
        connection: Connection,
        hello: Hello,
        live: LiveRoom,
        *,
        top: Seq,
        told: Fields | None,
    ) -> None:
        outbox = connection.outbox
        if connection.is_closing or outbox is None:
            return
        room_hub = self._hub.room(live.room, live.top)
        known = Known(self._epoch, Seq(max(top, live.top)), room_hub.flushed)
        most = self.settings.catch_up_entries_max
        since = None if hello.since is None else Seq(hello.since)
        position = opening_of(known, since, hello.epoch, replay_max=most)
        connection.reply(
            welcome(
                live.room,
                live.state,
                epoch=known.epoch,
                top=known.flushed,
                you=told,
                viewers=room_hub.viewers_everywhere + 1,
                server_ms=self._clock(),
                heartbeat_ms=self.settings.heartbeat_ms,
            )
        )
        if isinstance(position, Reset):
            connection.reply(reset(known.epoch, known.flushed, position.reason))
            position = known.flushed
        connection.joined(room_hub)
        self._herald.note_powers(connection, told)
        room_hub.enter(outbox, position)
        room_hub.serve(outbox)

    # --- what viewers do

    def _require_place(self, connection: Connection, message: Act) -> None:
        """Refuse at next to no cost what would be refused anyway: there may be far more of it."""
        if connection.in_flight >= IN_FLIGHT_MAX:
            raise TooFast(wait_ms=1000)
        assert connection.identity is not None  # acts wait for the welcome
        assert connection.visit is not None
        if (who := connection.identity.believed(self.now_ms())) is not None:
            room, waited_ms = connection.visit.room, self.inflow.waited_ms
            self._acts.require_place(
                who, room, message, coming=self._in_flight, waited_ms=waited_ms
            )

    async def _carry_out(self, connection: Connection, message: Act) -> None:
        assert connection.visit is not None
        assert connection.identity is not None  # as in `_require_place`
        try:
            who = await connection.identity.standing(self.now_ms())
            connection.reply(await self._acts.carry_out(who, connection.visit.room, message))
        finally:
            self._in_flight -= 1
            connection.in_flight -= 1

    # --- errors

    def start(
        self,
        connection: Connection,
        work: Coroutine[None, None, None],
        *,
        name: str,
        answers: str | None = None,
    ) -> None:
        """Begin work for a connection; its errors are answered."""
        self._crew.start(
            work, name=name, on_error=lambda error: self._answer_error(connection, answers, error)
        )

    def _answer_error(
        self, connection: Connection, message_id: str | None, error: BaseException
    ) -> None:
        """The one place where errors become answers."""
        self.count(code_of(error))
        if is_defect(error):
            _log.error("a viewer's request failed", exc_info=error)
        match answer_of(error, message_id):
            case Farewell(close_code, said):
                connection.part(close_code, said)
            case answer:
                connection.reply(answer)
