"""Powers, sessions and accounts that end while somebody is using them; and two who act at once."""

import asyncio
import io
import time
import zipfile

import httpx
import orjson
from websockets.asyncio.client import connect

from bench.client import Viewer
from danmaku.actions.personal import EXPORTS_BURST
from danmaku.admin_socket import ADMIN_SOCKET, path_within_reach
from danmaku.domain.account import Bundle
from danmaku.domain.times import DAY_MS
from danmaku.errors import Close
from danmaku.web.forms import form_token_of
from tests.patience import PATIENCE_S

WITHIN_S = 1.0
HELD_TEXT = "wobblesnark"


class Signed:
    """Somebody signed in by a browser."""

    def __init__(self, site, secret):
        self._site, self.secret = site, secret
        self._headers = {"Cookie": f"danmaku={secret}"}

    @classmethod
    async def come(cls, site, who):
        return cls(site, await site.core.people.sessions.open(who.account))

    async def submit(self, path, **fields):
        content = fields | {"csrf": form_token_of(self.secret)}
        return await self._site.api.post(path, data=content, headers=self._headers)

    async def get(self, path):
        return await self._site.api.get(path, headers=self._headers)

    async def socket(self, room):
        """An open socket that has been welcomed as somebody, by the cookie alone."""
        origin = f"http://{self._site.address}"
        link = await connect(
            f"ws://{self._site.address}/rooms/{room}/live",
            additional_headers=self._headers,
            origin=origin,
            subprotocols=["danmaku.v1.json"],
        )
        await link.send(orjson.dumps({"op": "hello"}).decode())
        welcome = orjson.loads(await link.recv())
        assert welcome["you"] is not None
        return link


async def ended(link):
    """With which code a socket closes, if it does so in time."""
    async with asyncio.timeout(WITHIN_S):
        await link.wait_closed()
    return link.close_code


def bearer(person):
    return {"Authorization": f"Bearer {person.token}"}


async def test_each_way_of_ending_a_session_closes_its_sockets_within_a_second(site):
    room, ann = await site.room(), await site.person("ann")
    here, there = [await Signed.come(site, ann.who) for _ in range(2)]
    kept, ending = [await one.socket(room) for one in (here, there)]
    rows = await site.core.people.sessions.own(ann.who)

    await here.submit(f"/account/sessions/{rows[-1].session_id}/end")
    assert await ended(ending) == Close.NOT_SIGNED_IN
    await kept.send(orjson.dumps({"op": "send", "id": "c-1", "text": "still here"}).decode())
    assert orjson.loads(await kept.recv())["op"] in {"published", "entries"}
    token = await Viewer.join(site.door(room, ann))
    begun_s = time.monotonic()
    await here.submit("/account/sign-out-everywhere")

    assert await ended(kept) == Close.NOT_SIGNED_IN
    assert await token.gone() == Close.NOT_SIGNED_IN
    assert time.monotonic() - begun_s < WITHIN_S
    assert (await here.get("/account")).status_code == 303
    assert (await site.api.get("/api/me", headers=bearer(ann))).status_code == 401


async def test_an_account_that_is_given_up_keeps_no_socket_and_no_token(site):
    room, ann = await site.room(), await site.person("ann")
    here = await Signed.come(site, ann.who)
    socket, token = await here.socket(room), await Viewer.join(site.door(room, ann))

    await site.core.offices.privacy.leaving.close(ann.who, login="ann")

    await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
    await token.gone(PATIENCE_S)
    assert (await here.get("/account")).status_code == 200  # to appeal, and to take things along
    assert (await site.api.get("/api/me", headers=bearer(ann))).status_code == 401


async def test_the_operator_ends_all_sessions_and_tokens_of_one_account(site):
    room, ann, ben = await site.room(), await site.person("ann"), await site.person("ben")
    hers, his = [await Signed.come(site, person.who) for person in (ann, ben)]
    socket, token = await hers.socket(room), await Viewer.join(site.door(room, ann))
    desk = httpx.AsyncHTTPTransport(
        uds=path_within_reach(site.core.settings.store.data_dir / ADMIN_SOCKET)
    )

    async with httpx.AsyncClient(transport=desk, base_url="http://desk") as operator:
        (await operator.post("/accounts/ann/sign-out")).raise_for_status()

    await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)
    await token.gone(PATIENCE_S)
    assert (await hers.get("/account")).status_code == 303
    assert (await his.get("/account")).status_code == 200


