"""Names, titles and summaries are looked at before anybody is shown them.

Article: Article.NAMES_REVIEWED
"""

import re

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from tests.articles.seen import notices_of
from tests.articles.verbs import bearer

DECEIT = "Officia1 \u0410dmin"  # the A is Cyrillic


@pytest.fixture
async def cast(site):
    mia, eve = await site.person("mia", Bundle.STREAMER), await site.person("eve", Bundle.REVIEWER)
    return await site.room_of(mia), mia, eve


async def registered(site, name):
    fields = {"login": "ann", "name": name, "password": "correct horse"}
    return (await site.api.post("/api/register", json=fields)).raise_for_status().json()


async def waiting(site, eve):
    return (await site.api.get("/api/names", headers=bearer(eve))).json()["names"]


async def test_a_name_that_imitates_the_house_is_not_shown_until_somebody_has_looked(site, cast):
    _, _, eve = cast
    assert re.fullmatch("user [0-9a-f]{4}", (await registered(site, DECEIT))["name"])

    [name] = await waiting(site, eve)
    assert (name["text"], name["category"]) == (DECEIT, "impersonation")
    await site.api.post(f"/api/names/{name['id']}/approve", headers=bearer(eve))

    assert (await site.core.people.known("ann")).name == DECEIT


async def test_a_clean_name_is_shown_at_once(site):
    assert (await registered(site, "Ann"))["name"] == "Ann"


@pytest.mark.parametrize("name", ["Mia", "\u041cia", "M1a", "ｍｉａ"])
async def test_nobody_is_shown_under_the_name_of_one_who_holds_powers(site, name):
    await site.person("mia", Bundle.STREAMER)

    assert (await registered(site, name))["name"].startswith("user ")


async def test_a_title_that_waits_is_shown_to_nobody_and_its_owner_knows_why_and_until_when(
    site, cast
):
    room, mia, eve = cast
    viewer = await Viewer.join(site.door(room, mia))

    wanted = {"title": "\u5b98\u65b9\u76f4\u64ad\u95f4", "summary": "Two films."}
    await site.api.patch(f"/api/rooms/{room}", json=wanted, headers=bearer(mia))

    for path in ("/", f"/rooms/{room}", f"/api/rooms/{room}"):
        shown = (await site.api.get(path)).text
        assert (wanted["title"] in shown, "Two films." in shown) == (False, True)
    given = (await site.api.get(f"/api/rooms/{room}/names", headers=bearer(mia))).json()["given"]
    title = next(one for one in given if one["surface"] == "title")
    assert (title["state"], title["category"]) == ("held", "impersonation")
    assert title["until_ms"] > title["at_ms"]

    no = {"category": "fraud", "note": "You are not the house."}
    await site.api.post(f"/api/names/{title['id']}/reject", json=no, headers=bearer(eve))

    await viewer.until(lambda: notices_of(viewer, "name"))
    [told] = notices_of(viewer, "name")
    assert (told["state"], told["category"], told["note"]) == ("refused", "fraud", no["note"])


async def test_a_shown_name_is_taken_away_with_a_reason(site, cast):
    room, _, eve = cast
    ann = await site.person("ann")
    viewer = await Viewer.join(site.door(room, ann))
    await viewer.send("hello")

    wanted = {"surface": "name", "room": room, "number": 1, "category": "attack", "note": "No."}
    await site.api.post("/api/names/take-away", json=wanted, headers=bearer(eve))

    await viewer.send("hello again")
    before, after = reversed(await site.listed(room))
    assert (before["name"], after["name"][:5]) == ("Ann", "user ")
    given = (await site.api.get("/api/me/name", headers=bearer(ann))).json()["given"]
    assert (given["state"], given["text"], given["note"]) == ("refused", "Ann", "No.")
