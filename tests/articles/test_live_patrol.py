"""Staff see what is published as it appears, the riskiest rooms first, and look at samples.

Article: Article.PATROL
"""

import asyncio
import time

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.ids import PLATFORM
from danmaku.domain.team_facts import SpotChecked
from tests.articles.verbs import bearer
from tests.live.site import running, settings_of
from tests.patience import PATIENCE_S


@pytest.fixture
async def site(tmp_path):
    """Everything is drawn for a check."""
    settings = settings_of(tmp_path / "data", cases={"spot_checks_permille": 1000})
    async with running(settings) as site:
        yield site


@pytest.fixture
async def stage(site):
    rooms = [await site.room(), await site.room()]
    people = {"rey": await site.person("rey", Bundle.REVIEWER)}
    people |= {"ria": await site.person("ria", Bundle.REVIEWER), "ann": await site.person("ann")}
    sockets = [await Viewer.join(site.door(room, people["ann"])) for room in rooms]
    return rooms, people, sockets


async def wall_of(site, person):
    got = await site.api.get("/api/patrol", headers=bearer(person))
    return got.raise_for_status().json()


async def post(site, person, path, fields=None):
    return await site.api.post(path, json=fields or {}, headers=bearer(person))


def said(wall):
    return [one["text"] for room in wall["rooms"] for one in room["comments"]]


async def heard(lines):
    """The next thing that the stream of events says."""
    async for line in lines:
        if line.startswith("data:"):
            return line
    return None


async def test_a_comment_is_on_the_wall_within_a_second(site, stage):
    _, people, [socket, _] = stage
    rey = people["rey"]
    async with site.api.stream("GET", "/api/patrol/news", headers=bearer(rey)) as news:
        lines = news.aiter_lines()
        await heard(lines)
        began = time.monotonic()
        await socket.send("hello there")
        async with asyncio.timeout(PATIENCE_S):
            while "hello there" not in said(await wall_of(site, rey)):
                await heard(lines)
        took_s = time.monotonic() - began

    assert took_s < 1


async def test_the_riskiest_room_stands_first(site, stage):
    [calm, risky], people, [here, there] = stage
    for n in range(3):
        await here.send(f"hello {n}")
    await there.send("a word to report")
    report = {"room": risky, "number": 1, "category": "attack"}
    (await site.api.post("/api/reports", json=report)).raise_for_status()

    wall = await wall_of(site, people["rey"])

    assert [one["room"] for one in wall["rooms"]] == [risky, calm]
    assert wall["rooms"][0]["risk"] > wall["rooms"][1]["risk"] == 0


async def test_a_violation_opens_a_case_and_recalls_and_is_confirmed_by_a_person(site, stage):
    [room, _], people, [socket, _] = stage
    rey, ria = people["rey"], people["ria"]
    await socket.send("a bad word")
    [spot] = (await wall_of(site, rey))["spots"]

    path = f"/api/patrol/{room}/{spot['number']}/check"
    found = (await post(site, rey, path, {"category": "attack"})).raise_for_status().json()
    again = await post(site, ria, path, {"category": "attack"})

    assert (await site.listed(room))[0].get("text") is None
    assert again.json()["code"] == "not_found"
    wall = await wall_of(site, rey)
    assert wall["spots"] == []
    assert wall["rooms"][0]["comments"][0]["is_recalled"]
    case = f"/api/cases/{found['case_id']}"
    (await post(site, ria, f"{case}/claim")).raise_for_status()
    (await post(site, ria, f"{case}/decide", {"outcome": "rejected"})).raise_for_status()
    assert (await site.listed(room))[0]["text"] == "a bad word"  # it was fine after all


async def test_what_was_found_is_entered_either_way(site, stage):
    [room, _], people, [socket, _] = stage
    await socket.send("one")
    await socket.send("two")
    heard_of = []
    site.core.record.subscribe(heard_of.extend)

    rey = people["rey"]
    (await post(site, rey, f"/api/patrol/{room}/1/check")).raise_for_status()
    (await post(site, rey, f"/api/patrol/{room}/2/check", {"category": "spam"})).raise_for_status()
    twice = await post(site, people["ria"], f"/api/patrol/{room}/1/check")

    facts = [one.fact for one in heard_of if isinstance(one.fact, SpotChecked)]
    assert [(fact.number, fact.violates, fact.category) for fact in facts] == [
        (1, False, ""),
        (2, True, "spam"),
    ]
    assert {one.chain for one in heard_of if isinstance(one.fact, SpotChecked)} == {PLATFORM}
    assert twice.json()["code"] == "duplicate"


async def test_nobody_checks_their_own_and_only_staff_sees_the_wall(site, stage):
    [room, _], people, _ = stage
    own = await Viewer.join(site.door(room, people["rey"]))
    answer = await own.send("mine")

    mine = await post(site, people["rey"], f"/api/patrol/{room}/{answer['number']}/check")
    outside = await site.api.get("/api/patrol", headers=bearer(people["ann"]))

    assert mine.json()["code"] == "own_interest"
    assert outside.status_code == 403


async def test_a_reviewer_has_a_room_looked_at_first_for_half_an_hour_and_no_more(site, stage):
    [room, other], people, [here, there] = stage
    wanted = {"room": room, "mode": "every", "lasts_ms": 30 * 60_000, "reason": "a flood"}
    rey = people["rey"]

    (await post(site, rey, "/api/controls", wanted)).raise_for_status()
    longer = await post(site, rey, "/api/controls", wanted | {"room": other, "lasts_ms": 1_900_000})
    everywhere = await post(site, rey, "/api/controls", wanted | {"room": None})
    twice = await post(site, people["ria"], "/api/controls", wanted)

    assert (await here.send("hello"))["op"] == "held"
    assert (await there.send("hello"))["op"] == "published"
    assert {one.status_code for one in (longer, everywhere, twice)} == {403}
