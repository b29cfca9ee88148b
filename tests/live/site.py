"""The whole house in the test's own event loop, its doors open on a free port of 127.0.0.1."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from pathlib import Path

import httpx
import orjson
from msgspec import structs

from bench.checker import Fields, Record
from bench.client import Door
from bench.messages import KINDS, Kind
from bench.record import read_record
from bench.scenario import Scenario
from danmaku.app import Server
from danmaku.config import Settings
from danmaku.core import Core, opened
from danmaku.domain.account import Bundle, Standing
from danmaku.domain.ids import RoomId
from danmaku.domain.room import RoomPolicy, RoomState
from danmaku.nodes.bus import Bus
from tests.patience import PATIENCE_S

PLAIN = KINDS["json"]

FAST = {
    # Crowds of a test are new and say much the same: no campaign.
    "admission": {"sends_per_s": 10_000, "sends_burst": 50_000, "waves_held": False},
    "gateway": {"messages_per_s": 1000, "messages_burst": 1000},
}


@dataclass(frozen=True)
class Person:
    who: Standing
    token: str


@dataclass
class Page:
    """A rendered room page, or the API's list: what somebody sees who never joins."""

    items: dict[int, Fields]
    upto: int | None = None


@dataclass
class Site:
    core: Core
    server: Server
    address: str
    api: httpx.AsyncClient
    _rooms: count = field(default_factory=lambda: count(1))

    async def person(self, login: str, *bundles: Bundle) -> Person:
        people = self.core.people
        await people.add(login, login.title(), None)
        for bundle in bundles:
            await people.grant(None, login, bundle, room=None, until_ms=None)
        who = await people.known(login)
        _, token = await people.issue_token(who, "test", expires_ms=None, room=None)
        return Person(who, token)

    async def room(self, **policy) -> RoomId:
        room = RoomId(f"r{next(self._rooms)}")
        state = RoomState(title="A room", policy=RoomPolicy(**policy))
        await self.core.rooms.open(None, room, state, owner=None)
        return room

    async def room_of(self, streamer: Person) -> RoomId:
        room = RoomId(f"r{next(self._rooms)}")
        state = RoomState(title="A room")
        await self.core.rooms.open(None, room, state, owner=streamer.who.account)
        return room

    def door(self, room: RoomId, person: Person | None = None, kind: Kind = PLAIN) -> Door:
        return Door(self.address, room, kind, None if person is None else person.token)

    async def record(self, room: RoomId) -> Record:
        return await read_record(self.address, room)

    async def entries(self, room: RoomId, after: int, upto: int) -> list[Fields]:
        record = await self.record(room)
        return [entry for seq, entry in sorted(record.entries.items()) if after < seq <= upto]

    async def listed(self, room: RoomId) -> list[Fields]:
        """The static list, all pages of it, through the API."""
        found, before = [], None
        while True:
            params = {"limit": 100} | ({} if before is None else {"before": before})
            got = await self.api.get(f"/api/rooms/{room}/comments", params=params)
            page = got.raise_for_status().json()["comments"]
            if not page:
                return found
            found += page
            before = page[-1]["number"]

    async def rendered(self, room: RoomId) -> Page:
        """The static list, all pages of it, as HTML for people shows it."""
        page, url = Page({}), f"/rooms/{room}"
        while url is not None:
            got = (await self.api.get(url)).raise_for_status().text
            reading = _RoomPage(got)
            page.items |= reading.items
            page.upto = reading.upto if page.upto is None else page.upto
            url = reading.older
        return page


class _RoomPage(HTMLParser):
    """Reads rows, the way to older ones, and the position at which the page was rendered."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.items: dict[int, Fields] = {}
        self.older: str | None = None
        self._row: Fields | None = None
        self._in_text = False
        self.feed(html)
        [room_data] = re.findall(r'<script[^>]*id="room-data"[^>]*>(.*?)</script>', html, re.DOTALL)
        self.upto: int = orjson.loads(room_data)["upto"]

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        classes = (given.get("class") or "").split()
        if tag == "li" and "row" in classes and given.get("id", "").startswith("c"):
            number = int(given["data-number"])
            kind = "marker" if "is-marker" in classes else "comment"
            self._row = {"kind": kind, "position_ms": int(given["data-position"]), "text": ""}
            self.items[number] = self._row
        elif given.get("id") == "list-older":
            self.older = given["href"]
        self._in_text = "row-text" in classes

    def handle_endtag(self, tag):  # noqa: ARG002 -- the library's signature
        self._in_text = False

    def handle_data(self, data):
        if self._in_text and self._row is not None and self._row["kind"] == "comment":
            self._row["text"] += data


ENDURING = {"queue_ms_max": 60_000, "queue_calm_ms": 60_000}  # a slow disk is no rush


def settings_of(data_dir: Path, **parts) -> Settings:
    parts = {
        "server": {"port": 0},
        "store": {"data_dir": data_dir, **ENDURING},
        **FAST,
        "filter": {"micros_max": 5_000_000},  # a busy machine is no fault of a text
        "log_level": "warning",
    } | parts
    return Settings(**parts)


def brief(name: str, *, scale: float, seconds: float) -> Scenario:
    """A scenario of the bench, small enough for a test."""
    short = Scenario.named(name).shortened(scale=scale, seconds=seconds)
    patient = {"FILTER__MICROS_MAX": "5000000"}  # a busy machine is no fault of a text
    return structs.replace(short, settings=short.settings | patient)


@asynccontextmanager
async def running(
    settings: Settings,
    refit: Callable[[Core], Core] = lambda core: core,
    *,
    bus: Bus | None = None,
) -> AsyncIterator[Site]:
    """The house, and whatever `refit` makes of it before its doors open."""
    async with opened(settings, bus=bus) as sound:
        core = refit(sound)
        server, ready = Server(core), asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(server.run(ready.set_result, lambda: None), name="site")
        await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            await serving
        url = await ready
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE_S) as api:
            try:
                yield Site(core, server, url.removeprefix("http://"), api)
            finally:
                server._stopping.set()
                await serving
