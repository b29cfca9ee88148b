"""Rules are written down, tried on the side and over the past, and put in force; all of it can go.

Article: Article.BETTER_METHODS
"""

import asyncio

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from tests.articles.verbs import bearer
from tests.patience import PATIENCE_S

DRAFT = """
[[rule]]
id = "advert"
category = "spam"
class = "negative"
action = "hold"
words = ["buynow"]
by = "the duty desk"
why = "a wave of adverts"
"""
TEXTS = ["buynow one", "hello one", "b-u-y-n-o-w two", "hello two"]
WORD = {"text": "buynow"}
WHY = {"why": "a wave of adverts"}


@pytest.fixture
async def stage(site):
    """A room with two adverts among four comments, and a chief editor."""
    room = await site.room()
    people = {"eve": await site.person("eve", Bundle.CHIEF_EDITOR), "ann": await site.person("ann")}
    socket = await Viewer.join(site.door(room, people["ann"]))
    for text in TEXTS:
        await socket.send(text)
    return room, people, socket


async def ask(site, person, path, fields=None, *, method="POST"):
    given = {"json": fields} if isinstance(fields, dict) else {"content": fields}
    got = await site.api.request(method, path, headers=bearer(person), **given)
    return got.raise_for_status().json()


async def phase(site, eve, scan, word):
    """The back-scan, once it has come to that."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            rows = (await ask(site, eve, "/api/back-scans", method="GET"))["scans"]
            [row] = [row for row in rows if row["scan"] == scan]
            if row["phase"] == word:
                return row
            await asyncio.sleep(0.05)  # nobody is told but who looks


def numbers(listed):
    return sorted(one["number"] for one in listed if one.get("text"))


@pytest.mark.parametrize("treatment", ["hold", "recall"])
async def test_a_rule_set_is_tried_previewed_executed_and_undone(site, stage, treatment):
    room, people, _ = stage
    eve = people["eve"]
    draft = (await ask(site, eve, "/api/rules", DRAFT.encode()))["draft"]
    before = site.core.rules.version

    preview = await ask(site, eve, "/api/back-scans/preview", {"draft": draft})
    report = preview["report"]
    assert site.core.rules.version == before
    assert numbers(await site.listed(room)) == [1, 2, 3, 4]
    assert (report["comments"], report["hits"]) == (4, 2)
    assert report["rules"] == {"advert": {"hold": 2}}
    assert report["moves"] == {"pass > hold (spam)": 2}
    assert report["rooms"] == {room: 2}

    await ask(site, eve, f"/api/rules/{draft}/activate", WHY)
    begun = {key: preview[key] for key in ("draft", "room", "since_ms", "upto_ms")}
    asked = begun | {"treatment": treatment, "comments": 4, "hits": 2} | WHY
    scan = (await ask(site, eve, "/api/back-scans", asked))["scan"]
    ended = await phase(site, eve, scan, "ended")
    assert (ended["seen"], ended["hits"], ended["expected"]) == (4, 2, 2)
    assert numbers(await site.listed(room)) == [2, 4]

    own = await ask(site, people["ann"], "/api/me/measures", method="GET")
    assert sorted(one["number"] for one in own["measures"]) == [1, 3]
    assert all("advert" in one["basis"] for one in own["measures"])

    await ask(site, eve, f"/api/back-scans/{scan}/undo")
    await phase(site, eve, scan, "undone")
    assert numbers(await site.listed(room)) == [1, 2, 3, 4]


async def test_what_a_rule_took_can_be_appealed_one_by_one(site, stage):
    room, people, _ = stage
    eve, rey = people["eve"], await site.person("rey", Bundle.REVIEWER)
    draft = (await ask(site, eve, "/api/rules", DRAFT.encode()))["draft"]
    preview = await ask(site, eve, "/api/back-scans/preview", {"draft": draft})
    begun = {key: preview[key] for key in ("draft", "upto_ms")}
    asked = begun | {"treatment": "recall", "comments": 4, "hits": 2} | WHY
    scan = (await ask(site, eve, "/api/back-scans", asked))["scan"]
    await phase(site, eve, scan, "ended")

    appeal = {"text": "no advert", "room": room, "number": 3}
    await ask(site, people["ann"], "/api/appeals", appeal)
    case = (await ask(site, rey, "/api/cases/next", {}))["case"]
    await ask(site, rey, f"/api/cases/{case['case_id']}/decide", {"outcome": "upheld"})

    assert numbers(await site.listed(room)) == [2, 3, 4]
    [done] = (await ask(site, eve, "/api/rules/track-records", method="GET"))["rules"]
    assert (done["rule"], done["stopped"], done["overturned"]) == ("advert", 2, 1)


@pytest.mark.parametrize(("outcome", "left"), [("upheld", [2, 4]), ("rejected", [1, 2, 4])])
async def test_what_was_held_comes_back_unless_a_person_confirms_it(site, stage, outcome, left):
    room, people, _ = stage
    eve, rey = people["eve"], await site.person("rey", Bundle.REVIEWER)
    draft = (await ask(site, eve, "/api/rules", DRAFT.encode()))["draft"]
    preview = await ask(site, eve, "/api/back-scans/preview", {"draft": draft})
    asked = {"draft": draft, "upto_ms": preview["upto_ms"], "treatment": "hold"} | WHY
    scan = (await ask(site, eve, "/api/back-scans", asked | {"comments": 4, "hits": 2}))["scan"]
    await phase(site, eve, scan, "ended")

    cases = (await ask(site, rey, f"/api/cases?room={room}", method="GET"))["cases"]
    [case] = [one for one in cases if one["number"] == 1]
    await ask(site, rey, f"/api/cases/{case['case_id']}/claim", {})
    await ask(site, rey, f"/api/cases/{case['case_id']}/decide", {"outcome": outcome})

    assert numbers(await site.listed(room)) == left


async def test_rules_in_the_shadow_change_nothing_and_say_what_they_would(site, stage):
    room, people, socket = stage
    eve = people["eve"]
    draft = (await ask(site, eve, "/api/rules", DRAFT.encode()))["draft"]
    await ask(site, eve, f"/api/rules/{draft}/shadow", WHY)
    async with asyncio.timeout(PATIENCE_S):
        while site.core.rule_office.shadow.version is None:  # noqa: ASYNC110 -- a shadow wakes nobody
            await asyncio.sleep(0.02)

    assert (await socket.send("buynow three"))["op"] == "published"
    async with asyncio.timeout(PATIENCE_S):
        while not site.core.rule_office.shadow.report.comments:  # noqa: ASYNC110 -- nor this
            await asyncio.sleep(0.02)
    told = await ask(site, eve, "/api/rules/shadow", method="GET")
    opinions = (await ask(site, eve, "/api/rules/try", {"text": "buynow"}))["opinions"]

    assert told["report"]["moves"] == {"pass > hold (spam)": 1}
    assert numbers(await site.listed(room)) == [1, 2, 3, 4, 5]
    assert [(one["stage"], one["action"]) for one in opinions] == [
        ("active", "pass"),
        ("shadow", "hold"),
    ]


async def test_an_urgent_rule_reaches_every_server_and_tells_when(site, stage):
    _, people, socket = stage
    eve = people["eve"]
    word = {"text": "zqxword", "category": "spam", "lasts_ms": 60_000} | WHY
    urgent = (await ask(site, eve, "/api/urgent-rules", word))["urgent"]
    async with asyncio.timeout(PATIENCE_S):
        while True:
            [row] = (await ask(site, eve, "/api/urgent-rules", method="GET"))["rules"]
            if row["reach_ms"] is not None:
                break
            await asyncio.sleep(0.02)

    held = await socket.send("a zqxword here")
    await ask(site, eve, f"/api/urgent-rules/{urgent}/end", WHY)
    async with asyncio.timeout(PATIENCE_S):
        while site.core.rules.version != site.core.rules.activated:  # noqa: ASYNC110 -- as above
            await asyncio.sleep(0.02)

    assert held["op"] == "held"
    assert (await socket.send("a zqxword again"))["op"] == "published"
    assert row["reach_ms"] < 5_000


async def test_who_may_not_may_not(site, stage):
    _, people, _ = stage
    rey = await site.person("rey", Bundle.REVIEWER)
    draft = (await ask(site, rey, "/api/rules", DRAFT.encode()))["draft"]

    asked = ((rey, f"/api/rules/{draft}/activate", WHY), (people["ann"], "/api/rules/try", WORD))
    for person, path, fields in asked:
        got = await site.api.post(path, json=fields, headers=bearer(person))
        assert (got.status_code, got.json()["code"]) == (403, "not_granted")
