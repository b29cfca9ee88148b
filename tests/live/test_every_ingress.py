"""One prohibited text through every door, and no output has it; a clean one, and every output does.

The doors are read off the application: whatever route or socket can send a comment and is not in
the table below fails, and so does an address that shows comments to everybody and is not in the
other.
"""

import inspect
import json
import re
import zipfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from types import CodeType

import httpx
import pytest
from fastapi.routing import APIRoute

from bench.client import Door, Viewer
from bench.messages import KINDS, Dialect
from bench.server import free_port
from danmaku.admin_socket import ADMIN_SOCKET, path_within_reach
from danmaku.domain.ids import Millis
from danmaku.domain.inspection import Period
from danmaku.formats.bilibili_segments import segment_of
from danmaku.formats.exports import ExportName
from danmaku.gateway.dialects.danmaku_v1 import dialects
from danmaku.web.admin import create_admin_app
from danmaku.web.app import create_app
from danmaku.web.forms import form_token_of
from danmaku.web.record import JsonFormat
from tests.live.site import Person, Site, running, settings_of
from tests.live.test_outside import bare, chatting, number_of, subscribed
from tests.live.test_permissions import routes_of
from tests.patience import PATIENCE_S
from tests.unit.formats.hostile import shown

PROHIBITED = "grumblewock"  # the sample rules say so
LAST = "nightingale"
PUBLISHED = "published"


@dataclass
class Scene:
    """A room, whose streamer sends by every door, and what a guest reads there."""

    site: Site
    room: str
    number: int
    streamer: Person
    cookie: str
    folder: object
    desk: httpx.AsyncClient

    @property
    def bearer(self):
        return {"Authorization": f"Bearer {self.streamer.token}"}

    async def posted(self, path, **content):
        return await self.site.api.post(path, headers=self.bearer, **content)


# --- the doors: each sends a text, and says what came of it


async def by_form(scene, text):
    secret = scene.cookie.partition("=")[2]
    fields = {"csrf": form_token_of(secret), "client_id": f"f-{text}", "text": text}
    headers = {"Cookie": scene.cookie}
    path = f"/rooms/{scene.room}/comments"
    answer = await scene.site.api.post(path, data=fields, headers=headers)
    return {303: PUBLISHED, 422: "prohibited"}[answer.status_code]


async def by_api(scene, text):
    fields = {"id": f"a-{text}", "text": text}
    told = (await scene.posted(f"/api/rooms/{scene.room}/comments", json=fields)).json()
    return told.get("outcome") or told["code"]


async def by_dplayer(base, scene, text):
    told = (await scene.posted(base, json={"id": scene.room, "text": text})).json()
    return told.get("reason", PUBLISHED)


async def by_live_chat(scene, text):
    told = (await scene.posted("/msg/send", data={"msg": text, "roomid": scene.number})).json()
    return told["message"] if told["code"] else PUBLISHED


async def by_helix(scene, text):
    fields = {"broadcaster_id": scene.room, "message": text}
    [sent] = (await scene.posted("/helix/chat/messages", json=fields)).json()["data"]
    return PUBLISHED if sent["is_sent"] else sent["drop_reason"]["code"]


def lines_file(text, at_s):
    return json.dumps({"text": text, "position_ms": at_s * 1000}).encode()


def xml_file(text, at_s):
    element = f'<d p="{at_s},1,25,16777215,1,0,abc,1">{text}</d>'
    return f'<?xml version="1.0" encoding="UTF-8"?><i>{element}</i>'.encode()


def segment_file(text, at_s):
    return segment_of([shown(1, text, at_s * 1000)])


FILES = {  # media type, what makes the file, and where on the clock: a file's place is known again
    "jsonl": ("application/x-ndjson", lines_file, 1),
    "xml": ("text/xml", xml_file, 2),
    "protobuf": ("application/octet-stream", segment_file, 3),
}
DESK_LATER_S = 10


def outcome_of_import(answer):
    counts = answer.raise_for_status().json()
    assert counts["published"] + counts["refused"] == 1, counts
    return PUBLISHED if counts["published"] else "prohibited"


async def by_import(kind, scene, text):
    media_type, file_of, at_s = FILES[kind]
    headers = scene.bearer | {"Content-Type": media_type}
    path = f"/api/rooms/{scene.room}/import"
    return outcome_of_import(
        await scene.site.api.post(path, content=file_of(text, at_s), headers=headers)
    )


