import orjson
import pytest

from danmaku.domain.account import Bundle, Power
from tests.unit.web.conftest import HELD_TEXT


async def test_operator_furnishes_a_house_from_nothing(stage):
    desk = stage.desk

    ann = await desk.post("/accounts", json={"login": "ann", "name": "Ann", "password": None})
    room = await desk.post(
        "/rooms", json={"room": "demo", "title": "Demo", "kind": "live", "owner": "ann"}
    )
    grant = await desk.post("/grants", json={"login": "ann", "bundle": "reviewer"})
    token = await desk.post("/tokens", json={"login": "ann", "label": "cli", "ttl_ms": 60_000})
    [listed] = (await desk.get("/rooms")).json()["rooms"]

    assert [each.status_code for each in (ann, room, grant, token)] == [201] * 4
    assert listed == {
        "room": "demo",
        "title": "Demo",
        "kind": "live",
        "status": "open",
        "mode": "machine",
        "media_url": "",
        "news": False,
        "commerce": False,
        "minor_safe": False,
        "comments_count": 0,
        "viewers_count": 3,
    }
    assert (await desk.get("/rooms/demo")).json() == listed
    who = await stage.core.people.bearer(token.json()["secret"])
    assert {(each.bundle, each.room) for each in who.grants} == {
        (Bundle.VIEWER, None),
        (Bundle.STREAMER, "demo"),
        (Bundle.REVIEWER, None),
    }


async def test_room_is_paused_opened_and_closed_for_good(stage):
    await stage.room()

    answers = [
        await stage.desk.post("/rooms/demo/status", json={"status": status})
        for status in ("paused", "open", "closed", "open")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 409]
    assert answers[-1].json()["code"] == "room_closed"


async def test_comments_are_sent_as_somebody_and_judged_like_any(stage):
    await stage.room()
    await stage.person("ann")

    async def outcome_of(**fields):
        fields = {"login": "ann", "id": f"c-{fields['text']}"[:20].replace(" ", "-")} | fields
        return (await stage.desk.post("/rooms/demo/comments", json=fields)).json()

    assert (await outcome_of(text="hello"))["outcome"] == "published"
    assert (await outcome_of(text="wobblesnark"))["outcome"] == "held"
    assert (await outcome_of(text="grumblewock"))["outcome"] == "refused"
    assert (await outcome_of(text=" "))["code"] == "empty"
    assert (await outcome_of(text="x", login="nobody"))["code"] == "not_found"


async def test_held_comments_are_decided_in_a_reviewers_name(stage):
    room = await stage.room()
    ann = await stage.person("ann")
    await stage.person("rey", Bundle.REVIEWER)
    origins = [await stage.hold(ann, room) for _ in range(2)]

    held = (await stage.desk.get("/held?room=demo")).json()["held"]
    own = await stage.desk.post(f"/held/demo/{origins[0]}/approve", json={"login": "ann"})
    approved = await stage.desk.post(f"/held/demo/{origins[0]}/approve", json={"login": "rey"})
    rejected = await stage.desk.post(
        f"/held/demo/{origins[1]}/reject", json={"login": "rey", "category": "other"}
    )

    assert [(each["origin"], each["text"]) for each in held] == [
        (origin, HELD_TEXT) for origin in origins
    ]
    assert own.json()["code"] == "not_granted"
    assert approved.json()["number"] == 1
    assert rejected.status_code == 200
    assert (await stage.desk.get("/held")).json() == {"held": []}


async def test_export_and_import_are_streams(stage):
    room = await stage.room()
    await stage.room("copy")
    ann = await stage.person("ann", (Bundle.STREAMER, "copy"))
    for n in range(3):
        await stage.say(ann, room, f"comment {n}")

    exported = (await stage.desk.get("/export/demo")).content
    counts = (await stage.desk.post("/import/copy?login=ann", content=exported)).json()
    refused = await stage.desk.post("/import/demo?login=ann", content=exported)

    assert [orjson.loads(line)["number"] for line in exported.splitlines()] == [1, 2, 3]
    assert counts["published"] == 3
    assert refused.json()["code"] == "not_granted"


@pytest.mark.parametrize("path", ["/rooms/nowhere", "/export/nowhere", "/nowhere"])
async def test_desk_says_no_in_json(stage, path):
    answer = await stage.desk.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_desk_is_not_part_of_the_public_door(stage):
    guest = stage.guest()

    for path in ("/grants", "/accounts", "/tokens", "/held", "/export/demo", "/import/demo"):
        assert (await guest.get(path)).status_code == 404
        assert (await guest.client.post(path, json={})).status_code == 404


async def test_words_of_a_room_are_shown_and_edited(stage):
    await stage.room()
    desk = stage.desk

    whole = await desk.patch(
        "/rooms/demo/words", json={"text": "# mine\none\ntwo", "action": "mask"}
    )
    edited = await desk.patch("/rooms/demo/words", json={"add": ["three"], "remove": ["ONE"]})
    gone = await desk.patch("/rooms/demo/words", json={"remove": ["nine"]})
    wrong = await desk.patch("/rooms/demo/words", json={"text": "one\n\n…"})
    now = (await desk.get("/rooms/demo/words")).json()

    assert [answer.status_code for answer in (whole, edited, gone, wrong)] == [200, 200, 404, 400]
    assert "line 3: " in wrong.json()["text"]
    assert (now["words"], now["action"], now["seq"]) == (["two", "three"], "mask", 3)


async def test_ending_a_streamers_grant_ends_what_was_passed_on(stage):
    mia, tom = await stage.person("mia"), await stage.person("tom")
    room = await stage.room(owner=mia.who.account)
    moderators = stage.core.offices.keeping.moderators
    host = await stage.core.people.known("mia")
    offer = await moderators.invite(host, room, "tom", {Power.COMMENT_RECALL})
    await moderators.accept(tom.who, offer.proposal_id)
    grants = (await stage.desk.get("/accounts/mia/grants")).json()["grants"]
    [kept] = [grant for grant in grants if grant["room"] == room]

    await stage.desk.post(f"/accounts/mia/grants/{kept['grant_id']}/revoke")

    helper = await stage.core.people.known("tom")
    assert not helper.may(Power.COMMENT_RECALL, room, stage.house.clock())
    assert (await stage.desk.post(f"/accounts/mia/grants/{kept['grant_id']}/revoke")).is_error
