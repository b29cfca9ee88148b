"""Sessions that nobody uses end as those do that were ended, at every door."""

import asyncio
from dataclasses import replace

import orjson
from websockets.asyncio.client import connect

from danmaku.clock import now_ms
from tests.live.test_ends import Signed, bearer
from tests.patience import PATIENCE_S


async def welcomed(site, room, signed):
    """Who a socket of that browser is taken for."""
    async with connect(
        f"ws://{site.address}/rooms/{room}/live",
        additional_headers={"Cookie": f"danmaku={signed.secret}"},
        origin=f"http://{site.address}",
        subprotocols=["danmaku.v1.json"],
    ) as link:
        await link.send(orjson.dumps({"op": "hello"}).decode())
        return orjson.loads(await link.recv())["you"]


async def test_an_idle_session_is_an_ended_one_at_every_door(wall, site):
    room, ann = await site.room(), await site.person("ann")
    idle, used = [await Signed.come(site, ann.who) for _ in range(2)]

    for _ in range(2):
        wall.pass_days(8)
        assert (await used.get("/account")).status_code == 200
        await site.core.people.sessions.uses.write()

    page, api = await idle.get("/account"), await idle.get("/api/me")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Faccount")
    assert (api.status_code, api.json()["code"]) == (401, "not_signed_in")
    assert await welcomed(site, room, idle) is None
    assert await welcomed(site, room, used) is not None
    listed = await used.get("/account/sessions")
    assert listed.text.count("/end") == 1
    assert (await site.api.get("/api/me", headers=bearer(ann))).status_code == 200  # no session


async def test_what_is_idle_is_destroyed_and_what_is_used_is_not(wall, site):
    ann = await site.person("ann")
    _, used = [await Signed.come(site, ann.who) for _ in range(2)]
    retention = site.core.offices.privacy.retention
    for _ in range(2):
        wall.pass_days(8)
        await used.get("/account")
        await site.core.people.sessions.uses.write()

    assert (await retention.go_round())["session"] == 1
    assert (await used.get("/account")).status_code == 200


async def test_a_page_that_stays_open_keeps_its_session(wall, site):
    sessions = site.core.people.sessions
    sessions.uses.terms = replace(sessions.uses.terms, apart_ms=0)  # each look at the socket tells
    room, ann = await site.room(), await site.person("ann")
    idle, here = [await Signed.come(site, ann.who) for _ in range(2)]
    link = await here.socket(room)

    for _ in range(2):
        wall.pass_days(8)
        passed_ms = now_ms()
        async with asyncio.timeout(PATIENCE_S):
            while (await sessions.own(ann.who))[-1].used_ms < passed_ms:
                (await site.api.get(f"/rooms/{room}")).raise_for_status()  # what others do
                await sessions.uses.write()

    assert (await here.get("/account")).status_code == 200
    assert (await idle.get("/account")).status_code == 303
    await link.close()


async def test_a_socket_says_nothing_more_for_a_session_that_ended(wall, site, monkeypatch):
    monkeypatch.setattr("danmaku.gateway.identity.BELIEVED_MS", -1)
    room, ann = await site.room(), await site.person("ann")
    link = await (await Signed.come(site, ann.who)).socket(room)

    wall.pass_days(14)  # the machine slept
    await link.send(orjson.dumps({"op": "send", "id": "c-1", "text": "late"}).decode())

    answer = orjson.loads(await link.recv())
    assert (answer["op"], answer["code"]) == ("refused", "not_signed_in")
    assert await site.listed(room) == []
    await link.close()
