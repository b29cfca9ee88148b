"""A gateway on a free port with the real house behind it, and clients that speak to it."""

import asyncio
import json
import socket
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import resources

import msgpack
import uvicorn
from uvicorn.server import ServerState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from danmaku.actions.accounts import People
from danmaku.actions.brownout import BrownOut
from danmaku.actions.comments import Comments
from danmaku.actions.drawn import new_id
from danmaku.actions.likes import Likes
from danmaku.actions.naming import Naming
from danmaku.actions.room_words import ReadyWords
from danmaku.actions.rooms import Rooms
from danmaku.actions.rules import Rules
from danmaku.clock import steady_ms
from danmaku.config import (
    AccountSettings,
    AdmissionSettings,
    BrownoutSettings,
    GatewaySettings,
    ServerSettings,
    StoreSettings,
)
from danmaku.domain.comment import Draft
from danmaku.domain.conditions import Conditions
from danmaku.domain.features import Feature, FeatureState
from danmaku.domain.ids import ClientId, Millis, RoomId
from danmaku.domain.room import RoomState
from danmaku.domain.times import DAY_MS
from danmaku.filter.names import Names
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen
from danmaku.gateway.acts import Acts
from danmaku.gateway.server import Gateway
from danmaku.store.sqlite import SqliteStore
from danmaku.telemetry import Telemetry
from tests.patience import PATIENCE_S

ROOM = RoomId("demo")
SERVER = ServerSettings(drain_ms=500)
ADMISSION = AdmissionSettings(sends_per_s=1e6, sends_burst=100_000)
RULES = resources.files("danmaku.filter").joinpath("sample_rules.toml").read_text("utf-8")
HELD, PROHIBITED = "咕噜待审", "咕噜禁语"  # what the sample rules hold and refuse
PAGES = {"/long": [b"a page" * 100_000], "/piecemeal": [b"a page" * 1000] * 1000}
JSON, MSGPACK = "danmaku.v1.json", "danmaku.v1.msgpack"


