"""Graded measures on users are felt on open sockets, told with their reason, end and are undone.

Article: Article.MEASURES_ON_USERS, Article.RECORDS_KEPT
"""

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.measures import Step
from danmaku.domain.times import HOUR_MS
from tests.articles.seen import entries_of, notices_of
from tests.articles.verbs import bearer, own, reverse, take

STEPS = {
    "warn": ({}, "warning_unread"),
    "limit": ({"functions": ["colors"]}, "style_not_allowed"),
    "suspend": ({"lasts_ms": HOUR_MS}, "account_suspended"),
}


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_is_told_and_felt_on_an_open_socket_listed_and_undone(site, step):
    fields, code = STEPS[step]
    room = await site.room()
    ann = await site.person("ann")
    rey = await site.person("rey", Bundle.REVIEWER)
    socket = await Viewer.join(site.door(room, ann))
    await socket.send("before", color=255)

    taken = await take(site, rey, step, room=room, number=1, everywhere=True, **fields)
    during = await socket.send("during", color=255)
    [notice] = notices_of(socket, "measure")
    [listed] = await own(site, ann)
    await reverse(site, rey, taken["measure_id"])
    after = await socket.send("after", color=255)

    assert (during["op"], during["code"]) == ("refused", code)
    assert (notice["step"], notice["note"]) == (step, "Stop this.")
    assert (listed["step"], listed["category"], listed["note"]) == (step, "other", "Stop this.")
    assert after["op"] == "published"


async def test_who_is_suspended_is_told_until_when(site):
    room = await site.room()
    socket = await Viewer.join(site.door(room, await site.person("ann")))
    rey = await site.person("rey", Bundle.REVIEWER)

    taken = await take(site, rey, "suspend", login="ann", lasts_ms=HOUR_MS)
    refused = await socket.send("hello")

    assert refused["until_ms"] == taken["until_ms"]


async def test_a_warning_that_was_read_lets_sending_go_on(site):
    room = await site.room()
    ann = await site.person("ann")
    rey = await site.person("rey", Bundle.REVIEWER)
    socket = await Viewer.join(site.door(room, ann))

    warning = await take(site, rey, "warn", login="ann")
    path = f"/api/me/measures/{warning['measure_id']}/read"
    (await site.api.post(path, headers=bearer(ann))).raise_for_status()

    assert (await socket.send("thank you"))["op"] == "published"


async def test_a_held_comment_is_refused_and_a_published_one_deleted_as_measures(site):
    room = await site.room()
    ann = await site.person("ann")
    rey = await site.person("rey", Bundle.REVIEWER)
    socket = await Viewer.join(site.door(room, ann))
    held = await socket.send("咕噜待审 here")
    await socket.send("should never have been said")

    await take(site, rey, "refuse", room=room, origin=held["seq"])
    deleted = await take(site, rey, "delete", room=room, number=1)
    [marker] = await site.listed(room)
    await reverse(site, await site.person("eve", Bundle.CHIEF_EDITOR), deleted["measure_id"])
    [back] = await site.listed(room)

    assert (marker["kind"], back["text"]) == ("marker", "should never have been said")
    assert [one["step"] for one in await own(site, ann)] == ["delete", "refuse"]


@pytest.mark.parametrize(
    ("step", "code"), [("close", "account_suspended"), ("forbid", "identity_barred")]
)
async def test_a_closed_or_barred_account_loses_its_sockets_and_still_reads_its_notices(
    site, step, code
):
    room = await site.room()
    ann = await site.person("ann")
    socket = await Viewer.join(site.door(room, ann))
    await take(site, await site.person("rey", Bundle.REVIEWER), "suspend", login="ann")
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)

    await take(site, eve, step, login="ann")
    await socket.until(lambda: socket.closed)
    again = await (await Viewer.join(site.door(room, ann))).send("I am back")

    assert socket.close_code == 4403
    assert (again["op"], again["code"]) == ("refused", code)
    assert [one["step"] for one in await own(site, ann)] == [step, "suspend"]


async def test_for_a_measure_the_text_the_time_the_account_and_the_rules_are_kept(site):
    room = await site.room()
    ann = await site.person("ann")
    rey = await site.person("rey", Bundle.REVIEWER)
    socket = await Viewer.join(site.door(room, ann))
    for text in ("one before", "a fizzlebug in it", "one after"):
        await socket.send(text)

    taken = await take(site, rey, Step.DELETE.value, room=room, number=2)
    inspector = await site.person("ins", Bundle.INSPECTOR)
    path = f"/api/measures/{taken['measure_id']}/evidence"
    kept = (await site.api.get(path, headers=bearer(inspector))).raise_for_status().json()
    refused = await site.api.get(path, headers=bearer(ann))

    assert kept["comment"]["text"] == "a fizzlebug in it"
    assert kept["comment"]["account"] == ann.who.account
    assert kept["comment"]["ruleset"] == site.core.rules.version
    assert kept["actor"] == rey.who.account
    assert kept["neighbours"] == ["one before", "one after"]
    assert refused.status_code == 403


async def test_whom_a_measure_is_against_appeals_and_has_a_receipt_that_reviewers_find(site):
    ann, rey = await site.person("ann"), await site.person("rey", Bundle.REVIEWER)
    taken = await take(site, rey, "suspend", login="ann", lasts_ms=HOUR_MS)
    words = {"measure_id": taken["measure_id"], "text": "It was not me."}

    filed = await site.api.post("/api/appeals", json=words, headers=bearer(ann))
    foreign = await site.api.post("/api/appeals", json=words, headers=bearer(rey))

    assert (filed.status_code, foreign.status_code) == (201, 404)
    state = (await site.api.get(f"/api/receipts/{filed.json()['receipt']}")).json()
    assert (state["kind"], state["subject"], state["state"]) == ("appeal", "measure", "open")
    [case] = (await site.api.get("/api/cases", headers=bearer(rey))).json()["cases"]
    assert case["measure_id"] == taken["measure_id"]
    path = f"/api/cases/{case['case_id']}"
    whole = (await site.api.get(path, headers=bearer(rey))).json()
    assert [filing["text"] for filing in whole["filings"]] == ["It was not me."]


async def test_who_was_wrongly_refused_is_published_late_at_the_old_place(site):
    room = await site.room()
    ann, rey = await site.person("ann"), await site.person("rey", Bundle.REVIEWER)
    speaker, watcher = await Viewer.join(site.door(room, ann)), await Viewer.join(site.door(room))
    refused = await speaker.send("grumblewock", position_ms=700)
    await speaker.send("said later", position_ms=900)
    [own_comment, *_] = [
        each
        for each in await site.core.offices.privacy.own.newest(ann.who)
        if each.comment.number is None
    ]
    words = {"room": room, "origin": own_comment.comment.origin, "text": "A bird."}
    (await site.api.post("/api/appeals", json=words, headers=bearer(ann))).raise_for_status()
    asked = await site.api.post("/api/cases/next", json={}, headers=bearer(rey))
    path = f"/api/cases/{asked.json()['case']['case_id']}/decide"

    granted = await site.api.post(path, json={"outcome": "upheld"}, headers=bearer(rey))

    assert granted.status_code == 200
    await watcher.until(lambda: any(each["late"] for each in entries_of(watcher, "comment")))
    [late] = [each for each in entries_of(watcher, "comment") if each["late"]]
    assert refused["code"] == "prohibited"
    assert (late["number"], late["text"], late["position_ms"]) == (2, "grumblewock", 700)
    assert [each["number"] for each in await site.listed(room)] == [2, 1]
