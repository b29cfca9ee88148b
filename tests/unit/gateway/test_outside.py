import asyncio
import json
import zlib
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count

import brotli
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from danmaku.actions.comments import Comments
from danmaku.config import ServerSettings
from danmaku.domain.brownout import Shed
from danmaku.domain.facts import RoomChanged
from danmaku.domain.ids import RoomId
from danmaku.domain.room import RoomState
from danmaku.domain.times import DAY_MS
from danmaku.gateway import centrifugo_desk
from danmaku.ports import Append
from tests.patience import PATIENCE_S
from tests.unit.gateway.dialects.test_bilibili import packet, read
from tests.unit.gateway.house import HELD, PROHIBITED, ROOM, house

NUMBER = 1  # of the first room
OPEN = {0: bytes, 2: zlib.decompress, 3: brotli.decompress}


async def soon(awaitable):
    return await asyncio.wait_for(awaitable, PATIENCE_S)


async def until(happened):
    async with asyncio.timeout(PATIENCE_S):
        while not happened():  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0)


def auth(**fields):
    return packet(7, json.dumps({"uid": 0, "roomid": NUMBER} | fields).encode())


class Chat:
    """A client of the live chat; it takes packets one at a time, whatever they came in."""

    def __init__(self, read_some, write, close_code):
        self._read_some = read_some
        self.write = write
        self.close_code = close_code
        self._packets = []
        self._commands = []  # of a packet that holds several

    async def next(self):
        while not self._packets:
            self._packets = read(await soon(self._read_some()))
        return self._packets.pop(0)

    async def enter(self, **fields):
        await self.write(auth(**fields))
        assert await self.next() == (1, 8, b'{"code":0}')
        self.version = fields.get("protover", 0)
        return self

    async def command(self, cmd="DANMU_MSG"):
        """The next of these; every command comes wrapped as it was asked for."""
        while True:
            while self._commands:
                if (told := self._commands.pop(0))["cmd"] == cmd:
                    return told
            version, operation, body = await self.next()
            assert (version, operation) == (self.version, 5)
            inner = [body] if version == 0 else [one[2] for one in read(OPEN[version](body))]
            self._commands += map(json.loads, inner)

    async def texts(self, how_many):
        return [(await self.command())["info"][1] for _ in range(how_many)]


@asynccontextmanager
async def chat(it, path="/sub", **options):
    async with connect(f"ws://127.0.0.1:{it.port}{path}", proxy=None, **options) as socket:

        async def close_code():
            await soon(socket.wait_closed())
            return socket.close_code

        yield Chat(socket.recv, socket.send, close_code)


@asynccontextmanager
async def bare(it):
    siblings = set()
    loop = asyncio.get_running_loop()
    door = await loop.create_server(lambda: it.gateway.packet_socket(siblings), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*door.sockets[0].getsockname())

    async def some():
        head = await reader.readexactly(4)
        return head + await reader.readexactly(int.from_bytes(head, "big") - 4)

    async def write(data):
        writer.write(data)

    async def closed():
        return await soon(reader.read())

    yield Chat(some, write, closed)
    writer.close()
    door.close()
    await until(lambda: not siblings)  # the server waits for them too


class Channels:
    """A client of Centrifugo's protocol."""

    def __init__(self, socket):
        self.socket = socket
        self._ids = count(1)
        self.pushes = []
        self._lines = []

    async def next(self):
        while not self._lines:
            message = await soon(self.socket.recv())
            self._lines = [json.loads(line) for line in message.split("\n")]
        return self._lines.pop(0)

    async def ask(self, **command):
        number = next(self._ids)
        await self.socket.send(json.dumps({"id": number} | command))
        while (told := await self.next()).get("id") != number:
            self.pushes.append(told)
        return told.get("error") or told[next(iter(command))]

    async def subscribe(self, room=ROOM, **fields):
        return await self.ask(subscribe={"channel": f"room:{room}"} | fields)

    async def publish(self, text, **fields):
        data = {"text": text} | fields
        return await self.ask(publish={"channel": f"room:{ROOM}", "data": data})

    async def publication(self):
        while True:
            told = self.pushes.pop(0) if self.pushes else await self.next()
            if "pub" in told.get("push", {}):
                return told["push"]["pub"]

    async def close_code(self):
        try:
            while True:
                self.pushes.append(await self.next())
        except ConnectionClosed as closed:
            return closed.rcvd.code


