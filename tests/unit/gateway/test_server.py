import asyncio
import contextlib
import json
import time
from types import SimpleNamespace

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from danmaku.actions.comments import LATE, Comments
from danmaku.config import ServerSettings
from danmaku.domain.account import Bundle
from danmaku.errors import Overloaded
from danmaku.gateway.others import Others
from tests.unit.gateway.house import HELD, JSON, MSGPACK, PROHIBITED, ROOM, house

BOTH = pytest.mark.parametrize("dialect", [JSON, MSGPACK])


async def status_of(house, path=f"/rooms/{ROOM}/live", subprotocols=(JSON,), **options):
    with pytest.raises(InvalidStatus) as refused:
        async with connect(
            f"ws://127.0.0.1:{house.port}{path}", subprotocols=subprotocols, proxy=None, **options
        ):
            pass
    return refused.value.response


async def upgraded(house):
    """What an upgrade is answered, and the socket, which is open still."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(
        f"GET /rooms/{ROOM}/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket"
        "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Sec-WebSocket-Protocol: {JSON}\r\n\r\n".encode()
    )
    _, status, *_ = (await reader.readline()).split()
    return int(status), writer


# --- the upgrade


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"path": "/"}, 404),
        ({"path": "/rooms/demo"}, 404),
        ({"path": "/rooms/nowhere/live"}, 404),
        ({"subprotocols": None}, 400),
        ({"subprotocols": ["chat", "danmaku.v2.json"]}, 400),
        ({"origin": "https://evil.example"}, 403),
        ({"additional_headers": {"Cookie": "danmaku=s"}}, 403),
    ],
)
async def test_upgrades_that_are_not_let_through(plain, options, status):
    assert (await status_of(plain, **options)).status_code == status


async def test_a_full_gateway_says_when_to_come_back(tmp_path):
    async with house(tmp_path, connections_max=1) as it, it.viewer():
        response = await status_of(it)

    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


class Awaited:
    """The rooms, none of which is in memory, and which are looked up when `is_open` is set."""

    def __init__(self, rooms):
        self._rooms = rooms
        self.is_open = asyncio.Event()
        self.asked = asyncio.Semaphore(0)

    def peek(self, _room):
        return None

    async def live(self, room):
        self.asked.release()
        await self.is_open.wait()
        return await self._rooms.live(room)


async def test_who_had_to_wait_for_the_room_is_counted_again(tmp_path):
    async with house(tmp_path, connections_max=1) as it:
        rooms = it.gateway._rooms = Awaited(it.rooms)
        async with asyncio.TaskGroup() as tasks:
            asking = [tasks.create_task(upgraded(it)) for _ in range(2)]
            for _ in asking:
                await rooms.asked.acquire()
            rooms.is_open.set()

        answers = [each.result() for each in asking]
        for _, writer in answers:
            writer.close()

    assert sorted(status for status, _ in answers) == [101, 503]


async def test_who_waits_for_the_room_of_a_node_that_falls_out_of_step_is_not_let_in(tmp_path):
    async with house(tmp_path) as it:
        rooms = it.gateway._rooms = Awaited(it.rooms)
        is_in_step = True
        it.gateway._others = Others(is_in_step=lambda: is_in_step)
        async with asyncio.TaskGroup() as tasks:
            late = tasks.create_task(status_of(it))
            await rooms.asked.acquire()
            is_in_step = False
            it.gateway.send_away()
            rooms.is_open.set()

    assert late.result().status_code == 503


async def test_the_first_dialect_of_the_client_that_is_known_is_taken(plain):
    async with connect(
        f"ws://127.0.0.1:{plain.port}/rooms/{ROOM}/live",
        subprotocols=["other", MSGPACK, JSON],
        proxy=None,
    ) as socket:
        assert socket.subprotocol == MSGPACK


async def test_a_closed_socket_makes_room(tmp_path):
    async with house(tmp_path, connections_max=1) as it:
        async with it.viewer():
            pass
        async with it.viewer() as second:
            assert second.welcome["op"] == "welcome"


async def test_a_page_is_still_a_page(plain):
    reader, writer = await asyncio.open_connection("127.0.0.1", plain.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 418")
    writer.close()


# --- joining


@BOTH
async def test_a_guest_is_welcome(plain, dialect):
    async with plain.viewer(dialect=dialect) as guest:
        welcome = guest.welcome

    assert welcome["you"] is None
    assert (welcome["room"], welcome["epoch"]) == (ROOM, plain.store.epoch)
    assert (welcome["top"], welcome["viewers"], welcome["heartbeat_ms"]) == (1, 1, 20_000)
    assert welcome["state"]["title"] == "A room"


async def test_a_viewer_is_told_who_it_is(plain):
    token = await plain.person("ann")
    async with plain.viewer(token) as ann:
        before = ann.welcome["you"]
        await ann.send("hello")
    async with plain.viewer(token) as ann:
        after = ann.welcome["you"]

    assert before == {"name": "Ann", "author": None, "powers": ["comment.send"], "until_ms": None}
    assert after["author"]


async def test_a_session_of_our_own_page_counts(plain):
    await plain.people.add("bea", "Bea", "correct horse battery")
    _, secret = await plain.people.sign_in("bea", "correct horse battery")
    headers = {"Cookie": f"danmaku={secret}", "Origin": f"http://127.0.0.1:{plain.port}"}

    async with plain.viewer(additional_headers=headers) as bea:
        assert bea.welcome["you"]["name"] == "Bea"


async def test_a_session_that_is_over_makes_a_guest(plain):
    headers = {"Cookie": "danmaku=over", "Origin": f"http://127.0.0.1:{plain.port}"}

    async with plain.viewer(additional_headers=headers) as guest:
        assert guest.welcome["you"] is None


async def test_a_token_that_is_not_valid_is_not_signed_in(plain):
    async with plain.client() as client:
        await client.say({"op": "hello", "token": "dm_wrong"})

        assert await client.close_code() == 4401
        assert client.kept[-1]["code"] == "not_signed_in"


# --- sending and recalling


@BOTH
async def test_a_comment_reaches_everybody_as_it_is_recorded(plain, dialect):
    token = await plain.person()
    async with plain.viewer(token, dialect=dialect) as ann, plain.viewer() as other:
        answer = await ann.send("前方高能", mode="top", color=255)
        seen = [await viewer.read_to(answer["seq"]) for viewer in (ann, other)]

    assert answer == {"op": "published", "id": "c-1", "number": 1, "seq": 2}
    assert seen[0] == seen[1]
    [entry] = seen[0]
    assert (entry["kind"], entry["number"], entry["text"]) == ("comment", 1, "前方高能")
    assert (entry["mode"], entry["color"], entry["size"]) == ("top", 255, 25)


async def test_what_is_sent_with_the_hello_is_done_after_the_welcome(plain):
    token = await plain.person()
    async with plain.client() as client:
        await client.say({"op": "hello", "token": token})
        await client.say({"op": "send", "id": "early", "text": "first"})

        assert (await client.next())["op"] == "welcome"
        assert (await client.hear("published"))["id"] == "early"


async def test_one_id_is_recorded_once_and_answered_the_same(plain):
    token = await plain.person()
    async with plain.viewer(token) as ann:
        first, second = await ann.send("once"), await ann.send("once")

    assert first == second


async def test_judgements_are_answers_and_nobody_else_sees_them(plain):
    token = await plain.person()
    async with plain.viewer(token) as ann, plain.viewer() as other:
        held = await ann.send(HELD, "c-1")
        prohibited = await ann.send(PROHIBITED, "c-2")
        published = await ann.send("clean", "c-3")
        seen = await other.read_to(published["seq"])

    assert (held["op"], held["seq"], bool(held["category"])) == ("held", 2, True)
    assert (prohibited["code"], bool(prohibited["category"])) == ("prohibited", True)
    assert [entry["text"] for entry in seen] == ["clean"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": " "}, "empty"),
        ({"text": "x" * 101}, "too_long"),
        ({"position_ms": -1}, "bad_position"),
        ({"position_ms": 86_400_001}, "bad_position"),
        ({"position_ms": 2**53 - 1}, "bad_position"),
        ({"color": -1}, "style_not_allowed"),
        ({"size": 1000}, "style_not_allowed"),
        ({"text": "\u0000\u0007"}, "empty"),
    ],
)
async def test_what_is_out_of_bounds_is_refused_with_its_code(plain, fields, code):
    token = await plain.person()
    async with plain.viewer(token) as ann:
        answer = await ann.ask({"op": "send", "id": "c", "text": "x"} | fields)

        assert (answer["op"], answer["code"]) == ("refused", code)
        assert (await ann.send("still here", "c-2"))["op"] == "published"


async def test_a_guest_may_only_read(plain):
    async with plain.viewer() as guest:
        assert (await guest.send("hello"))["code"] == "not_signed_in"
        assert (await guest.ask({"op": "recall", "id": "r", "number": 1}))["code"]


async def test_an_author_recalls_and_others_may_not(plain):
    ann_token, ben_token = await plain.person("ann"), await plain.person("ben")
    async with plain.viewer(ann_token) as ann, plain.viewer(ben_token) as ben:
        number = (await ann.send("oops"))["number"]
        recall = {"op": "recall", "id": "r", "number": number}
        refused = await ben.ask(recall)
        recalled = await ann.ask(recall)
        seen = await ben.read_to(recalled["seq"])

    assert refused["code"] == "not_granted"
    assert recalled == {"op": "recalled", "id": "r", "number": 1, "seq": 3}
    assert [entry["kind"] for entry in seen] == ["comment", "recall"]
    assert "text" not in seen[1]


async def test_powers_given_while_connected_are_felt_at_once(plain):
    ann_token, ben_token = await plain.person("ann"), await plain.person("ben")
    async with plain.viewer(ann_token) as ann, plain.viewer(ben_token) as ben:
        await ann.send("oops")
        await plain.people.grant(None, "ben", Bundle.MODERATOR, room=ROOM, until_ms=None)

        answer = await ben.ask({"op": "recall", "id": "r", "number": 1})

    assert answer["op"] == "recalled"


async def test_a_revoked_token_closes_its_sockets_and_no_others(plain):
    token = await plain.person("ann")
    who = plain.people_known["ann"]
    token_id, second = await plain.people.issue_token(who, "2", expires_ms=None, room=None)
    async with plain.viewer(token) as first_socket, plain.viewer(second) as second_socket:
        await plain.people.revoke_token(who, token_id)
        plain.gateway.close_account(who.account)

        assert await second_socket.close_code() == 4401
        assert (await first_socket.send("here"))["op"] == "published"


async def test_signing_out_closes_the_sockets_of_that_session(plain):
    plain.people.sessions.when_they_end(plain.gateway.close_account)
    await plain.people.add("bea", "Bea", "correct horse battery")
    headers = []
    for _ in range(2):
        _, secret = await plain.people.sign_in("bea", "correct horse battery")
        cookie = {"Cookie": f"danmaku={secret}", "Origin": f"http://127.0.0.1:{plain.port}"}
        headers.append((secret, cookie))
    (gone, first), (_, second) = headers
    async with (
        plain.viewer(additional_headers=first) as here,
        plain.viewer(additional_headers=second) as elsewhere,
    ):
        await plain.people.sessions.close(gone)

        assert await here.close_code() == 4401
        assert (await elsewhere.send("still here"))["op"] == "published"


async def test_a_session_that_ends_while_its_viewer_is_looked_up_is_found_out(plain, monkeypatch):
    plain.people.sessions.when_they_end(plain.gateway.close_account)
    await plain.people.add("bea", "Bea", "correct horse battery")
    _, secret = await plain.people.sign_in("bea", "correct horse battery")
    cookie = {"Cookie": f"danmaku={secret}", "Origin": f"http://127.0.0.1:{plain.port}"}
    look = plain.people.session

    async def overtaken(of):
        who = await look(of)
        monkeypatch.setattr(plain.people, "session", look)
        await plain.people.sessions.close(of)  # no socket is known to be hers yet
        return who

    monkeypatch.setattr(plain.people, "session", overtaken)
    async with plain.client(additional_headers=cookie) as client:
        await client.say({"op": "hello"})

        assert await client.close_code() == 4401


async def test_more_in_flight_than_allowed_is_rate_limited(plain):
    token = await plain.person()
    async with plain.viewer(token) as ann:
        for n in range(200):
            await ann.say({"op": "send", "id": f"c{n}", "text": f"{n}"})
        answers = [await ann.hear("published", "refused") for _ in range(200)]

    refused = [answer for answer in answers if answer["op"] == "refused"]
    assert {answer["code"] for answer in refused} <= {"rate_limited"}
    assert all(answer["retry_after_ms"] > 0 for answer in refused)
    assert len(answers) - len(refused) >= 16


class Full(Comments):
    """Has no place for anything; posting would take long."""

    def require_place(self, _who, _room, _client_id, *, coming, **_how):
        assert not coming
        raise Overloaded(wait_ms=700)

    async def post(self, who, room, draft, *, imported=False):
        await asyncio.sleep(0.1)
        return await super().post(who, room, draft, imported=imported)


@BOTH
async def test_what_is_one_too_many_is_refused_at_once_with_a_time_to_come_back(tmp_path, dialect):
    async with house(tmp_path, comments_class=Full) as it:
        token = await it.person()
        async with it.viewer(token, dialect=dialect) as ann, it.viewer(dialect=dialect) as guest:
            answers = [await ann.send("hello", client_id=f"c{n}") for n in range(20)]
            as_guest = await guest.send("hello")

    assert {(a["op"], a["code"], a["retry_after_ms"]) for a in answers} == {
        ("refused", "overloaded", 700)
    }
    assert [answer["id"] for answer in answers] == [f"c{n}" for n in range(20)]
    assert as_guest["code"] == "not_signed_in"


async def test_what_was_let_in_counts_before_it_has_come_to_the_record(tmp_path):
    told, go_on = [], asyncio.Event()

    class Waiting(Comments):
        def require_place(self, _who, _room, _client_id, *, coming, waited_ms):  # noqa: ARG002
            told.append(coming)

        async def post(self, who, room, draft, *, imported=False):
            await go_on.wait()
            return await super().post(who, room, draft, imported=imported)

    async with house(tmp_path, comments_class=Waiting) as it:
        token = await it.person()
        async with it.viewer(token) as ann, it.viewer(token) as again:
            for viewer in (ann, again):
                for n in range(2):
                    await viewer.say({"op": "send", "id": f"{viewer is ann} {n}", "text": f"{n}"})
                await viewer.ask({"op": "ping"})
            go_on.set()
            for viewer in (ann, again):
                for _ in range(2):
                    await viewer.hear("published")
            await ann.send("last", client_id="last")

    assert told == [0, 1, 2, 3, 0]


async def test_who_was_looked_at_too_late_is_to_come_again(tmp_path):
    waits_ms = []

    class Slow(Comments):
        def require_place(self, *who, coming, waited_ms):
            time.sleep(0.05)  # the loop is held up
            waits_ms.append(waited_ms)
            super().require_place(*who, coming=coming, waited_ms=waited_ms)

    async with contextlib.AsyncExitStack() as stack:
        it = await stack.enter_async_context(house(tmp_path, comments_class=Slow))
        token = await it.person()
        viewers = [await stack.enter_async_context(it.viewer(token)) for _ in range(5)]
        for number, viewer in enumerate(viewers):  # all is there before any of it is read
            await viewer.say({"op": "send", "id": f"c{number}", "text": f"text {number}"})
        answers = [await viewer.hear("published", "refused") for viewer in viewers]

    refused = [answer for answer in answers if answer["op"] == "refused"]
    late = [wait_ms for wait_ms in waits_ms if wait_ms > LATE.most_ms]
    assert waits_ms[0] == 0
    assert waits_ms == sorted(waits_ms)
    assert len(refused) == len(late) > 0
    assert {answer["code"] for answer in refused} == {"overloaded"}
    assert len({answer["retry_after_ms"] for answer in refused}) == len(refused)


async def test_ping_is_answered(plain):
    async with plain.viewer() as guest:
        assert await guest.ask({"op": "ping"}) == {"op": "pong"}


# --- what goes wrong on our side


class Faulty(Comments):
    async def post(self, _who, _room, draft, **_options):
        raise ZeroDivisionError(f"planted {draft.text}")


async def test_a_defect_is_internal_and_says_nothing(tmp_path):
    async with house(tmp_path, comments_class=Faulty) as it:
        token = await it.person()
        async with it.viewer(token) as ann:
            await ann.say({"op": "send", "id": "c", "text": "secret"})

            assert await ann.close_code() == 1011
            assert "planted" not in json.dumps(ann.kept)


async def test_a_record_that_takes_nothing_refuses_and_stays(plain):
    token = await plain.person()
    async with plain.viewer(token) as ann:
        await plain.store.close()
        answer = await ann.send("hello")

        assert answer["code"] == "store_unavailable"
        assert await ann.ask({"op": "ping"}) == {"op": "pong"}


# --- the end


async def test_a_drain_says_when_to_come_back(tmp_path):
    async with house(tmp_path) as it, it.viewer() as viewer:
        draining = asyncio.create_task(it.gateway.drain(start_s=1.0))

        assert await viewer.close_code() == 1012
        [bye] = [message for message in viewer.kept if message["op"] == "bye"]
        # Two seconds for closes that nobody answers, and one for the start.
        assert bye == {"op": "bye", "code": "draining", "retry_min_ms": 3500, "retry_max_ms": 8000}
        await draining
        assert (await status_of(it)).status_code == 503


async def test_who_leaves_in_turn_sees_the_room_until_then(tmp_path, monkeypatch):
    pauses_s, go_on = [], asyncio.Event()

    async def pause(seconds):
        pauses_s.append(seconds)
        await go_on.wait()

    settings = ServerSettings(drain_ms=25_000)
    async with house(tmp_path, server=settings) as it, contextlib.AsyncExitStack() as seats:
        viewers = [await seats.enter_async_context(it.viewer()) for _ in range(100)]
        paced = SimpleNamespace(**vars(asyncio) | {"sleep": pause})
        monkeypatch.setattr("danmaku.gateway.server.asyncio", paced)
        draining = asyncio.create_task(it.gateway.drain(is_paced=True))
        closed = [asyncio.create_task(viewer.close_code()) for viewer in viewers]
        await asyncio.wait(closed, return_when=asyncio.FIRST_COMPLETED)
        still_there = [task for task in closed if not task.done()]
        go_on.set()
        await draining

        assert len(still_there) >= 50
        assert {await task for task in closed} == {1012}
        assert pauses_s == [0.1, 0.1]  # after each of two steps of fifty


async def test_a_drain_lets_what_is_in_flight_finish_and_refuses_the_rest(tmp_path):
    begun, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Comments):
        async def post(self, who, room, draft, *, imported=False):
            begun.set()
            await go_on.wait()
            return await super().post(who, room, draft, imported=imported)

    settings = ServerSettings(drain_ms=25_000)
    async with house(tmp_path, comments_class=Slow, server=settings) as it:
        token = await it.person()
        async with it.viewer(token) as ann:
            await ann.say({"op": "send", "id": "before", "text": "x"})
            await begun.wait()
            draining = asyncio.create_task(it.gateway.drain())
            await asyncio.sleep(0)
            await ann.say({"op": "send", "id": "after", "text": "y"})
            answers = [await ann.hear("published", "refused")]
            go_on.set()
            answers.append(await ann.hear("published", "refused"))
            await draining

    assert [(a["id"], a["op"], a.get("code")) for a in answers] == [
        ("after", "refused", "draining"),
        ("before", "published", None),
    ]
