"""Carries out what clients of Centrifugo's protocol ask for, over the record and the hub."""

import secrets

from danmaku.domain.brownout import is_deep
from danmaku.domain.ids import RoomId, Seq
from danmaku.domain.live import LiveRoom
from danmaku.domain.views import View
from danmaku.errors import Code, DanmakuError, NotSignedIn
from danmaku.formats.danmaku_v1 import Fields, state_fields_of
from danmaku.gateway.answers import code_of
from danmaku.gateway.centrifugo_socket import CentrifugoSocket
from danmaku.gateway.dialects.centrifugo import (
    CentrifugoDialect,
    Connect,
    Disconnect,
    Fault,
    History,
    PresenceStats,
    Publish,
    Request,
    Subscribe,
    Unsubscribe,
    channel_of,
    connected,
    fault_reply,
    message_push,
    present,
    recovery,
    refusal_reply,
    remembered,
    reply,
    room_of,
    spoken_of,
    subscribed,
)
from danmaku.gateway.dialects.centrifugo_talk import Asked
from danmaku.gateway.dialects.danmaku_v1 import you
from danmaku.gateway.dialects.outward import Op
from danmaku.gateway.identity import Identity
from danmaku.gateway.means import Means
from danmaku.gateway.outbox import Known, Reset, opening_of
from danmaku.gateway.reading import top_of

CHANNELS_MAX = 16  # of one connection
HISTORY_MAX = 1000  # publications in one answer
STRETCH_MAX = 8 * HISTORY_MAX  # entries that one question reads for it
RECOVERED_MAX = 2000  # as above; what else was missed comes right after