async def by_import_at_the_desk(kind, scene, text):
    path = f"/import/{scene.room}?login={scene.streamer.who.login}&format={kind}"
    _, file_of, at_s = FILES[kind]
    content = file_of(text, at_s + DESK_LATER_S)
    return outcome_of_import(await scene.desk.post(path, content=content))


async def by_desk(scene, text):
    fields = {"login": scene.streamer.who.login, "id": f"d-{text}", "text": text}
    told = (await scene.desk.post(f"/rooms/{scene.room}/comments", json=fields)).json()
    return {"refused": "prohibited"}.get(told["outcome"], told["outcome"])


async def by_socket(kind, scene, text):
    viewer = await Viewer.join(scene.site.door(scene.room, scene.streamer, KINDS[kind]))
    answer = await viewer.send(text, client_id=f"{kind}-{text}")
    await viewer.leave()
    return answer.get("code") or answer["op"]


async def by_centrifugo(scene, text):
    async with subscribed(scene.site, scene.room, scene.streamer.token) as client:
        told = await client.ask(publish={"channel": f"room:{scene.room}", "data": {"text": text}})
    return told.get("message", PUBLISHED)


Send = Callable[[Scene, str], Awaitable[str]]


@dataclass(frozen=True)
class Way:
    """How a text gets in, by a call of the site or the desk, or over a socket."""

    call: str
    send: Send
    text: str  # a clean one, said by this way alone
    imports: bool = field(default=False)  # and so comes late: it does not fly


SITE = [
    Way("POST /rooms/{room}/comments", by_form, "kingfisher"),
    Way("POST /api/rooms/{room}/comments", by_api, "marigold"),
    Way("POST /v3/", partial(by_dplayer, "/v3/"), "thunderstorm"),
    Way("POST /dplayer/v3/", partial(by_dplayer, "/dplayer/v3/"), "watermelon"),
    Way("POST /msg/send", by_live_chat, "copperplate"),
    Way("POST /helix/chat/messages", by_helix, "sundial"),
    Way("POST /api/rooms/{room}/import", partial(by_import, "jsonl"), "velvet", imports=True),
    Way("POST /api/rooms/{room}/import", partial(by_import, "xml"), "bramble", imports=True),
    Way("POST /api/rooms/{room}/import", partial(by_import, "protobuf"), "quartz", imports=True),
]
DESK = [
    Way("POST /rooms/{room}/comments", by_desk, "harbour"),
    Way("POST /import/{room}", partial(by_import_at_the_desk, "jsonl"), "saffron", imports=True),
    Way("POST /import/{room}", partial(by_import_at_the_desk, "xml"), "glacier", imports=True),
    Way("POST /import/{room}", partial(by_import_at_the_desk, "protobuf"), "walnut", imports=True),
]
SOCKETS = [
    Way("danmaku.v1.json", partial(by_socket, "json"), "drumlin"),
    Way("danmaku.v1.msgpack", partial(by_socket, "msgpack"), "foxglove"),
    Way("danmaku.v1.rows", partial(by_socket, "rows"), "peppermint"),
    Way("centrifugo", by_centrifugo, "jetty"),
]
WAYS = SITE + DESK + SOCKETS
FLYING = {way.text for way in WAYS if not way.imports} | {LAST}
LISTED = {way.text for way in WAYS} | {LAST}


# --- the outputs


def joined(room, queries):
    return [f"{room}?{query}" for query in queries]


