"""What waits its seconds appears once, whatever happens to who was to let it appear."""

import asyncio
from dataclasses import replace

import pytest

from bench import backing
from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.room import DELAY_MAX_MS, DELAY_MIN_MS, ReviewMode
from danmaku.nodes.bus import Exchange, LocalBus
from tests.articles.seen import notices_of, texts_of
from tests.live.site import running, settings_of
from tests.live.test_nodes import pair

DELAY_MS = 1_500
DELAYED = {"mode": ReviewMode.DELAYED, "delay_ms": DELAY_MS}
LONG = {"mode": ReviewMode.DELAYED, "delay_ms": DELAY_MAX_MS}
"""For what has to come first: no machine is so slow. `let_go` ends it."""


@pytest.fixture(scope="module")
def postgres():
    with backing.postgres() as cluster:
        yield cluster


@pytest.fixture
async def sites(tmp_path, postgres):
    exchange = Exchange()
    with postgres.database() as url:
        async with pair(tmp_path, url, {}, LocalBus(exchange), LocalBus(exchange)) as sites:
            yield sites


async def let_go(site, room):
    """Let what waits in a room wait no longer."""

    def change(state):
        return replace(state, policy=replace(state.policy, delay_ms=DELAY_MIN_MS))

    await site.core.rooms.change(None, room, change)


async def test_what_waited_when_the_server_ended_appears_when_it_is_back(tmp_path):
    settings = settings_of(tmp_path / "data")
    async with running(settings) as site:
        room = await site.room(**LONG)
        author = await Viewer.join(site.door(room, await site.person("ann")))
        assert (await author.send("before the end"))["category"] == "delay"

    async with running(settings) as site:
        viewer = await Viewer.join(site.door(room))
        await let_go(site, room)
        await viewer.until(lambda: bool(texts_of(viewer)))

        assert [one["text"] for one in await site.listed(room)] == ["before the end"]


async def test_a_control_puts_off_what_everybody_says_until_it_ends(tmp_path):
    async with running(settings_of(tmp_path / "data")) as site:
        room = await site.room(delay_ms=DELAY_MAX_MS)
        people = [await site.person("ann"), await site.person("tom", Bundle.MODERATOR)]
        ann, tom = [await Viewer.join(site.door(room, person)) for person in people]
        viewer = await Viewer.join(site.door(room))
        controls = site.core.offices.controls
        mode, lasts_ms = ReviewMode.DELAYED, 60_000

        await controls.set(None, scope=None, mode=mode, lasts_ms=lasts_ms, reason="a rumour")
        waiting = [
            await one.send(f"hello from {name}") for one, name in ((ann, "ann"), (tom, "tom"))
        ]
        before = texts_of(viewer)
        await let_go(site, room)
        await viewer.until(lambda: len(texts_of(viewer)) > 1)
        await controls.lift(None, scope=None, reason="over")
        after = await ann.send("and again")

    assert [(one["op"], one["category"]) for one in waiting] == [("held", "delay")] * 2
    assert (before, after["op"]) == ([], "published")


async def test_a_moderator_at_one_node_stops_what_was_sent_at_the_other(sites):
    one, two = sites
    room = await one.room(**LONG)
    ann, tom = await one.person("ann"), await one.person("tom", Bundle.MODERATOR)
    author = await Viewer.join(one.door(room, ann))
    keeper, viewer = [await Viewer.join(two.door(room, who)) for who in (tom, None)]

    stopped = await author.send("the butler did it")
    await author.send("what a scene")
    await keeper.until(lambda: len(notices_of(keeper, "held")) > 1)
    await two.core.moderation.reject(tom.who, room, stopped["seq"], "spoiler")
    await let_go(two, room)
    await viewer.until(lambda: bool(texts_of(viewer)))
    await author.until(lambda: bool(texts_of(author)))

    assert texts_of(viewer) == texts_of(author) == ["what a scene"]
    assert [told["category"] for told in notices_of(author, "refused")] == ["spoiler"]


def letting_appear(site):
    """The task of a node that does it."""
    delays = site.core.offices.keeping.delays
    tasks = [task for task in asyncio.all_tasks() if task.get_name() == "delays"]
    [found] = [one for one in tasks if one.get_coro().cr_frame.f_locals["work"].__self__ is delays]
    return found


async def test_what_a_node_has_left_behind_appears_by_another(sites):
    one, two = sites
    room = await one.room(**DELAYED)
    author = await Viewer.join(one.door(room, await one.person("ann")))
    viewer = await Viewer.join(two.door(room))
    letting_appear(one).cancel()

    await author.send("left behind")
    await viewer.until(lambda: bool(texts_of(viewer)))

    assert texts_of(viewer) == ["left behind"]
    assert len(await two.listed(room)) == 1


async def test_of_two_nodes_each_comment_appears_once_whoever_lets_it(sites):
    one, two = sites
    room = await one.room(**DELAYED)
    people = [await one.person(name) for name in ("ann", "ben")]
    authors = [
        await Viewer.join(site.door(room, person))
        for site, person in zip(sites, people, strict=True)
    ]
    viewer = await Viewer.join(two.door(room))
    sent = [f"{name} {number}" for number in range(20) for name in ("ann", "ben")]

    for text in sent:
        await authors[text.startswith("ben")].send(text)
    for site in sites:  # each takes on what the other wrote as well
        await site.core.offices.keeping.delays.look(0)
    await viewer.until(lambda: len(texts_of(viewer)) >= len(sent))

    assert sorted(texts_of(viewer)) == sorted(sent)
    listed = await one.listed(room)
    assert sorted(each["text"] for each in listed) == sorted(sent)
    assert sorted(each["number"] for each in listed) == list(range(1, len(sent) + 1))
