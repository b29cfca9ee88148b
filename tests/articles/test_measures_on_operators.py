"""Graded measures on rooms and those who run them; the record of a closed room stays readable.

Article: Article.MEASURES_ON_OPERATORS
"""

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.room import RoomState
from tests.articles.seen import notices_of
from tests.articles.verbs import own, reverse, take


async def test_comments_of_a_room_are_paused_for_a_time_and_closed_for_good(site):
    mia = await site.person("mia")
    room = "mias"
    await site.core.rooms.open(None, room, RoomState("Mia's"), owner=mia.who.account)
    rey = await site.person("rey", Bundle.REVIEWER)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    owner = await Viewer.join(site.door(room, mia))
    socket = await Viewer.join(site.door(room, await site.person("ann")))
    await socket.send("stays readable")

    pause = await take(site, rey, "pause_comments", room=room, lasts_ms=60_000)
    paused = await socket.send("paused?")
    await reverse(site, rey, pause["measure_id"])
    await take(site, eve, "close_comments", room=room)
    closed = await socket.send("closed?")

    assert (paused["code"], paused["until_ms"]) == ("room_paused", pause["until_ms"])
    assert closed["code"] == "room_closed"
    assert [one["step"] for one in notices_of(owner, "measure")] == [
        "pause_comments",
        "close_comments",
    ]
    assert [one["step"] for one in await own(site, mia)] == ["close_comments", "pause_comments"]
    page = (await site.api.get(f"/rooms/{room}")).raise_for_status().text
    assert "stays readable" in page


async def test_a_reviewer_does_not_close_a_room_for_good(site):
    room = await site.room()
    rey = await site.person("rey", Bundle.REVIEWER)
    wanted = {"step": "close_comments", "category": "spam", "basis": "rule 3", "room": room}

    headers = {"Authorization": f"Bearer {rey.token}"}
    got = await site.api.post("/api/measures", json=wanted, headers=headers)

    assert (got.status_code, got.json()["code"]) == (403, "not_granted")


async def test_running_rooms_is_taken_from_an_operator_and_given_back(site):
    mia = await site.person("mia")
    room = "mias"
    await site.core.rooms.open(None, room, RoomState("Mia's"), owner=mia.who.account)
    rey = await site.person("rey", Bundle.REVIEWER)
    headers = {"Authorization": f"Bearer {mia.token}"}

    async def rename(title):
        return await site.api.patch(f"/api/rooms/{room}", json={"title": title}, headers=headers)

    limit = await take(site, rey, "limit", login="mia", functions=["rooms"])
    during = await rename("Another")
    await reverse(site, rey, limit["measure_id"])
    after = await rename("Another")

    assert (during.status_code, during.json()["code"]) == (403, "account_suspended")
    assert after.status_code == 200