def addresses(scene, count):
    """What shows every comment to everybody: addresses by their routes, several where they share.

    `count` comments have been published.
    """
    room, number, words = scene.room, scene.number, sorted(LISTED)
    api, page, file = f"/api/rooms/{room}", f"/rooms/{room}", f"/rooms/{room}/record"
    numbers = range(1, count + 1)
    segment = f"type=1&oid={number}&segment_index=1"
    return {
        "/rooms/{room}": [page],
        "/rooms/{room}/comments/{number}": [f"{page}/comments/{n}" for n in numbers],
        "/rooms/{room}/search": joined(f"{page}/search", (f"q={word[1:]}" for word in words)),
        "/rooms/{room}/record.jsonl": [f"{file}.jsonl"],
        "/rooms/{room}/record.xml": [f"{file}.xml"],
        "/rooms/{room}/record.ass": [f"{file}.ass"],
        "/rooms/{room}/record.csv": [f"{file}.csv"],
        "/rooms/{room}/record.vtt": [f"{file}.vtt"],
        "/api/rooms/{room}/comments": [f"{api}/comments"],
        "/api/rooms/{room}/comments/{number}": [f"{api}/comments/{n}" for n in numbers],
        "/api/rooms/{room}/entries": [f"{api}/entries"],
        "/api/rooms/{room}/segments/{index}": [f"{api}/segments/0"],
        "/api/rooms/{room}/search": joined(f"{api}/search", (f"q={word}" for word in words)),
        "/api/rooms/{room}/export.jsonl": [f"{api}/export.jsonl"],
        "/api/rooms/{room}/chain.jsonl": [f"{api}/chain.jsonl"],
        "/x/v1/dm/list.so": [f"/x/v1/dm/list.so?oid={number}"],
        "/{oid}.xml": [f"/{number}.xml"],
        "/x/v2/dm/web/seg.so": [f"/x/v2/dm/web/seg.so?{segment}"],
        "/x/v2/dm/wbi/web/seg.so": [f"/x/v2/dm/wbi/web/seg.so?{segment}"],
        "/x/v2/dm/list/seg.so": [f"/x/v2/dm/list/seg.so?{segment}"],
        "/v3/": [f"/v3/?id={room}"],
        "/dplayer/v3/": [f"/dplayer/v3/?id={room}"],
        "/api/v2/comment/{episode}": [f"/api/v2/comment/{number}0001"],
    } | {
        f"/rooms/{{room}}/record.json?format={one}": [f"{file}.json?format={one}"]
        for one in JsonFormat
    }


async def texts_at(client, paths):
    answers = [(await client.get(path)).raise_for_status() for path in paths]
    return b"".join(answer.content for answer in answers).decode("utf-8", "replace")


def bundled(path):
    """A bundle without what is sealed in it."""
    with zipfile.ZipFile(path) as bundle:
        files = {name: bundle.read(name).decode() for name in bundle.namelist()}
    for name, content in files.items():
        if name.startswith("chains/"):
            lines = [json.loads(line) for line in content.splitlines()]
            files[name] = json.dumps([one | {"sealed": None} for one in lines])
    return "".join(files.values())


async def kept(scene, count):
    """All that is read afterwards, by where."""
    site, room = scene.site, scene.room
    found = {
        route: await texts_at(site.api, paths) for route, paths in addresses(scene, count).items()
    }
    for name in ExportName:
        found[f"desk {name}"] = await texts_at(scene.desk, [f"/export/{room}?format={name}"])
    for kind in ("json", "msgpack", "rows"):
        viewer = await Viewer.join(site.door(room, None, KINDS[kind]), since=0)
        await viewer.reach(viewer.welcome["top"])
        found[f"catch-up {kind}"] = repr(viewer.events)
        await viewer.leave()
    async with subscribed(site, room) as client:
        history = await client.ask(history={"channel": f"room:{room}", "limit": -1})
        found["history"] = json.dumps(history)
    to = scene.folder / "bundle.zip"
    await site.server._house.bundles.make(Period(Millis(0), Millis(2**42)), to)
    found["bundle"] = bundled(to)
    return found


class Listeners:
    """Whoever is in the room while it happens, in every protocol."""

    def __init__(self, viewers, chats, channel):
        self._viewers = viewers
        self._chats = chats
        self._channel = channel

    @classmethod
    async def join(cls, scene, stack, packet_port):
        site, number = scene.site, scene.number
        kinds = ("json", "msgpack", "rows", "json_deflate")
        doors = {kind: Door(site.address, scene.room, KINDS[kind]) for kind in kinds}
        viewers = {kind: await Viewer.join(door) for kind, door in doors.items()}
        for viewer in viewers.values():
            stack.push_async_callback(viewer.leave)
        chats = {
            f"chat {version}": await stack.enter_async_context(
                chatting(site, number, protover=version)
            )
            for version in (0, 2, 3)
        }
        plain = await stack.enter_async_context(bare(packet_port))
        chats["packets"] = await plain.enter(roomid=number)
        channel = await stack.enter_async_context(subscribed(site, scene.room))
        return cls(viewers, chats, channel)

    async def heard(self, upto):
        """Everything until the last comment has come, by who heard it."""
        found = {}
        for kind, viewer in self._viewers.items():
            await viewer.reach(upto)
            found[kind] = repr(viewer.events) + repr(viewer.others)
        for name, chat in self._chats.items():
            told = []
            while LAST not in told:
                told += await chat.texts(1)
            found[name] = repr(told)
        told = ""
        while LAST not in told:
            told += json.dumps(await self._channel.publication())
        found["centrifugo"] = told
        return found


