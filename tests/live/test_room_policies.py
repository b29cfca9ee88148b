"""A streamer's switches are felt by the next send, on every door, and undone as easily."""

import asyncio
from dataclasses import replace
from time import monotonic

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.ids import Seq
from danmaku.domain.room import ReviewMode

AT_MOST_S = 1.0


async def set_policy(site, room, **policy):
    def change(state):
        return replace(state, policy=replace(state.policy, **policy))

    return await site.core.rooms.change(None, room, change)


@pytest.fixture
async def people(site):
    return [await site.person(name) for name in ("ann", "ben", "cid")]


async def test_comments_off_refuses_the_next_send_of_everybody_and_on_again_works(site, people):
    room = await site.room()
    viewers = [await Viewer.join(site.door(room, person)) for person in people]
    await viewers[0].send("before")

    began = monotonic()
    off = await set_policy(site, room, mode=ReviewMode.CLOSED)
    refused = await asyncio.gather(*(viewer.send("during") for viewer in viewers))
    for viewer in viewers:
        await viewer.reach(off.seq)
    took = monotonic() - began
    await set_policy(site, room, mode=ReviewMode.MACHINE)
    after = await viewers[1].send("after")

    assert [answer["code"] for answer in refused] == ["room_paused"] * 3
    assert took < AT_MOST_S
    assert after["op"] == "published"
    assert [item["text"] for item in await site.listed(room)] == ["after", "before"]


async def test_the_list_stays_readable_while_comments_are_off(site, people):
    room = await site.room()
    viewer = await Viewer.join(site.door(room, people[0]))
    await viewer.send("before")

    await set_policy(site, room, mode=ReviewMode.CLOSED)

    assert [item["text"] for item in await site.listed(room)] == ["before"]
    assert (await site.rendered(room)).items[1]["text"] == "before"


async def test_viewers_learn_of_the_switch(site, people):
    room = await site.room()
    viewer = await Viewer.join(site.door(room, people[0]))

    off = await set_policy(site, room, mode=ReviewMode.CLOSED)
    await viewer.reach(off.seq)

    [entry] = viewer.events[-1].entries
    assert (entry["kind"], entry["state"]["mode"]) == ("room", "closed")


async def test_slow_mode_lets_each_account_comment_once_per_gap(site, people):
    room = await site.room(slow_ms=60_000)
    ann, ben = [await Viewer.join(site.door(room, person)) for person in people[:2]]

    first, second, other = [
        await ann.send("one"),
        await ann.send("two"),
        await ben.send("three"),
    ]
    await set_policy(site, room, slow_ms=0)
    freed = await ann.send("four")

    assert [first["op"], other["op"], freed["op"]] == ["published"] * 3
    assert (second["op"], second["code"]) == ("refused", "rate_limited")
    assert 0 < second["retry_after_ms"] <= 60_000


async def test_review_of_every_comment_holds_it_until_it_is_approved(site, people):
    room = await site.room(mode=ReviewMode.EVERY)
    reviewer = await site.person("rev", Bundle.REVIEWER)
    sender, viewer = [await Viewer.join(site.door(room, who)) for who in (people[0], None)]

    held = await sender.send("please", position_ms=5000)
    empty = await site.listed(room)
    approved = await site.core.moderation.approve(reviewer.who, room, Seq(held["seq"]))
    await viewer.reach(approved.seq)

    [entry] = viewer.events[-1].entries
    assert (held["op"], empty) == ("held", [])
    assert (entry["number"], entry["position_ms"], entry["late"]) == (1, 5000, True)
    assert [item["text"] for item in await site.listed(room)] == ["please"]


async def test_a_rejected_comment_never_shows(site, people):
    room = await site.room(mode=ReviewMode.EVERY)
    reviewer = await site.person("rev", Bundle.REVIEWER)
    sender = await Viewer.join(site.door(room, people[0]))
    held = await sender.send("please")

    await site.core.moderation.reject(reviewer.who, room, Seq(held["seq"]), "spam")

    assert await site.listed(room) == []
    assert {entry["kind"] for entry in (await site.record(room)).entries.values()} == {"room"}


async def test_a_broadcast_gives_the_positions(site, people):
    room = await site.room()
    sender = await Viewer.join(site.door(room, people[0]))

    await site.core.rooms.start_broadcast(None, room)
    await sender.send("live", position_ms=80_000_000)
    await site.core.rooms.end_broadcast(None, room)
    await sender.send("replay", position_ms=7000)

    replay, live = await site.listed(room)
    assert live["position_ms"] < 10_000
    assert replay["position_ms"] == 7000


async def test_a_switch_in_one_room_is_none_in_another(site, people):
    closed, open_room = await site.room(), await site.room()
    viewer = await Viewer.join(site.door(open_room, people[0]))

    await set_policy(site, closed, mode=ReviewMode.CLOSED)
    answer = await viewer.send("hello")

    assert answer["op"] == "published"
    assert await site.listed(closed) == []