async def test_a_token_that_has_run_out_sends_nothing_more(wall, site, monkeypatch):
    monkeypatch.setattr("danmaku.gateway.identity.BELIEVED_MS", -1)
    room, partner = await site.room(), await site.person("partner", Bundle.OPERATOR)
    wanted = {"subject": "u1", "name": "Uwe", "room": room, "ttl_ms": DAY_MS}
    issued = await site.api.post("/api/embed-tokens", json=wanted, headers=bearer(partner))
    socket = await Viewer.join(site.door(room, type(partner)(partner.who, issued.json()["token"])))
    before = await socket.send("hello")

    wall.pass_days(1)
    after = await socket.send("again")

    assert before["op"] == "published"
    assert (after["op"], after["code"]) == ("refused", "not_signed_in")


async def test_of_two_who_decide_at_once_one_does_and_the_other_is_told(site):
    room, ann = await site.room(), await site.person("ann")
    staff = [await site.person(login, Bundle.REVIEWER) for login in ("rey", "roy")]
    socket = await Viewer.join(site.door(room, ann))
    held = [(await socket.send(f"{HELD_TEXT} {number}"))["seq"] for number in range(8)]

    async def decide(origin, person, verb):
        path = f"/api/rooms/{room}/held/{origin}/{verb}"
        body = {"category": "other"} if verb == "reject" else None
        return (await site.api.post(path, json=body, headers=bearer(person))).status_code

    answers = [
        await asyncio.gather(decide(origin, staff[0], "approve"), decide(origin, staff[1], verb))
        for origin, verb in zip(held, ("approve", "reject") * 4, strict=True)
    ]

    assert {tuple(sorted(pair)) for pair in answers} == {(200, 404)}
    shown = len(await site.listed(room))
    assert shown == sum(
        pair[0] == 200 or verb == "approve"
        for pair, verb in zip(answers, ("approve", "reject") * 4, strict=True)
    )


async def test_two_measures_at_once_stand_both_and_one_reversal_ends_one(site):
    room, ann = await site.room(), await site.person("ann")
    staff = [await site.person(login, Bundle.REVIEWER) for login in ("rey", "roy")]
    socket = await Viewer.join(site.door(room, ann))

    async def suspend(person):
        body = {"step": "suspend", "category": "other", "basis": "rule 3", "login": "ann"}
        taken = await site.api.post("/api/measures", json=body, headers=bearer(person))
        return taken.json()["measure_id"]

    async def reverse(measure_id, person):
        path = f"/api/measures/{measure_id}/reverse"
        done = await site.api.post(path, json={"reason": ""}, headers=bearer(person))
        return done.status_code

    first, second = await asyncio.gather(*map(suspend, staff))
    undone = await asyncio.gather(*(reverse(first, person) for person in staff))
    still = await socket.send("hello")
    await reverse(second, staff[0])

    assert sorted(undone) == [200, 404]
    assert still["code"] == "account_suspended"
    assert (await socket.send("hello again"))["op"] == "published"


async def test_who_leaves_while_an_export_runs_gets_it_whole_and_is_gone(site):
    room, ann = await site.room(), await site.person("ann")
    socket = await Viewer.join(site.door(room, ann))
    await asyncio.gather(*(socket.send(f"words number {number}") for number in range(16)))
    browser = await Signed.come(site, ann.who)

    export, left = await asyncio.gather(
        browser.get("/me/export"), browser.submit("/me/leave", login="ann")
    )
    later = await browser.get("/me/export")

    assert (export.status_code, left.status_code, later.status_code) == (200, 303, 200)
    for answer in (export, later):
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        assert archive.testzip() is None
        lines = archive.read("comments.jsonl").splitlines()
        assert len({orjson.loads(line)["number"] for line in lines}) == 16
    assert await socket.gone() == Close.ACCOUNT_ENDED
    assert {row["kind"] for row in await site.listed(room)} == {"marker"}


async def test_an_own_record_read_on_past_its_owners_leaving_ends_and_tells_nothing_new(site):
    room, ann = await site.room(), await site.person("ann")
    socket = await Viewer.join(site.door(room, ann))
    await asyncio.gather(*(socket.send(f"words number {number}") for number in range(4)))
    privacy = site.core.offices.privacy

    reading = privacy.own.comments(ann.who)
    first = await anext(reading)
    await privacy.leaving.close(ann.who, login="ann")
    rest = [own async for own in reading]

    assert first.comment.content is not None
    assert len(rest) == 3


async def test_exports_are_as_often_as_people_need_them_and_no_oftener(site):
    browser = await Signed.come(site, (await site.person("ann")).who)

    statuses = [(await browser.get("/me/export")).status_code for _ in range(EXPORTS_BURST + 1)]

    assert statuses == [200] * EXPORTS_BURST + [429]