def wall_ms():
    return Millis(time.time_ns() // 1_000_000)


async def no_pages(scope, _receive, send):
    await send({"type": "http.response.start", "status": 418, "headers": []})
    *pieces, last = PAGES.get(scope["path"], [b"a page"])
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": last})


def likes_over(store, rooms, people, brownout):
    approved = {Feature.LIKES: FeatureState(is_approved=True, is_on=True)}
    return Likes(
        *(store, store, store),
        rooms=rooms,
        conditions=lambda: Conditions(features=approved),
        freshen=people.standings.freshen,
        clock=wall_ms,
        brownout=brownout,
    )


@dataclass
class House:
    store: SqliteStore
    people: People
    rooms: Rooms
    comments: Comments
    gateway: Gateway
    telemetry: Telemetry
    port: int = 0
    is_deaf: bool = False  # the hub hears of no commits
    sent: int = 0
    people_known: dict = field(default_factory=dict)

    def announce(self, entries):
        self.people.standings.apply(entries)
        self.rooms.apply(entries)
        if not self.is_deaf:
            self.gateway.announce(entries)

    async def person(self, login="ann", *bundles):
        await self.people.add(login, login.title(), None)
        for bundle in bundles:
            await self.people.grant(None, login, bundle, room=None, until_ms=None)
        who = await self.people.known(login)
        _, token = await self.people.issue_token(who, "test", expires_ms=None, room=None)
        self.people_known[login] = who
        return token

    async def post(self, login, text, room=ROOM):
        self.sent += 1
        draft = Draft(ClientId(f"h{self.sent}"), text)
        return await self.comments.post(self.people_known[login], room, draft)

    async def recall(self, login, number, room=ROOM):
        return await self.comments.recall(self.people_known[login], room, number)

    @asynccontextmanager
    async def client(self, *, dialect=JSON, room=ROOM, compression=None, **options):
        url = f"ws://127.0.0.1:{self.port}/rooms/{room}/live"
        async with connect(
            url, subprotocols=[dialect], compression=compression, proxy=None, **options
        ) as connection:
            yield Client(connection, dialect)

    @asynccontextmanager
    async def viewer(self, token=None, since=None, epoch=None, **options):
        """A client that has said hello and has had its welcome."""
        async with self.client(**options) as client:
            hello = {"op": "hello", "token": token, "since": since, "epoch": epoch}
            await client.say({name: value for name, value in hello.items() if value is not None})
            client.welcome = await client.hear("welcome")
            client.position = client.welcome["top"] if since is None else since
            yield client


class Client:
    def __init__(self, connection, dialect):
        self.connection = connection
        self.dialect = dialect
        self.welcome = None
        self.position = None
        self.kept = []  # heard while something else was waited for

    async def say(self, fields):
        is_json = self.dialect == JSON
        await self.connection.send(json.dumps(fields) if is_json else msgpack.packb(fields))

    async def next(self):
        async with asyncio.timeout(PATIENCE_S):
            message = await self.connection.recv()
        return json.loads(message) if self.dialect == JSON else msgpack.unpackb(message)

    async def hear(self, *ops):
        """The next message of one of these ops; what comes before it is kept."""
        for index, message in enumerate(self.kept):
            if message["op"] in ops:
                return self.kept.pop(index)
        while (message := await self.next())["op"] not in ops:
            self.kept.append(message)
        return message

    async def ask(self, fields):
        await self.say(fields)
        return await self.hear("published", "held", "refused", "recalled", "pong")

    async def send(self, text, client_id="c-1", **fields):
        return await self.ask({"op": "send", "id": client_id, "text": text, **fields})

    async def read_to(self, seq):
        """Everything public up to `seq`; each batch continues the one before."""
        entries = []
        while self.position < seq:
            batch = await self.hear("entries", "skipped", "reset")
            if batch["op"] == "reset":
                self.position = batch["top"]
                continue
            assert batch["after"] == self.position
            assert all(batch["after"] < entry["seq"] <= batch["upto"] for entry in batch["entries"])
            self.position = batch["upto"]
            entries += batch["entries"]
        return entries

    async def close_code(self):
        try:
            while True:
                self.kept.append(await self.next())
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


USUAL = {"messages_per_s": 1e6, "messages_burst": 10_000, "send_buffer_bytes": 4096}


@asynccontextmanager
async def house(folder, *, comments_class=Comments, server=SERVER, **gateway):
    """Settings that are not given are the product's, without limits on senders.

    Args:
        folder: Where the record lies.
        comments_class: The verbs; a faulty one shows what a fault does.
        server: The server's settings.
        gateway: Some of the gateway's.
    """
    settings = GatewaySettings(**USUAL | gateway)
    telemetry = Telemetry()
    brownout = BrownOut(BrownoutSettings(), steady=steady_ms, telemetry=telemetry)
    store = await SqliteStore.open(StoreSettings(data_dir=folder), wall_ms)
    rules = Rules(
        Screen(parse_rules(RULES)),
        record=store,
        clock=wall_ms,
        micros_max=1_000_000,
        telemetry=telemetry,
    )
    naming = Naming(rules.look, names=Names(), accounts=store, clock=wall_ms)
    people = People(store, store, naming=naming, clock=wall_ms, settings=AccountSettings())
    rooms = Rooms(
        store,
        store,
        freshen=people.standings.freshen,
        naming=naming,
        clock=wall_ms,
        new_id=new_id,
        settings=ADMISSION,
    )
    comments = comments_class(
        *(store, store, store),
        new_id=new_id,
        rooms=rooms,
        rules=rules,
        words=ReadyWords(store, 1000),
        freshen=people.standings.freshen,
        clock=wall_ms,
        report_ms=DAY_MS,
        settings=ADMISSION,
        telemetry=telemetry,
        brownout=brownout,
    )
    gate = Gateway(
        settings,
        server,
        reader=store,
        acts=Acts(comments, likes_over(store, rooms, people, brownout)),
        rooms=rooms,
        people=people,
        epoch=store.epoch,
        clock=wall_ms,
        telemetry=telemetry,
        brownout=brownout,
    )
    it = House(store, people, rooms, comments, gate, telemetry)
    store.subscribe(it.announce)
    await rooms.open(None, ROOM, RoomState(title="A room"), owner=None)
    listening = await _listen(gate)
    it.port = listening.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        listening.close()
        await gate.drain()
        people.close()
        await store.close()


async def _listen(gateway):
    config = uvicorn.Config(
        no_pages, http="httptools", ws=gateway.protocol_class(), lifespan="off", log_config=None
    )
    config.load()
    state = ServerState()
    listening = await asyncio.get_running_loop().create_server(
        lambda: config.http_protocol_class(config=config, server_state=state, app_state={}),
        "127.0.0.1",
        0,
    )
    # The kernel would else hold megabytes of answers that nobody reads.
    listening.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return listening