@asynccontextmanager
async def channels(it, token="", **options):
    url = f"ws://127.0.0.1:{it.port}/connection/websocket"
    async with connect(url, proxy=None, **options) as socket:
        client = Channels(socket)
        client.welcome = await client.ask(connect={"token": token})
        yield client


# --- Bilibili's live chat


@pytest.mark.parametrize("protover", [0, 2, 3])
async def test_what_is_said_is_heard_in_the_wrapping_that_was_asked_for(plain, protover):
    await plain.person()
    async with chat(plain) as client:
        await client.enter(protover=protover)
        await plain.post("ann", "前方高能")
        await plain.post("ann", "二")

        assert await client.texts(2) == ["前方高能", "二"]


async def test_a_bare_connection_hears_the_same(plain):
    await plain.person()
    async with bare(plain) as client:
        await client.enter(protover=2)
        await client.write(packet(2))
        assert await client.next() == (1, 3, b"\0\0\0\1")
        await plain.post("ann", "前方高能")

        assert await client.texts(1) == ["前方高能"]


async def test_a_heartbeat_is_answered_with_how_many_are_here(plain):
    async with chat(plain) as one, chat(plain) as other:
        await one.enter()
        await other.enter(protover=3)
        await one.write(packet(2, b"[object Object]"))

        assert await one.next() == (1, 3, b"\0\0\0\2")


@pytest.mark.parametrize("fields", [{"roomid": 999}, {"key": "no such token"}], ids=["room", "key"])
async def test_who_may_not_come_in_is_told_and_closed(plain, fields):
    async with chat(plain) as client:
        await client.write(auth(**fields))

        assert await client.next() == (1, 8, b'{"code":-101}')
        assert await client.close_code() == 1008


async def test_a_bare_connection_that_may_not_come_in_ends(plain):
    async with bare(plain) as client:
        await client.write(auth(roomid=999))

        assert read(await client.close_code()) == [(1, 8, b'{"code":-101}')]


async def test_keys_are_the_guests_or_a_token(plain):
    token = await plain.person()
    for key in ("", "guest", token):
        async with chat(plain) as client:
            await client.enter(key=key)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (packet(2), 1003),
        (auth(roomid="x"), 1003),
        (auth()[:-1], 1003),
        ("text", 1003),
        (packet(7, b"x" * 5000), 1009),
    ],
)
async def test_what_is_no_packet_closes_the_socket(plain, data, code):
    async with chat(plain) as client:
        await client.write(data)

        assert await client.close_code() == code


async def test_pages_of_any_site_may_listen_and_name_any_subprotocol(plain):
    headers = {"Origin": "https://elsewhere.example"}
    async with chat(plain, "/sub?x=1", additional_headers=headers, subprotocols=["binary"]) as one:
        await one.enter()


@pytest.mark.parametrize("how", ["address", "packet"])
async def test_recalls_are_told_to_those_who_ask(plain, how):
    await plain.person()
    path = "/sub?recall=1" if how == "address" else "/sub"
    fields = {"recall": True} if how == "packet" else {}
    async with chat(plain, path) as asked, chat(plain) as other:
        await asked.enter(**fields)
        await other.enter()
        await plain.post("ann", "one")
        assert await other.texts(1) == ["one"]
        await plain.recall("ann", 1)
        told = await asked.command("RECALL_DANMU_MSG")
        await plain.post("ann", "two")

        assert told["data"]["target_id"] == "demo-1"
        assert await other.texts(1) == ["two"]


