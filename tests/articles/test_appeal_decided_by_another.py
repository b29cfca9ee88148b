"""Who decided does not decide the appeal; granted, it gives back what was taken, at its place.

Article: Article.APPEAL_DECIDED_BY_ANOTHER, Article.MEASURES_ON_OPERATORS,
Article.REPORTS_AND_APPEALS
"""

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from tests.articles.seen import entries_of, notices_of
from tests.articles.verbs import bearer


async def ask(site, person, path, **fields):
    return await site.api.post(path, json=fields, headers=bearer(person))


async def page_of(site, person, path):
    """What the person's browser shows."""
    secret = await site.core.people.sessions.open(person.who.account)
    got = await site.api.get(path, headers={"Cookie": f"danmaku={secret}"})
    return got.raise_for_status().text


@pytest.fixture
async def stage(site):
    """A room where rey has taken a comment of ann's away, ann being there; and ria."""
    room = await site.room()
    people = {"ann": await site.person("ann")}
    for name in ("rey", "ria"):
        people[name] = await site.person(name, Bundle.REVIEWER)
    socket = await Viewer.join(site.door(room, people["ann"]))
    await socket.send("before")
    await socket.send("what I meant")
    await socket.send("after")
    path = f"/api/rooms/{room}/comments/2/recall"
    (await site.api.post(path, json={"category": "spam"}, headers=bearer(people["rey"])))
    return room, people, socket


async def test_an_appeal_is_not_decided_by_whoever_decided_and_gives_back_the_place(site, stage):
    room, people, socket = stage
    filed = await ask(site, people["ann"], "/api/appeals", text="no advert", room=room, number=2)
    receipt = filed.raise_for_status().json()["receipt"]
    assert (await ask(site, people["rey"], "/api/cases/next")).json() == {"case": None}
    case = (await ask(site, people["ria"], "/api/cases/next")).json()["case"]
    own = await ask(site, people["rey"], f"/api/cases/{case['case_id']}/claim")
    assert own.json()["code"] == "own_interest"

    path = f"/api/cases/{case['case_id']}/decide"
    (await ask(site, people["ria"], path, outcome="upheld", note="It is none.")).raise_for_status()

    await socket.until(lambda: bool(entries_of(socket, "restore")))
    await socket.until(lambda: bool(notices_of(socket, "result")))
    [back] = entries_of(socket, "restore")
    [told] = notices_of(socket, "result")
    assert (back["number"], back["text"], back["restored"]) == (2, "what I meant", True)
    assert (told["outcome"], told["note"]) == ("upheld", "It is none.")
    listed = {one["number"]: one.get("text") for one in await site.listed(room)}
    assert listed == {1: "before", 2: "what I meant", 3: "after"}
    state = (await site.api.get(f"/api/receipts/{receipt}")).json()
    assert (state["state"], state["outcome"]) == ("decided", "upheld")


async def test_a_second_appeal_goes_to_yet_another_person(site, stage):
    room, people, _ = stage
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    appeal = {"text": "no advert", "room": room, "number": 2}
    await ask(site, people["ann"], "/api/appeals", **appeal)
    case = (await ask(site, people["ria"], "/api/cases/next")).json()["case"]
    await ask(site, people["ria"], f"/api/cases/{case['case_id']}/decide", outcome="rejected")

    again = await ask(site, people["ann"], "/api/appeals", **appeal)

    assert again.status_code == 201
    for name in ("rey", "ria"):
        assert (await ask(site, people[name], "/api/cases/next")).json() == {"case": None}
    assert (await ask(site, eve, "/api/cases/next")).json()["case"]["kind"] == "appeal"


async def test_powers_in_a_room_that_were_taken_are_back_when_another_editor_says_so(site):
    mia, rey = await site.person("mia"), await site.person("rey", Bundle.REVIEWER)
    eve, eda = [await site.person(name, Bundle.CHIEF_EDITOR) for name in ("eve", "eda")]
    room = await site.room_of(mia)
    asked = {"powers": ["comment.recall", "comment.restore"]}
    applied = await ask(site, mia, f"/api/rooms/{room}/application", **asked)
    path = f"/api/applications/{applied.raise_for_status().json()['application']}/grant"
    given = (await ask(site, eve, path, **asked, days=30)).raise_for_status().json()
    path = f"/api/grants/{given['grant_id']}/narrow"
    (await ask(site, eve, path, keep=["comment.restore"], reason="too much")).raise_for_status()

    own = await page_of(site, mia, "/me")
    got = await site.api.get("/api/me/ended-grants", headers=bearer(mia))
    [ended] = got.raise_for_status().json()["ended"]
    assert "too much" in own
    assert f"/me/appeal?grant={ended['seq']}" in own
    filed = await ask(site, mia, "/api/appeals", text="I hid spoilers only", grant=ended["seq"])
    receipt = filed.raise_for_status().json()["receipt"]
    assert (await ask(site, rey, "/api/cases/next")).json() == {"case": None}
    case = (await ask(site, eda, "/api/cases/next")).json()["case"]
    own_decision = await ask(site, eve, f"/api/cases/{case['case_id']}/claim")
    assert own_decision.status_code == 403
    assert "too much" in await page_of(site, eda, f"/review/cases/{case['case_id']}")

    path = f"/api/cases/{case['case_id']}/decide"
    (await ask(site, eda, path, outcome="upheld", note="Right.")).raise_for_status()

    mine = await site.core.people.known("mia")
    [back] = [one for one in mine.grants if one.until_ms == given["until_ms"]]
    assert sorted(back.carried) == sorted(given["powers"])
    state = (await site.api.get(f"/api/receipts/{receipt}")).json()
    assert (state["state"], state["outcome"]) == ("decided", "upheld")