class _Faulty(Exception):  # noqa: N818 -- reads as the answer it is
    """A command is answered with a number of the protocol's own."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.name)
        self.fault = fault


class CentrifugoDesk:
    """See the module.

    Args:
        means: What doors of others work with.
    """

    def __init__(self, means: Means) -> None:
        self._means = means

    async def carry_out(self, socket: CentrifugoSocket, asked: Asked) -> None:
        """Do what a command asks for, and answer it.

        Raises:
            Exception: A defect; the socket is to be ended.
        """
        try:
            await self._carry_out(socket, asked.command_id, asked.request)
        except _Faulty as faulty:
            socket.say(fault_reply(asked.command_id, faulty.fault))
        except NotSignedIn as error:
            self._means.count(error.code)
            if isinstance(asked.request, Connect):
                socket.leave(Disconnect.INVALID_TOKEN)
            else:
                socket.say(refusal_reply(asked.command_id, error.code))
        except DanmakuError as error:
            self._means.count(code_of(error))
            socket.say(refusal_reply(asked.command_id, code_of(error)))

    async def _carry_out(self, socket: CentrifugoSocket, command_id: int, request: Request) -> None:
        match request:
            case Connect():
                await self._connect(socket, command_id, request)
            case Subscribe():
                await self._subscribe(socket, command_id, request)
            case Unsubscribe(channel):
                socket.stand_up(_room(channel))
                socket.say(reply(command_id, "unsubscribe", {}))
            case Publish():
                await self._publish(socket, command_id, request)
            case History():
                await self._history(socket, command_id, request)
            case PresenceStats(channel):
                live = await self._means.rooms.live(_room(channel))
                viewers = self._means.hub.viewers_everywhere(live.room)
                socket.say(reply(command_id, "presence_stats", present(viewers)))

    async def _connect(self, socket: CentrifugoSocket, command_id: int, asked: Connect) -> None:
        identity = Identity(self._means.people, token=asked.token or None, session=None)
        await identity.look(self._means.now_ms())
        socket.known_as(identity)
        socket.say(reply(command_id, "connect", connected(secrets.token_hex(8))))

    # --- what is to come

    async def _subscribe(self, socket: CentrifugoSocket, command_id: int, asked: Subscribe) -> None:
        room = _room(asked.channel)
        if asked.recover:
            socket.stand_up(room)  # a client that knows of no place here has lost it
        self._check_place(socket, room)
        since = Seq(asked.offset) if asked.recover else None
        top = await top_of(self._means.rooms, self._means.reader, room, since)
        data = await self._data_of(socket, room, is_new=since is None)
        live = await self._means.rooms.live(room)  # in memory by now
        if socket.is_closing:
            return
        room_hub = self._means.hub.room(room, live.top)
        known = Known(self._means.epoch, Seq(max(top, live.top)), room_hub.flushed)
        most = self._means.settings.catch_up_entries_max
        position = opening_of(known, since, asked.epoch or None, replay_max=most)
        if isinstance(position, Reset) and asked.wants_all_or_none:
            self._means.hub.let_go(room_hub)
            raise _Faulty(Fault.UNRECOVERABLE_POSITION)
        begun = room_hub.flushed if isinstance(position, Reset) else position
        seat = socket.sit(room_hub, CentrifugoDialect(room), begun)
        try:
            begun, items = await room_hub.missed(begun, RECOVERED_MAX)
        except Exception:
            socket.stand_up(room)
            raise
        result = subscribed(self._means.epoch, begun, data)
        if asked.recover:
            parts = [item.part(seat.outbox.dialect) for item in items]
            result |= recovery(parts, is_whole=not isinstance(position, Reset))
        socket.say(reply(command_id, "subscribe", result))
        socket.begin(seat, begun)

    def _check_place(self, socket: CentrifugoSocket, room: RoomId) -> None:
        if room in socket.seats:
            raise _Faulty(Fault.ALREADY_SUBSCRIBED)
        if len(socket.seats) >= CHANNELS_MAX:
            raise _Faulty(Fault.LIMIT_EXCEEDED)

    async def _data_of(self, socket: CentrifugoSocket, room: RoomId, *, is_new: bool) -> Fields:
        """What the room is, and who the client is there: its own comments bear that name.

        Raises:
            Overloaded: As `Hub.admit`; who comes back keeps its place.
        """
        live = await self._means.rooms.live(room)
        assert socket.identity is not None  # nothing comes before the connect
        who = await socket.identity.standing(self._means.now_ms())
        if is_new:
            self._means.hub.admit(who)
        if who is None:
            return {"state": state_fields_of(live.state), "you": None}
        author = await self._means.reader.pseudonym(room, who.account)
        told = you(who, author, room=room, now_ms=self._means.clock())
        return {"state": state_fields_of(live.state), "you": told}

    # --- what is said

    async def _publish(self, socket: CentrifugoSocket, command_id: int, asked: Publish) -> None:
        room = _room(asked.channel)
        spoken = spoken_of(asked)
        assert socket.identity is not None  # nothing comes before the connect
        who = await socket.identity.standing(self._means.now_ms())
        sent = spoken.sent(secrets.token_urlsafe(12))
        outcome = await self._means.acts.carry_out(who, room, sent)
        if outcome["op"] == Op.REFUSED:
            self._means.count(Code.PROHIBITED)
            socket.say(refusal_reply(command_id, Code.PROHIBITED))
            return
        told = {"type": outcome["op"], "channel": channel_of(room), "nonce": spoken.nonce}
        if outcome["op"] == Op.PUBLISHED:
            told |= {"id": f"{room}-{outcome['number']}", "offset": outcome["seq"]}
        socket.say(message_push(told) + b"\n" + reply(command_id, "publish", {}))

    # --- what was

    async def _history(self, socket: CentrifugoSocket, command_id: int, asked: History) -> None:
        room = _room(asked.channel)
        live = await self._means.rooms.live(room)
        epoch = self._means.epoch
        if asked.since is not None and asked.since.epoch not in ("", epoch):
            raise _Faulty(Fault.UNRECOVERABLE_POSITION)
        most = HISTORY_MAX if asked.limit < 0 else min(asked.limit, HISTORY_MAX)
        await self._admit_reader(socket, asked, live, most)
        views = await self._views(room, asked, live.top, most) if most else []
        dialect = CentrifugoDialect(room)
        result = remembered(epoch, live.top, [dialect.part(view) for view in views])
        socket.say(reply(command_id, "history", result))

    async def _admit_reader(
        self, socket: CentrifugoSocket, asked: History, live: LiveRoom, most: int
    ) -> None:
        usual = live.top if asked.reverse else 0
        if most and is_deep(usual if asked.since is None else asked.since.offset, live.top):
            assert socket.identity is not None  # nothing comes before the connect
            who = await socket.identity.standing(self._means.now_ms())
            self._means.hub.admit_reader(who, live.room, self._means.clock())

    async def _views(self, room: RoomId, asked: History, top: Seq, most: int) -> list[View]:
        entries = self._means.reader.entries
        if not asked.reverse:
            after = Seq(0) if asked.since is None else Seq(asked.since.offset)
            return await entries(room, after, top, limit=most)
        upto = top if asked.since is None else Seq(min(top, max(0, asked.since.offset - 1)))
        found: list[View] = []
        width = most  # of the stretch that is read at a time: few of its entries may be public
        while upto and len(found) < most:
            after = Seq(max(0, upto - width))
            found += reversed(await entries(room, after, upto, limit=width))
            upto, width = after, min(2 * width, STRETCH_MAX)
        return found[:most]


def _room(channel: str) -> RoomId:
    room = room_of(channel)
    if room is None:
        raise _Faulty(Fault.UNKNOWN_CHANNEL)
    return room