async def test_what_changes_twice_at_once_is_told_twice_to_each_kind_of_client(plain):
    async with chat(plain) as some, chat(plain) as others:
        await some.enter()
        await others.enter(recall=True)
        state = (await plain.rooms.live(ROOM)).state
        titles = ("one", "two")
        await plain.store.commit(
            *(Append(ROOM, RoomChanged(None, replace(state, title=title))) for title in titles)
        )

        for client in (some, others):
            told = [await client.command("ROOM_CHANGE") for _ in titles]
            assert [one["data"]["title"] for one in told] == list(titles)


async def test_a_rooms_silence_is_told(plain):
    await plain.person()
    async with chat(plain) as client:
        await client.enter(protover=3)
        await plain.rooms.silence(None, ROOM, 60)
        told = await client.command("ROOM_SILENT_ON")
        await plain.rooms.silence(None, ROOM, 0)

        assert told["roomid"] == NUMBER
        assert told["data"]["second"] > 1_600_000_000
        assert (await client.command("ROOM_SILENT_OFF"))["roomid"] == NUMBER


async def test_who_reads_slowly_gets_it_all_in_order(tmp_path):
    async with house(tmp_path, stalled_ms_max=60_000) as it:
        await it.person()
        async with chat(it, max_queue=1) as slow:
            await slow.enter()
            texts = [f"{n} " + "字" * 90 for n in range(300)]
            for text in texts:
                await it.post("ann", text)

            assert await slow.texts(300) == texts


# --- Centrifugo's protocol


async def test_a_client_is_told_of_what_comes_and_where_it_stands(plain):
    await plain.person()
    async with channels(plain) as client:
        told = await client.subscribe()
        await plain.post("ann", "前方高能")
        heard = await client.publication()

        assert (client.welcome["ping"], client.welcome["pong"]) == (25, True)
        assert (told["offset"], told["epoch"], told["recoverable"]) == (1, plain.store.epoch, True)
        assert told["data"]["state"]["title"] == "A room"
        assert (heard["offset"], heard["data"]["text"]) == (2, "前方高能")


async def test_a_client_that_was_away_recovers_all_that_was_said_meanwhile(plain):
    await plain.person()
    for text in ("one", "two", "three"):
        await plain.post("ann", text)
    await plain.recall("ann", 2)
    async with channels(plain) as client:
        told = await client.subscribe(recover=True, offset=2, epoch=plain.store.epoch)

        assert told["was_recovering"] is told["recovered"] is True
        assert told["offset"] == 5
        assert [one["offset"] for one in told["publications"]] == [3, 4, 5]
        assert [one["data"].get("text") for one in told["publications"]] == [None, "three", None]
        await plain.post("ann", "four")
        assert (await client.publication())["data"]["text"] == "four"


async def test_a_recovery_while_others_are_here_comes_from_memory(plain):
    await plain.person()
    async with channels(plain) as first, channels(plain) as second:
        await first.subscribe()
        await plain.post("ann", "one")
        await first.publication()
        told = await second.subscribe(recover=True, offset=1, epoch="")

        assert [one["data"]["text"] for one in told["publications"]] == ["one"]


async def test_nothing_is_lost_between_a_recovery_and_what_comes(plain):
    await plain.person()
    async with channels(plain) as client:
        texts = [str(n) for n in range(60)]
        saying = asyncio.create_task(_say_all(plain, texts))
        told = await client.subscribe(recover=True, offset=0)
        heard = [one["data"]["text"] for one in told["publications"] if "text" in one["data"]]
        while len(heard) < len(texts):
            heard.append((await client.publication())["data"]["text"])
        await saying

        assert heard == texts


async def _say_all(it, texts):
    for text in texts:
        await it.post("ann", text)


async def test_what_does_not_fit_into_one_answer_comes_right_after(plain, monkeypatch):
    monkeypatch.setattr(centrifugo_desk, "RECOVERED_MAX", 2)
    await plain.person()
    texts = ["one", "two", "three", "four", "five"]
    await _say_all(plain, texts)
    async with channels(plain) as first, channels(plain) as second:
        for client in (first, second):  # from the record, then from memory
            told = await client.subscribe(recover=True, offset=1)
            assert [one["data"]["text"] for one in told["publications"]] == texts[:2]
            assert told["offset"] == 3
            heard = [(await client.publication())["data"]["text"] for _ in texts[2:]]
            assert heard == texts[2:]


