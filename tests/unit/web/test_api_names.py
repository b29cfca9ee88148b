import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.times import HOUR_MS
from tests.unit.web.conftest import HELD_TEXT, REFUSED_TEXT


@pytest.fixture
async def cast(stage):
    room = await stage.room()
    mia = await stage.person("mia", (Bundle.STREAMER, room))
    people = (await stage.person("ann"), mia, await stage.person("eve", Bundle.REVIEWER))
    return room, *map(stage.by_token, people)


async def waiting(eve):
    return (await eve.send("GET", "/api/names")).raise_for_status().json()["names"]


async def test_a_clean_name_is_shown_at_once(cast):
    _, ann, *_ = cast
    assert (await ann.send("GET", "/api/me/name")).json() == {"name": "Ann", "given": None}

    answer = await ann.send("PUT", "/api/me/name", {"name": "Annabel"})

    assert (answer.status_code, answer.json()["name"]) == (200, "Annabel")
    assert answer.json()["given"]["state"] == "shown"
    assert (await ann.send("GET", "/api/me")).json()["name"] == "Annabel"


async def test_a_name_that_waits_says_why_and_until_when(cast):
    _, ann, _, eve = cast

    answer = await ann.send("PUT", "/api/me/name", {"name": "Officia1 Admin"})

    given = answer.json()["given"]
    assert (answer.status_code, answer.json()["name"]) == (202, given["shown"])
    assert (given["state"], given["category"], given["text"]) == (
        *("held", "impersonation"),
        "Officia1 Admin",
    )
    assert given["until_ms"] == given["at_ms"] + 24 * HOUR_MS
    assert await waiting(eve) == [given]


async def test_a_name_is_approved_and_another_rejected(cast):
    room, ann, mia, eve = cast
    await ann.send("PUT", "/api/me/name", {"name": "Officia1 Admin"})
    await mia.send("PATCH", f"/api/rooms/{room}", {"summary": HELD_TEXT})
    name, summary = await waiting(eve)

    assert (await eve.send("POST", f"/api/names/{name['id']}/approve")).status_code == 204
    no = {"category": "spam", "note": "No ads."}
    assert (await eve.send("POST", f"/api/names/{summary['id']}/reject", no)).status_code == 204
    assert (await eve.send("POST", f"/api/names/{name['id']}/approve")).status_code == 404

    assert (await ann.send("GET", "/api/me/name")).json()["name"] == "Officia1 Admin"
    [given] = (await mia.send("GET", f"/api/rooms/{room}/names")).json()["given"]
    assert (given["surface"], given["state"], given["category"], given["note"]) == (
        *("summary", "refused"),
        *("spam", "No ads."),
    )
    assert (await ann.send("GET", f"/api/rooms/{room}")).json()["state"]["summary"] == ""


async def test_a_refused_name_is_an_answer(cast):
    room, ann, mia, _ = cast

    for caller, method, path, fields in (
        (ann, "PUT", "/api/me/name", {"name": REFUSED_TEXT}),
        (mia, "PATCH", f"/api/rooms/{room}", {"title": REFUSED_TEXT}),
    ):
        answer = await caller.send(method, path, fields)
        assert (answer.status_code, answer.json()["code"]) == (422, "prohibited")
        assert answer.json()["category"]


async def test_what_is_shown_is_taken_away(cast):
    _, ann, _, eve = cast
    fields = {"surface": "name", "login": "ann", "category": "attack", "note": "An insult."}

    assert (await eve.send("POST", "/api/names/take-away", fields)).status_code == 204

    given = (await ann.send("GET", "/api/me/name")).json()["given"]
    assert (given["state"], given["text"], given["note"]) == ("refused", "Ann", "An insult.")


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("GET", "/api/names", None),
        ("POST", "/api/names/1/approve", None),
        ("POST", "/api/names/1/reject", {"category": "spam"}),
        ("POST", "/api/names/take-away", {"category": "spam", "surface": "name", "login": "eve"}),
        ("GET", "/api/rooms/demo/names", None),
    ],
)
async def test_who_may_not_is_told_so(stage, cast, method, path, fields):
    _, ann, *_ = cast

    refused = await ann.send(method, path, fields)
    guest = await stage.guest().send(method, path, fields, Origin="http://danmaku.test")

    assert (refused.status_code, refused.json()["code"]) == (403, "not_granted")
    assert (guest.status_code, guest.json()["code"]) == (401, "not_signed_in")


async def test_the_desk_decides_for_a_reviewer(stage, cast):
    room, ann, mia, _ = cast
    await ann.send("PUT", "/api/me/name", {"name": "Officia1 Admin"})
    await mia.send("PATCH", f"/api/rooms/{room}", {"title": "Official"})
    name, title = (await stage.desk.get("/names")).json()["names"]

    for path, fields in (
        (f"/names/{name['id']}/approve", {}),
        (f"/names/{title['id']}/reject", {"category": "fraud"}),
        ("/names/take-away", {"surface": "name", "login": "ann", "category": "other"}),
    ):
        nobody = await stage.desk.post(path, json=fields | {"by": "nobody"})
        assert nobody.status_code == 404
        assert (await stage.desk.post(path, json=fields | {"by": "eve"})).status_code == 200

    assert (await stage.desk.get("/names")).json() == {"names": []}
    assert (await ann.send("GET", "/api/me")).json()["name"].startswith("user ")
