import re
from math import ceil

from danmaku.domain.account import Bundle
from danmaku.domain.room import ReviewMode
from tests.unit.web.conftest import HELD_TEXT, OUR_SITE


async def test_list_is_where_a_held_comment_is_approved_or_refused(stage):
    room = await stage.room()
    ann, rey = await stage.person("ann"), await stage.person("rey", Bundle.REVIEWER)
    origins = [await stage.hold(ann, room) for _ in range(2)]

    page = await rey.get("/review/held")
    forms = re.findall(r'action="(/review/demo/\d+/\w+)"', page.text)
    approved = await rey.post_form(f"/review/demo/{origins[0]}/approve")
    rejected = await rey.post_form(f"/review/demo/{origins[1]}/reject", category="other")

    assert forms == [f"/review/demo/{o}/{verb}" for o in origins for verb in ("approve", "reject")]
    assert (approved.status_code, rejected.status_code) == (303, 303)
    [listed] = (await ann.get("/api/rooms/demo/comments")).json()["comments"]
    assert (listed["number"], listed["late"]) == (1, True)
    own = (await ann.get("/api/rooms/demo/own")).json()["comments"]
    assert sorted(each["status"] for each in own) == ["published", "refused"]


async def test_a_rejection_accuses_nobody_of_what_was_not_chosen(stage):
    room = await stage.room()
    ann, rey = await stage.person("ann"), await stage.person("rey", Bundle.REVIEWER)
    await stage.hold(ann, room)

    page = await rey.get("/review/held")

    assert re.findall(r'<option value="(\w+)" selected', page.text) == ["other"]


async def test_moderator_sees_their_own_room_alone(stage):
    await stage.room("here")
    await stage.room("there")
    ann = await stage.person("ann")
    tom = await stage.person("tom", (Bundle.MODERATOR, "here"))
    await stage.hold(ann, "here")
    origin = await stage.hold(ann, "there")

    page = await tom.get("/review")
    elsewhere = await tom.get("/review/held?room=there")
    decided = await tom.post_form(f"/review/there/{origin}/approve")

    assert re.findall(r'action="/review/(\w+)/\d+/approve"', page.text) == ["here"]
    assert (elsewhere.status_code, decided.status_code) == (403, 403)


async def test_nobody_decides_in_their_own_matter(stage):
    await stage.room()
    rey = await stage.person("rey", Bundle.REVIEWER)
    origin = await stage.hold(rey, "demo")

    answer = await rey.post_form(f"/review/demo/{origin}/approve")

    assert answer.status_code == 403
    assert "your own matter" in answer.text


async def flooded(stage, texts):
    """A room with so many near-equal comments of new accounts, and the name of their cluster."""
    room = await stage.room()
    for number, text in enumerate(texts):
        await stage.say(await stage.person(f"new{number}"), room, text)
    rey = await stage.person("rey", Bundle.REVIEWER)
    held = (await rey.get(f"/api/rooms/{room}/held")).json()["held"]
    return rey, held[0]["cluster"], len(held)


ADVERTS = [f"限时抢购全场半价大家速来看看{n}号" for n in range(12)]


async def test_cluster_is_looked_at_before_it_is_decided_as_one(stage):
    rey, cluster, count = await flooded(stage, ADVERTS)

    listed = (await rey.get("/review/held")).text
    preview = (await rey.get(f"/review/demo/clusters/{cluster}")).text
    refused = await rey.post_form(f"/review/demo/clusters/{cluster}/reject", category="spam")

    assert count == 10
    assert listed.count(f'href="/review/demo/clusters/{cluster}"') == 1
    assert preview.count("限时抢购") == count
    assert refused.status_code == 303
    assert "限时抢购" not in (await rey.get("/review/held")).text
    assert (await rey.get(f"/review/demo/clusters/{cluster}")).status_code == 404


async def test_api_decides_a_cluster_and_says_how_many_that_were(stage):
    rey, cluster, count = await flooded(stage, ADVERTS)
    path = f"/api/rooms/demo/clusters/{cluster}"
    ann = await stage.person("ann")

    shown = (await rey.get(path)).json()["held"]
    denied = await ann.send("POST", f"{path}/approve", Origin=OUR_SITE)
    done = await rey.send("POST", f"{path}/approve", Origin=OUR_SITE)

    assert len(shown) == count
    assert denied.status_code == 403
    assert done.json() == {"decided": count}
    assert (await rey.send("POST", f"{path}/reject", {"category": "spam"}, Origin=OUR_SITE)).json()[
        "code"
    ] == "not_found"


async def test_reviewer_leaves_an_own_comment_of_a_cluster_to_somebody_else(stage):
    room = await stage.room()
    people = [await stage.person(f"new{n}") for n in range(5)]
    for person, text in zip(people, ADVERTS, strict=False):
        await stage.say(person, room, text)
    await stage.core.people.grant(None, "new4", Bundle.REVIEWER, room=None, until_ms=None)
    [cluster] = {one["cluster"] for one in (await people[4].get("/api/held")).json()["held"]}

    path = f"/api/rooms/demo/clusters/{cluster}/reject"
    done = await people[4].send("POST", path, {"category": "spam"}, Origin=OUR_SITE)

    assert done.json() == {"decided": 2}
    [left] = (await people[4].get("/api/held")).json()["held"]
    assert left["name"] == "New4"


async def test_the_list_is_taken_along_as_a_spreadsheet(stage):
    room = await stage.room()
    ann, rey = await stage.person("ann"), await stage.person("rey", Bundle.REVIEWER)
    await stage.hold(ann, room)

    listed = await rey.get("/review/held.csv")

    assert listed.headers["content-type"].startswith("text/csv")
    [head, row] = listed.text.splitlines()
    assert head.endswith('"text"')
    assert HELD_TEXT in row
    assert (await ann.get("/review/held.csv")).status_code == 403


async def test_what_appears_by_itself_says_when_and_may_be_stopped_till_then(stage):
    room = await stage.room(mode=ReviewMode.DELAYED, delay_ms=30_000)
    ann, tom = await stage.person("ann"), await stage.person("tom", (Bundle.MODERATOR, room))
    began_ms = stage.house.clock()
    await ann.post_form(f"/rooms/{room}/comments", text="hot news")

    page = (await tom.client.get("/review/held")).text
    took_ms = stage.house.clock() - began_ms
    await tom.post_form(f"/review/{room}/2/reject", category="spoiler")

    [left_s] = re.findall(r"appears in (\d+) s", page)
    assert ceil((30_000 - took_ms) / 1000) <= int(left_s) <= 30
    assert "hot news" not in (await tom.client.get("/review/held")).text