@pytest.mark.parametrize(
    "position", [{"offset": 99}, {"offset": 1, "epoch": "another"}], ids=["offset", "epoch"]
)
async def test_a_position_of_another_life_is_not_recovered(plain, position):
    async with channels(plain) as client:
        told = await client.subscribe(recover=True, **position)

        assert (told["was_recovering"], told["recovered"]) == (True, False)
        assert (told["offset"], told["publications"]) == (1, [])
        assert await client.ask(unsubscribe={"channel": "room:demo"}) == {}
        error = await client.subscribe(recover=True, flag=2, **position)
        assert error["code"] == 112
        assert await client.subscribe()


async def test_what_is_published_passes_every_gate(plain):
    token = await plain.person()
    async with channels(plain, token) as client, channels(plain) as other:
        await other.subscribe()
        assert await client.publish("hi", t=1.5, mode="top", nonce="n-1") == {}
        told = client.pushes.pop()["push"]["message"]["data"]
        heard = (await other.publication())["data"]
        refused = await client.publish(PROHIBITED)
        assert await client.publish(HELD) == {}
        held = client.pushes.pop()["push"]["message"]["data"]
        await client.publish("bye")

        assert (told["type"], told["id"], told["nonce"]) == ("published", "demo-1", "n-1")
        assert (heard["text"], heard["t"], heard["mode"]) == ("hi", 1.5, "top")
        assert (refused["code"], refused["message"]) == (103, "prohibited")
        assert held["type"] == "held"
        assert (await other.publication())["data"]["text"] == "bye"


async def test_a_guest_publishes_nothing(plain):
    async with channels(plain) as client:
        error = await client.publish("hi")

        assert (error["code"], error["message"]) == (101, "not_signed_in")


async def test_an_author_knows_its_own_by_its_name_in_the_room(plain):
    token = await plain.person()
    async with channels(plain, token) as client:
        await client.publish("hi")
        you = (await client.subscribe(recover=True, offset=1))["data"]["you"]

        assert you["author"]
        [own] = (await client.ask(history={"channel": "room:demo", "limit": 1, "reverse": True}))[
            "publications"
        ]
        assert own["data"]["uid"] == you["author"]


async def test_commands_are_answered_with_the_protocols_numbers(plain):
    async with channels(plain) as client:
        assert (await client.subscribe("nowhere"))["code"] == 102
        assert (await client.ask(subscribe={"channel": "news"}))["code"] == 102
        await client.subscribe()
        assert (await client.subscribe())["code"] == 105
        assert (await client.ask(presence={"channel": "room:demo"}))["code"] == 108
        stats = await client.ask(presence_stats={"channel": "room:demo"})
        assert stats == {"num_clients": 1, "num_users": 1}
        bad = {"channel": "room:demo", "data": "hi"}
        assert (await client.ask(publish=bad))["code"] == 107


async def test_a_connection_is_in_a_few_rooms_at_most(plain):
    async with channels(plain) as client:
        for n in range(17):
            room = RoomId(f"room-{n}")
            await plain.rooms.open(None, room, RoomState(title="Another"), owner=None)
            told = await client.subscribe(room)
            assert ("code" in told) is (n == 16)

        assert told["code"] == 106


async def test_history_goes_both_ways(plain):
    await plain.person()
    for text in ("one", "two", "three"):
        await plain.post("ann", text)

    async with channels(plain) as client:

        async def history(**fields):
            told = await client.ask(history={"channel": "room:demo"} | fields)
            assert told["offset"] == 4
            return [one["offset"] for one in told["publications"]]

        assert await history() == []
        assert await history(limit=-1) == [1, 2, 3, 4]
        assert await history(limit=2) == [1, 2]
        assert await history(limit=2, since={"offset": 2}) == [3, 4]
        assert await history(limit=2, reverse=True) == [4, 3]
        assert await history(limit=9, reverse=True, since={"offset": 3}) == [2, 1]
        wrong = {"channel": "room:demo", "limit": 1, "since": {"offset": 1, "epoch": "x"}}
        assert (await client.ask(history=wrong))["code"] == 112


