"""Comments of a room, or of all rooms, are stopped at once; the modes from before come back.

Article: Article.EMERGENCY_RESPONSE
"""

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.times import MINUTE_MS
from tests.articles.seen import notices_of
from tests.articles.verbs import bearer


async def pull(site, person, mode, *, room=None, lasts_ms=MINUTE_MS):
    wanted = {"mode": mode, "room": room, "lasts_ms": lasts_ms, "reason": "an order"}
    sent = await site.api.post("/api/controls", json=wanted, headers=bearer(person))
    return sent.raise_for_status().json()


async def test_a_closed_platform_takes_nothing_in_any_room_and_says_so_on_open_sockets(site):
    rooms = [await site.room(), await site.room()]
    ann = await site.person("ann")
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    sockets = [await Viewer.join(site.door(room, ann)) for room in rooms]

    control = await pull(site, eve, "closed")
    during = [await socket.send("hello") for socket in sockets]
    lifting = {"room": None, "reason": "over"}
    lifted = await site.api.post("/api/controls/lift", json=lifting, headers=bearer(eve))
    after = [await socket.send("hello again") for socket in sockets]

    lifted.raise_for_status()
    assert {answer["code"] for answer in during} == {"platform_closed"}
    assert {answer["until_ms"] for answer in during} == {control["until_ms"]}
    assert [answer["op"] for answer in after] == ["published", "published"]
    for socket in sockets:
        assert [one["mode"] for one in notices_of(socket, "control")] == ["closed"]
        assert len(notices_of(socket, "lifted")) == 1


async def test_a_control_ends_by_itself(site, clock):
    room = await site.room()
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    socket = await Viewer.join(site.door(room, await site.person("ann")))

    await pull(site, eve, "closed")
    during = await socket.send("hello")
    (await site.api.get(f"/rooms/{room}")).raise_for_status()  # what a viewer does meanwhile
    clock.go_on(MINUTE_MS)
    after = await socket.send("hello")

    assert (during["op"], during["code"]) == ("refused", "platform_closed")
    assert after["op"] == "published"


async def test_a_person_looks_first_where_a_control_asks_for_it(site):
    room, other = await site.room(), await site.room()
    ann = await site.person("ann")
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    here = await Viewer.join(site.door(room, ann))
    elsewhere = await Viewer.join(site.door(other, ann))

    await pull(site, eve, "every", room=room)

    assert (await here.send("hello"))["op"] == "held"
    assert (await elsewhere.send("hello"))["op"] == "published"


@pytest.mark.parametrize("bundles", [(), (Bundle.REVIEWER,), (Bundle.INSPECTOR,)])
async def test_nobody_else_pulls_the_brake(site, bundles):
    wanted = {"mode": "closed", "lasts_ms": MINUTE_MS, "reason": ""}
    person = await site.person("ann", *bundles)

    got = await site.api.post("/api/controls", json=wanted, headers=bearer(person))

    assert (got.status_code, got.json()["code"]) == (403, "not_granted")
