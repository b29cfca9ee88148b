"""Many comments go at once, are counted before, told one by one, and come back as one.

Article: Article.EMERGENCY_RESPONSE
"""

import asyncio
import time

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from tests.articles.seen import entries_of, notices_of
from tests.articles.verbs import bearer, own
from tests.patience import PATIENCE_S

FLOOD = {"category": "flood", "why": "a flood"}
COMMENTS = 30


@pytest.fixture
async def stage(site):
    """A room in which Ann floods, Ben talks, and both look on."""
    room = await site.room()
    people = {"rey": await site.person("rey", Bundle.REVIEWER)}
    people |= {"eve": await site.person("eve", Bundle.CHIEF_EDITOR)}
    people |= {login: await site.person(login) for login in ("ann", "ben")}
    ann = await Viewer.join(site.door(room, people["ann"]))
    ben = await Viewer.join(site.door(room, people["ben"]))
    for n in range(COMMENTS // 2):
        await ann.send(f"flood {n}")
        await ben.send(f"hello {n}")
    return room, people, ann, ben


async def ask(site, person, path, fields=None, *, method="POST"):
    got = await site.api.request(method, path, headers=bearer(person), json=fields or {})
    return got.raise_for_status().json()


async def phase(site, person, scan, word):
    """The recall, once it has come to that."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            rows = (await ask(site, person, "/api/bulk-recalls", method="GET"))["recalls"]
            [row] = [row for row in rows if row["scan"] == scan]
            if row["phase"] == word:
                return row
            await asyncio.sleep(0.05)  # nobody is told but who looks


def shown(listed):
    return sorted(one["number"] for one in listed if one.get("text"))


async def test_a_flood_is_previewed_recalled_and_brought_back(site, stage):
    room, people, _, _ = stage
    rey = people["rey"]
    before = await site.listed(room)

    preview = await ask(site, rey, "/api/bulk-recalls/preview", {"login": "ann"} | FLOOD)
    assert (preview["comments"], preview["rooms"]) == (COMMENTS // 2, {room: COMMENTS // 2})
    assert all(one["text"].startswith("flood") for one in preview["sample"])
    assert await site.listed(room) == before

    await ask(site, rey, f"/api/bulk-recalls/{preview['scan']}/execute")
    ended = await phase(site, rey, preview["scan"], "ended")
    assert ended["hits"] == ended["expected"] == preview["comments"]
    assert len(shown(await site.listed(room))) == COMMENTS // 2

    await ask(site, rey, f"/api/bulk-recalls/{preview['scan']}/undo")
    await phase(site, rey, preview["scan"], "undone")
    after = await site.listed(room)
    assert shown(after) == shown(before)
    assert {one["number"] for one in after if one.get("restored")} == {
        one["number"] for one in before if one["text"].startswith("flood")
    }


async def test_open_sockets_lose_them_within_a_second_and_authors_are_told(site, stage):
    room, people, ann, ben = stage
    rey = people["rey"]
    preview = await ask(site, rey, "/api/bulk-recalls/preview", {"login": "ann"} | FLOOD)
    numbers = {one["number"] for one in preview["sample"]}

    began = time.monotonic()
    await ask(site, rey, f"/api/bulk-recalls/{preview['scan']}/execute")
    await ben.until(lambda: numbers <= recalled_in(ben))
    took_s = time.monotonic() - began
    await ann.until(lambda: len(notices_of(ann, "measure")) == COMMENTS // 2)

    assert took_s < 1
    measures = await own(site, people["ann"])
    assert {one["number"] for one in measures} == numbers
    assert {one["step"] for one in measures} == {"delete"}
    appeal = {"text": "no flood", "room": room, "number": measures[0]["number"]}
    assert (await ask(site, people["ann"], "/api/appeals", appeal))["receipt"]


@pytest.mark.parametrize(
    "by",
    [{"room": "{room}"}, {"rule": "sample"}, {"author": "{author}"}, {"like": "{advert}"}],
)
async def test_it_goes_by_room_rule_author_and_likeness(site, stage, by):
    room, people, ann, ben = stage
    for viewer, tail in ((ann, "f19"), (ben, "a9")):
        await viewer.send(f"free skins, write to me {tail}")
    rules = {rule.rule_id for rule in site.core.rules.in_force.ruleset.rules}
    author = next(one["author"] for one in await site.listed(room) if one["text"] == "flood 0")
    given = {"{room}": room, "{author}": author, "sample": min(rules)}
    given["{advert}"] = f"{room}-{COMMENTS + 1}"
    fields = {key: given[value] for key, value in by.items()} | {"room": room} | FLOOD

    preview = await ask(site, people["rey"], "/api/bulk-recalls/preview", fields)

    expected = {"room": COMMENTS + 2, "rule": 0, "author": COMMENTS // 2 + 1, "like": 2}
    assert preview["comments"] == expected[next(iter(by))]


async def test_it_is_executed_once_and_undone_by_those_who_may(site, stage):
    _, people, _, _ = stage
    rey, ria = people["rey"], await site.person("ria", Bundle.REVIEWER)
    preview = await ask(site, rey, "/api/bulk-recalls/preview", {"login": "ann"} | FLOOD)
    path = f"/api/bulk-recalls/{preview['scan']}"
    await ask(site, rey, f"{path}/execute")
    again = await site.api.post(f"{path}/execute", headers=bearer(rey), json={})
    await phase(site, rey, preview["scan"], "ended")
    others = await site.api.post(f"{path}/undo", headers=bearer(ria), json={})
    await ask(site, people["eve"], f"{path}/undo")

    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    assert (others.status_code, others.json()["code"]) == (403, "not_granted")
    await phase(site, rey, preview["scan"], "undone")


async def test_nobody_recalls_their_own_in_bulk(site, stage):
    room, people, _, _ = stage
    rey = people["rey"]
    here = await Viewer.join(site.door(room, rey))
    await here.send("a word of mine")

    whole = await ask(site, rey, "/api/bulk-recalls/preview", {"room": room} | FLOOD)
    mine = await site.api.post(
        "/api/bulk-recalls/preview", headers=bearer(rey), json={"login": "rey"} | FLOOD
    )

    assert (whole["comments"], whole["own"]) == (COMMENTS, 1)
    assert mine.json()["code"] == "own_interest"


def recalled_in(viewer):
    return {one["number"] for one in entries_of(viewer, "recall")}