# --- the house


@pytest.fixture
def packet_port():
    return free_port()


@pytest.fixture
async def site(tmp_path, packet_port):
    async with running(
        settings_of(tmp_path, server={"port": 0, "bilibili_port": packet_port})
    ) as site:
        yield site


@pytest.fixture
async def scene(site, tmp_path):
    mia = await site.person("mia")
    room = await site.room_of(mia)
    cookie = f"danmaku={await site.core.people.sessions.open(mia.who.account)}"
    wire = httpx.AsyncHTTPTransport(uds=path_within_reach(tmp_path / ADMIN_SOCKET))
    async with httpx.AsyncClient(
        transport=wire, base_url="http://desk", timeout=PATIENCE_S
    ) as desk:
        yield Scene(site, room, await number_of(site, room), mia, cookie, tmp_path, desk)


def without(found, word):
    """Where a word is missing that was said everywhere."""
    return sorted(where for where, content in found.items() if word not in content)


async def test_what_is_prohibited_comes_in_nowhere_and_what_is_not_comes_out_everywhere(
    scene,
    packet_port,
):
    async with AsyncExitStack() as stack:
        listeners = await Listeners.join(scene, stack, packet_port)

        refused = {way: await way.send(scene, PROHIBITED) for way in WAYS}
        taken = {way: await way.send(scene, way.text) for way in WAYS}
        assert refused == dict.fromkeys(WAYS, "prohibited")
        assert taken == dict.fromkeys(WAYS, PUBLISHED)
        assert await by_api(scene, LAST) == PUBLISHED
        live = await listeners.heard((await scene.site.core.store.room(scene.room)).top)
    read = await kept(scene, len(LISTED))

    told = live | read
    assert [where for where, content in told.items() if PROHIBITED in content] == []
    assert {word: without(live, word) for word in FLYING if without(live, word)} == {}
    assert {word: without(read, word) for word in LISTED if without(read, word)} == {}
    await no_other_address_tells(scene, read)


async def no_other_address_tells(scene, read):
    """Whatever a guest may read is without the text; and whatever shows comments is known."""
    app = create_app(scene.site.server._house)
    unknown = []
    for route in routes_of(app):
        if not isinstance(route, APIRoute) or "GET" not in route.methods or route.path in read:
            continue
        content = (await scene.site.api.get(_filled(scene, route.path))).text
        assert PROHIBITED not in content, route.path
        if any(word in content for word in LISTED):
            unknown.append(route.path)
    assert unknown == []


def _filled(scene, path):
    known = {"room": scene.room, "number": "1", "index": "0", "oid": scene.number}
    name = re.compile(r"\{(\w+)[^}]*\}")
    query = f"id={scene.room}&oid={scene.number}&room={scene.room}&q={LAST[1:]}"
    return name.sub(lambda found: str(known.get(found[1], "some")), path) + f"?{query}"


# --- the table of doors is whole


def _names(code: CodeType) -> set[str]:
    """What a function's code names, that of functions inside it too."""
    inner = (each for each in code.co_consts if isinstance(each, CodeType))
    return {*code.co_names}.union(*map(_names, inner))


def sends_comments(function, seen=frozenset()):
    """Whether a function of a door can send one, itself or by others that it names."""
    names = _names(function.__code__)
    if {"comments", "post"} <= names or {"comments", "bring"} <= names:
        return True
    called = (function.__globals__.get(name) for name in names - seen)
    return any(
        sends_comments(one, seen | names)
        for one in called
        if inspect.isfunction(one) and one.__module__.startswith("danmaku.web")
    )


def doors_of(app):
    return {
        f"{method} {route.path}"
        for route in routes_of(app)
        if isinstance(route, APIRoute) and sends_comments(route.endpoint)
        for method in route.methods
    }


async def test_every_door_that_sends_is_in_the_table(site):
    house = site.server._house

    assert doors_of(create_app(house)) == {way.call for way in SITE}
    assert doors_of(create_admin_app(house)) == {way.call for way in DESK}
    assert {*dialects(), "centrifugo"} == {way.call for way in SOCKETS}
    assert {KINDS[kind].dialect for kind in ("json", "msgpack", "rows")} == {*Dialect}
