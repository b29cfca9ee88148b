"""Clients of others beside our own, in one room of the running house."""

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from websockets.asyncio.client import connect

from bench.client import Viewer
from bench.server import free_port
from danmaku.domain.account import TokenKind
from danmaku.domain.comment import Draft
from danmaku.domain.ids import ClientId
from tests.live.site import running, settings_of
from tests.patience import PATIENCE_S
from tests.unit.gateway.dialects.test_bilibili import packet, read
from tests.unit.gateway.test_outside import Channels, Chat, auth, soon

FLOOD = 6000  # comments of nearly a kilobyte each: more than the sockets between take in
STEP = 200  # said at once
BRIEF = {"messages_per_s": 1000, "messages_burst": 1000, "stalled_ms_max": 1000}


@pytest.fixture
def packet_port():
    return free_port()


@pytest.fixture
async def site(tmp_path, packet_port):
    server = {"port": 0, "bilibili_port": packet_port}
    async with running(settings_of(tmp_path, server=server)) as site:
        yield site


@asynccontextmanager
async def chatting(site, number, **fields):
    async with connect(f"ws://{site.address}/sub", proxy=None) as link:
        yield await Chat(link.recv, link.send, link.wait_closed).enter(roomid=number, **fields)


@asynccontextmanager
async def subscribed(site, room, token=""):
    async with connect(f"ws://{site.address}/connection/websocket", proxy=None) as link:
        client = Channels(link)
        await client.ask(connect={"token": token})
        client.told = await client.subscribe(room)
        yield client


@asynccontextmanager
async def bare(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def some():
        head = await reader.readexactly(4)
        return head + await reader.readexactly(int.from_bytes(head, "big") - 4)

    async def write(data):
        writer.write(data)

    try:
        yield Chat(some, write, reader.read)
    finally:
        writer.close()


async def number_of(site, room):
    return (await site.core.store.room(room)).number


async def test_everybody_in_a_mixed_room_hears_the_same(site, packet_port):
    ann, room = await site.person("ann"), await site.room()
    number = await number_of(site, room)
    async with AsyncExitStack() as stack:
        chats = [
            await stack.enter_async_context(chatting(site, number, protover=version))
            for version in (0, 2, 3)
        ]
        plain = await stack.enter_async_context(bare(packet_port))
        chats.append(await plain.enter(roomid=number, protover=2))
        client = await stack.enter_async_context(subscribed(site, room, ann.token))
        own = await Viewer.join(site.door(room, ann))
        texts = [f"前方高能 {n}" for n in range(20)]
        for text in texts:
            await own.send(text)

        assert [await chat.texts(20) for chat in chats] == [texts] * 4
        heard = [(await client.publication())["data"]["text"] for _ in texts]
        assert heard == texts
        await own.leave()


async def test_a_link_listens_and_says_nothing(site):
    ann, room = await site.person("ann"), await site.room()
    number = await number_of(site, room)
    issued = site.core.people.issue_token(
        ann.who, "OBS", expires_ms=None, room=room, kind=TokenKind.LINK
    )
    link = (await issued)[1]
    async with chatting(site, number, key=link), subscribed(site, room, link) as client:
        said = {"channel": f"room:{room}", "data": {"text": "hi"}}
        assert (await client.ask(publish=said))["message"] == "not_granted"
    form = {"msg": "hi", "roomid": number}
    bearer = {"Authorization": f"Bearer {link}"}
    sent = (await site.api.post("/msg/send", data=form, headers=bearer)).json()
    assert (sent["code"], sent["message"]) == (-403, "not_granted")


async def test_a_client_that_takes_nothing_is_let_go_and_the_others_hear_on(tmp_path):
    settings = settings_of(tmp_path, gateway=BRIEF)
    async with running(settings) as site:
        ann, room = await site.person("ann"), await site.room()
        number = await number_of(site, room)
        host, _, port = site.address.partition(":")
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.setblocking(False)  # noqa: FBT003 -- the library's signature
        loop = asyncio.get_running_loop()
        await loop.sock_connect(deaf, (host, int(port)))
        async with (
            connect(f"ws://{site.address}/sub", proxy=None, sock=deaf, max_queue=1) as link,
            chatting(site, number) as other,
        ):
            await Chat(link.recv, link.send, link.wait_closed).enter(roomid=number)
            link.transport.pause_reading()
            heard = asyncio.create_task(other.texts(FLOOD))
            for first in range(0, FLOOD, STEP):
                said = (_flood(site, ann, room, first + n) for n in range(STEP))
                await asyncio.gather(*said)
            assert len(set(await heard)) == FLOOD
            async with asyncio.timeout(PATIENCE_S):
                while site.server._gateway.viewers(room) > 1:  # noqa: ASYNC110 -- nobody tells
                    await asyncio.sleep(0.1)


async def _flood(site, ann, room, n):
    draft = Draft(ClientId(f"f{n}"), f"{n} " + "字" * 90)
    await site.core.comments.post(ann.who, room, draft)


@pytest.mark.parametrize(
    "data",
    [
        packet(2),
        packet(7, size=2**31),
        packet(7, b"{}", head=20),
        b"GET /sub HTTP/1.1\r\nHost: x\r\n\r\n",
        auth(roomid=1, protover=9),
    ],
    ids=["heartbeat first", "length lies", "another head", "HTTP", "unknown version"],
)
async def test_a_bare_connection_that_lies_ends(packet_port, site, data):  # noqa: ARG001
    async with bare(packet_port) as plain:
        await plain.write(data)

        assert await soon(plain.close_code()) == b""


async def test_where_discovery_leads_to_there_is_a_socket(site, packet_port):
    room = await site.room()
    number = await number_of(site, room)
    path = f"/xlive/web-room/v1/index/getDanmuInfo?id={number}"
    told = (await site.api.get(path)).json()["data"]
    [place] = told["host_list"]

    async with connect(f"ws://{place['host']}:{place['ws_port']}/sub", proxy=None) as link:
        await Chat(link.recv, link.send, link.wait_closed).enter(roomid=number, key=told["token"])
    assert place["port"] == packet_port


async def test_a_server_that_stops_lets_bare_connections_go(tmp_path, packet_port):
    settings = settings_of(tmp_path, server={"port": 0, "bilibili_port": packet_port})
    async with AsyncExitStack() as stack:
        async with running(settings) as site:
            number = await number_of(site, await site.room())
            plain = await stack.enter_async_context(bare(packet_port))
            await plain.enter(roomid=number)
        assert read(await soon(plain.close_code())) == []
    with pytest.raises(OSError, match="onnect"):
        await asyncio.open_connection("127.0.0.1", packet_port)
