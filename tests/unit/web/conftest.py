"""The whole house behind the web door, spoken to in the test's own event loop."""

from dataclasses import dataclass, field
from itertools import count

import httpx
import pytest

from danmaku.app import house_of
from danmaku.config import Settings
from danmaku.core import Core, opened
from danmaku.domain.account import Standing
from danmaku.domain.comment import Draft
from danmaku.domain.ids import ClientId, Number, RoomId
from danmaku.domain.room import RoomPolicy, RoomState
from danmaku.web.admin import create_admin_app
from danmaku.web.forms import form_token_of
from danmaku.web.visit import guest_cookie, session_cookie
from tests import once

OUR_SITE = "http://danmaku.test"
PARTNER = "https://partner.test"
GUEST = "a-guest-of-this-browser"
HELD_TEXT = "wobblesnark 咕噜待审"  # the sample rules hold this word, and refuse the next
REFUSED_TEXT = "grumblewock"


@dataclass
class Caller:
    """Somebody at the door: with a session, a token, or neither."""

    client: httpx.AsyncClient
    who: Standing | None = None
    secret: str = GUEST
    token: str | None = None

    @property
    def csrf(self) -> str:
        return form_token_of(self.secret)

    async def get(self, path, **parts):
        return await self.client.get(path, **parts)

    async def post_form(self, path, **fields):
        return await self.client.post(
            path, data={"csrf": self.csrf} | fields, headers={"Origin": OUR_SITE}
        )

    async def send(self, method, path, fields=None, **headers):
        bearer = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
        return await self.client.request(method, path, json=fields, headers=bearer | headers)


@dataclass
class Stage:
    """The house, its door, and people to come to it."""

    core: Core
    app: object
    desk: httpx.AsyncClient
    ids: count = field(default_factory=lambda: count(1))
    clients: list = field(default_factory=list)

    @property
    def house(self):
        return self.app.state.house

    def browser(self, **cookies) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=True),
            base_url=OUR_SITE,
            cookies=cookies,
        )
        self.clients.append(client)
        return client

    def guest(self) -> Caller:
        return Caller(self.browser(**{guest_cookie(self.house): GUEST}))

    async def person(self, login, *grants) -> Caller:
        """An account with a session and a token; a grant is a bundle, or a bundle and its room."""
        people = self.core.people
        await people.add(login, login.title(), None)
        for grant in grants:
            bundle, room = grant if isinstance(grant, tuple) else (grant, None)
            await people.grant(None, login, bundle, room=room, until_ms=None)
        who = await people.known(login)
        secret = await people.sessions.open(who.account)
        _, token = await people.issue_token(who, "test", expires_ms=None, room=None)
        return Caller(self.browser(**{session_cookie(self.house): secret}), who, secret, token)

    def by_token(self, caller: Caller) -> Caller:
        """The same person, as a program that has the token and no cookie."""
        return Caller(self.browser(), caller.who, token=caller.token)

    async def room(self, room="demo", *, owner=None, title="A room", **policy) -> RoomId:
        state = RoomState(title=title, policy=RoomPolicy(**policy))
        await self.core.rooms.open(None, RoomId(room), state, owner=owner)
        return RoomId(room)

    async def say(self, caller: Caller, room, text="Hello there", position_ms=0) -> Number:
        draft = Draft(ClientId(f"c{next(self.ids)}"), text, position_ms)
        entry = await self.core.comments.post(caller.who, room, draft)
        return entry.comment.number

    async def hold(self, caller: Caller, room):
        draft = Draft(ClientId(f"c{next(self.ids)}"), HELD_TEXT)
        return (await self.core.comments.post(caller.who, room, draft)).seq


def settings_of(tmp_path, **server) -> Settings:
    return Settings(
        server={"origins": (PARTNER,), "embed_origins": (PARTNER,)} | server,
        store={"data_dir": tmp_path / "data"},
        admission={"sends_per_s": 1000, "sends_burst": 1000, "repeats_max": 1000},
        filter={"micros_max": 10_000_000},  # a busy machine is no fault of the filter
    )


@pytest.fixture
async def stage(tmp_path):
    async with opened(settings_of(tmp_path)) as core:
        house = house_of(core, viewers=lambda _: 3, hindrance=lambda: None)
        desk_door = httpx.ASGITransport(create_admin_app(house))
        async with httpx.AsyncClient(transport=desk_door, base_url="http://desk") as desk:
            stage = Stage(core, once.created(house), desk)
            yield stage
            for client in stage.clients:
                await client.aclose()
