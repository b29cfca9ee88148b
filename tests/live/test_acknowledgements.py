"""What a sender is told is true, stays true, and is told once."""

import asyncio

import pytest

from bench.checker import Run, check
from bench.client import Viewer
from bench.messages import KINDS
from tests.live.site import running, settings_of

ANSWER = ("op", "number", "seq")


def told(answer):
    return {key: answer[key] for key in ANSWER}


@pytest.fixture
async def ann(site):
    return await site.person("ann")


async def test_published_means_recorded(site, ann):
    room = await site.room()
    viewer = await Viewer.join(site.door(room, ann))

    answer = await viewer.send("hello", position_ms=1500)

    record = await site.record(room)
    assert told(answer) == {"op": "published", "number": 1, "seq": 2}
    assert record.entries[2]["text"] == "hello"
    assert record.entries[2]["position_ms"] == 1500


@pytest.mark.parametrize("kind", KINDS)
async def test_every_way_of_being_connected_gets_the_same_entries(site, ann, kind):
    room = await site.room()
    sender = await Viewer.join(site.door(room, ann))
    viewer = await Viewer.join(site.door(room, kind=KINDS[kind]))

    answer = await sender.send("前方高能 🎉", mode="top", color=255, size=36)
    await viewer.reach(answer["seq"])

    [entry] = viewer.events[-1].entries
    assert entry == (await site.record(room)).entries[answer["seq"]]
    assert (entry["mode"], entry["color"], entry["size"]) == ("top", 255, 36)


async def test_answers_agree_with_the_order_of_the_record(site):
    room = await site.room()
    people = [await site.person(f"person{n}") for n in range(4)]
    viewers = [await Viewer.join(site.door(room, person)) for person in people]

    await asyncio.gather(
        *(viewer.send(f"{v} {n}") for v, viewer in enumerate(viewers) for n in range(50))
    )

    record = await site.record(room)
    for viewer in viewers:
        await viewer.reach(max(record.entries))
    sends = [send for viewer in viewers for send in viewer.sends.values()]
    events = {f"viewer {v}": viewer.events for v, viewer in enumerate(viewers)}
    assert len(sends) == 200
    assert check(Run(record, events, sends)) == []


async def test_one_id_twice_is_recorded_once_and_answered_the_same(site, ann):
    room = await site.room()
    viewer = await Viewer.join(site.door(room, ann))

    first = await viewer.send("once", client_id="c-1")
    second = await viewer.send("once", client_id="c-1")
    together = await asyncio.gather(*(viewer.send("both", client_id="c-2") for _ in range(5)))

    assert told(second) == told(first)
    assert {answer["seq"] for answer in together} == {first["seq"] + 1}
    assert len(await site.listed(room)) == 2


async def test_one_id_over_two_sockets_is_recorded_once(site, ann):
    room = await site.room()
    viewers = [await Viewer.join(site.door(room, ann)) for _ in range(2)]

    together = await asyncio.gather(*(v.send("once", client_id="c-1") for v in viewers))

    assert told(together[0]) == told(together[1])
    assert len(await site.listed(room)) == 1


@pytest.mark.parametrize("text", ["plain", "咕噜待审", "咕噜禁语"])
async def test_one_id_is_answered_the_same_after_a_restart(tmp_path, text):
    settings = settings_of(tmp_path / "data")
    async with running(settings) as site:
        room, ann = await site.room(), await site.person("ann")
        viewer = await Viewer.join(site.door(room, ann))
        before = await viewer.send(text, client_id="c-1")
        await viewer.leave()

    async with running(settings) as site:
        viewer = await Viewer.join(site.door(room, ann))
        after = await viewer.send(text, client_id="c-1")
        await viewer.leave()

    assert after == before


async def test_the_same_id_of_another_account_is_another_comment(site, ann):
    room, ben = await site.room(), await site.person("ben")
    viewers = [await Viewer.join(site.door(room, person)) for person in (ann, ben)]

    answers = [await viewer.send("mine", client_id="c-1") for viewer in viewers]

    assert [answer["number"] for answer in answers] == [1, 2]


async def test_a_guest_is_refused_and_stays(site):
    viewer = await Viewer.join(site.door(await site.room()))

    answer = await viewer.send("hello")
    await viewer.say({"op": "ping"})
    await viewer.until(lambda: {"op": "pong"} in viewer.others)

    assert (answer["op"], answer["code"]) == ("refused", "not_signed_in")
    assert not viewer.closed


async def test_a_held_comment_shows_nothing_of_itself_to_others(site, ann):
    room, ben = await site.room(), await site.person("ben")
    sender, viewer = [await Viewer.join(site.door(room, who)) for who in (ann, ben)]

    held = await sender.send("咕噜待审")
    refused = await sender.send("咕噜禁语")
    shown = await sender.send("hello")
    await viewer.reach(shown["seq"])

    assert (held["op"], refused["op"], refused["code"]) == ("held", "refused", "prohibited")
    assert [entry["text"] for batch in viewer.events[1:] for entry in batch.entries] == ["hello"]
    assert "咕噜" not in (await site.api.get(f"/rooms/{room}")).text
    assert [item["text"] for item in await site.listed(room)] == ["hello"]


async def test_a_recall_reaches_viewers_and_list(site, ann):
    room = await site.room()
    sender, viewer = [await Viewer.join(site.door(room, who)) for who in (ann, None)]
    sent = await sender.send("oh no")

    recalled = await sender.recall(sent["number"])
    await viewer.reach(recalled["seq"])

    [entry] = viewer.events[-1].entries
    [item] = await site.listed(room)
    assert recalled["op"] == "recalled"
    assert (entry["kind"], entry["number"], entry["by"]) == ("recall", 1, "author")
    assert (item["kind"], item["number"], item["by"]) == ("marker", 1, "author")
    assert "oh no" not in (await site.api.get(f"/rooms/{room}")).text