async def test_far_back_in_history_waits_for_a_brown_out_to_end(plain, monkeypatch):
    monkeypatch.setattr("danmaku.domain.brownout.DEEP", 1)
    await plain.person()
    for text in ("one", "two", "three"):
        await plain.post("ann", text)
    plain.gateway._brownout.force(Shed.READING, DAY_MS)

    async with channels(plain) as client:

        async def history(**fields):
            return await client.ask(history={"channel": "room:demo"} | fields)

        assert (await history(limit=-1))["code"] == 100
        assert (await history(limit=1, reverse=True, since={"offset": 2}))["code"] == 100
        assert (await history())["offset"] == 4  # only where the top is
        newest = await history(limit=1, reverse=True)
        assert [one["offset"] for one in newest["publications"]] == [4]


async def test_a_token_that_is_none_ends_the_connection(plain):
    async with connect(f"ws://127.0.0.1:{plain.port}/connection/websocket", proxy=None) as socket:
        await socket.send('{"id":1,"connect":{"token":"none"}}')
        await soon(socket.wait_closed())

        assert (socket.close_code, socket.close_reason) == (3500, "invalid token")


async def test_an_account_that_ends_takes_its_connections_along(plain):
    token = await plain.person()
    who = plain.people_known["ann"]
    async with channels(plain, token) as client, channels(plain) as guest:
        await plain.people.sign_out_everywhere(who)
        plain.gateway.close_account(who.account)
        plain.gateway._outside.end_account(who.account)

        assert await client.close_code() in (3500, 3503)
        assert await guest.subscribe()


async def test_fragments_are_put_together_and_counted(plain):
    async with channels(plain) as client:
        await client.socket.send(['{"id":9,"presence_', 'stats":{"channel":"room:demo"}}'])
        assert (await client.next())["id"] == 9
        await client.socket.send([""] * 20)

        assert await client.close_code() == 1009


# --- all of them


async def test_one_batch_serves_every_dialect(plain):
    token = await plain.person()
    async with (
        chat(plain) as raw,
        chat(plain) as deflated,
        channels(plain) as other,
        plain.viewer(token) as own,
    ):
        await raw.enter()
        await deflated.enter(protover=2)
        await other.subscribe()
        await own.send("前方高能")

        assert await raw.texts(1) == await deflated.texts(1) == ["前方高能"]
        assert (await other.publication())["data"]["text"] == "前方高能"
        assert plain.gateway.viewers(ROOM) == 4


async def test_a_server_that_goes_tells_clients_to_come_back(plain):
    async with chat(plain) as listening, channels(plain) as client:
        await listening.enter()
        await client.subscribe()
        await plain.gateway.drain()

        assert await listening.close_code() == 1012
        assert await client.close_code() == 3001
        with pytest.raises(InvalidStatus) as refused:
            async with chat(plain):
                pass
        assert refused.value.response.status_code == 503


async def test_a_server_that_goes_takes_nothing_more(tmp_path):
    begun, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Comments):
        async def post(self, who, room, draft, *, imported=False):
            begun.set()
            await go_on.wait()
            return await super().post(who, room, draft, imported=imported)

    settings = ServerSettings(drain_ms=25_000)
    async with house(tmp_path, comments_class=Slow, server=settings) as it:
        token = await it.person()
        async with it.viewer(token) as ann, channels(it, token) as client:
            await ann.say({"op": "send", "id": "before", "text": "x"})
            await soon(begun.wait())
            draining = asyncio.create_task(it.gateway.drain())
            await asyncio.sleep(0)
            refused = await client.publish("after")
            go_on.set()
            await draining

    assert (refused["message"], refused["temporary"]) == ("draining", True)


async def test_rooms_are_forgotten_with_their_last_client(plain):
    async with chat(plain) as listening, channels(plain) as client:
        await listening.enter()
        await client.subscribe()
        assert plain.gateway.shows(ROOM)
    await until(lambda: not plain.gateway.shows(ROOM))
