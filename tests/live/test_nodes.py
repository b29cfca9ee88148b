"""Two servers on one record: what either takes, both show, in one order."""

import asyncio
import contextlib
import shutil
import signal
from dataclasses import replace
from importlib import resources

import pytest

from bench import backing
from bench.checker import Own, Run, check
from bench.client import Door, Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.features import Feature
from danmaku.domain.ids import ClientId
from danmaku.errors import TooFast
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Action
from danmaku.filter.screen import Screen
from danmaku.nodes.bus import Exchange, LocalBus
from danmaku.store.keys import KEY_FILE
from danmaku.store.vault import VAULT_FILE
from tests.filed import assessed
from tests.live.site import FAST, PLAIN, running, settings_of
from tests.live.test_left_out import left_out_of
from tests.live.test_webhooks import LOCAL, say, told
from tests.patience import PATIENCE_S

WAIT_S = PATIENCE_S
EXTRA_RULE = """
[[rule]]
id = "extra"
category = "spam"
class = "house"
action = "refuse"
words = ["zorkmid"]
"""


@pytest.fixture(scope="module")
def postgres():
    with backing.postgres() as cluster:
        yield cluster


@pytest.fixture
def database(postgres):
    with postgres.database() as url:
        yield url


@pytest.fixture(scope="module")
def redis():
    with backing.redis() as server:
        yield server


@contextlib.asynccontextmanager
async def pair(tmp_path, database, nodes, *buses, **parts):
    """Two servers on one record, with the same keys."""
    async with contextlib.AsyncExitStack() as stack:
        sites = []
        for name, bus in zip(("one", "two"), buses, strict=True):
            home = tmp_path / name
            if sites:
                home.mkdir()
                for key in (KEY_FILE, VAULT_FILE):
                    shutil.copy(tmp_path / "one" / key, home / key)
            parts |= {"store": {"data_dir": home, "url": database}, "nodes": nodes}
            settings = settings_of(home, **parts)
            sites.append(await stack.enter_async_context(running(settings, bus=bus)))
        yield tuple(sites)


@pytest.fixture
async def sites(tmp_path, database):
    exchange = Exchange()
    async with pair(tmp_path, database, {}, LocalBus(exchange), LocalBus(exchange)) as sites:
        yield sites


async def holds(is_so):
    async with asyncio.timeout(WAIT_S):
        while not is_so():  # noqa: ASYNC110 -- what is waited for sets no events
            await asyncio.sleep(0.01)


async def people_of(site, *logins):
    return [await site.person(login, Bundle.MODERATOR) for login in logins]


async def seats(sites, room, people):
    """A viewer of each person at each site."""
    return [await Viewer.join(site.door(room, person)) for site in sites for person in people]


async def test_viewers_of_both_see_one_order_of_what_is_sent_to_either(sites):
    await pour(sites)


async def test_so_they_do_over_redis(tmp_path, database, redis):
    async with pair(tmp_path, database, {"bus": redis.url}, None, None) as sites:
        await holds(lambda: all(site.core.node.neighbours._presence.nodes for site in sites))
        await pour(sites)


@pytest.mark.faults
async def test_so_they_do_while_redis_is_gone(tmp_path, database):
    with backing.redis() as own:
        async with pair(tmp_path, database, {"bus": own.url}, None, None) as sites:
            pouring = asyncio.create_task(pour(sites))
            await asyncio.sleep(0.1)
            await asyncio.to_thread(own.daemon.stop, signal.SIGKILL)
            await pouring


async def test_so_they_do_without_any_bus(tmp_path, database):
    async with pair(tmp_path, database, {}, None, None) as sites:
        await pour(sites)


async def pour(sites):
    room = await sites[0].room()
    people = await people_of(sites[0], "ann", "ben")
    viewers = await seats(sites, room, people)

    async def send(viewer, name):
        for number in range(25):
            await viewer.send(f"{name} {number}", client_id=f"{name}{number}")

    await asyncio.gather(*(send(viewer, f"v{place}") for place, viewer in enumerate(viewers)))

    for viewer in viewers:
        await viewer.reach(101)
    record = await sites[1].record(room)
    events = {f"{place}": viewer.events for place, viewer in enumerate(viewers)}
    sends = [send for viewer in viewers for send in viewer.sends.values()]
    assert check(Run(record, events, sends)) == []
    assert len(record.entries) == 101


async def test_a_room_is_followed_while_somebody_is_there_whatever_else_is_asked_for(
    sites, monkeypatch
):
    room, other = await sites[0].room(), await sites[0].room()
    [ann] = await people_of(sites[0], "ann")
    here, there = await seats(sites, room, [ann])
    monkeypatch.setattr("danmaku.actions.rooms.LIVE_ROOMS_MAX", 1)
    two = sites[1].core
    await two.rooms.live(other)
    assert two.rooms.peek(room) is None

    await two.node.record._followed.drop_unwanted()
    answer = await here.send("for those who only watch")

    await there.reach(answer["seq"])
    await there.leave()
    await holds(lambda: not sites[1].server._gateway.shows(room))
    await two.node.record._followed.drop_unwanted()
    assert not two.node.record._followed.knows(room)


async def test_a_recall_at_one_reaches_viewers_of_the_other(sites):
    room = await sites[0].room()
    [ann] = await people_of(sites[0], "ann")
    here, there = await seats(sites, room, [ann])
    sent = await here.send("take me back")
    await there.reach(sent["seq"])

    await there.recall(sent["number"])

    await here.reach(sent["seq"] + 1)
    await holds(lambda: not sites[1].core.node.neighbours._recalls._waiting)


async def test_a_change_of_the_room_at_one_is_felt_at_the_other(sites):
    room = await sites[0].room()
    [ann] = await people_of(sites[0], "ann")
    here, there = await seats(sites, room, [ann])
    await here.send("first")

    for number in range(6):  # each decided on what the other wrote last
        rooms = sites[number % 2].core.rooms
        await rooms.change(None, room, lambda state, n=number: replace(state, title=f"title {n}"))
    answer = await there.send("second")

    assert answer["op"] == "published"
    await here.reach(answer["seq"])


async def test_slow_mode_holds_over_both(sites):
    room = await sites[0].room(slow_ms=60_000)
    await sites[0].person("ann")
    ann = await sites[0].core.people.known("ann")
    first = sites[0].core.comments.post(ann, room, Draft(ClientId("a"), "one"))
    await sites[1].core.rooms.live(room)
    entry = await first
    await holds(lambda: sites[1].core.rooms.peek(room).top >= entry.seq)

    with pytest.raises(TooFast):
        await sites[1].core.comments.post(ann, room, Draft(ClientId("b"), "two"))


async def test_a_burst_counts_at_both(sites):
    room = await sites[0].room()
    await sites[0].person("ann")
    ann = await sites[0].core.people.known("ann")
    await sites[1].core.rooms.live(room)
    buckets = sites[1].core.comments._buckets
    entry = await sites[0].core.comments.post(ann, room, Draft(ClientId("a"), "one"))

    await holds(lambda: sites[1].core.rooms.peek(room).top >= entry.seq)

    assert list(buckets._full_at_ms) == [ann.account]


async def test_who_signs_out_at_one_is_signed_out_at_the_other(sites):
    people = sites[0].core.people
    await people.add("ann", "Ann", "a password of some length")
    room = await sites[0].room()
    who, _ = await people.sign_in("ann", "a password of some length")
    token = await people.issue_token(who, "mine", expires_ms=None, room=None)
    viewer = await Viewer.join(Door(sites[1].address, room, PLAIN, token[1]))

    await people.revoke_token(who, token[0])

    assert await viewer.gone() == 4401


async def test_viewers_are_counted_over_both(sites):
    room = await sites[0].room()
    [ann] = await people_of(sites[0], "ann")
    await seats(sites, room, [ann])

    await holds(lambda: [site.server._gateway.viewers(room) for site in sites] == [2, 2])


async def test_a_node_behind_the_fence_lets_its_viewers_go_and_takes_none(sites):
    room = await sites[0].room()
    [ann] = await people_of(sites[0], "ann")
    here, there = await seats(sites, room, [ann])
    node = sites[1].core.node

    node.record._fence._looked_s -= 60  # as after a sleep of a minute
    node.record._look_once()

    assert await there.gone() == 1012
    answer = await here.send("they shall not miss this")
    await holds(lambda: node.record.is_in_step)
    back = await Viewer.join(sites[1].door(room, ann), since=there.position)
    await back.reach(answer["seq"])


async def test_rules_that_one_activates_decide_at_the_other(sites):
    source = resources.files("danmaku.filter").joinpath("sample_rules.toml").read_text("utf-8")
    other = Screen(parse_rules(source + EXTRA_RULE))
    here, there = (site.core.rules for site in sites)

    await here.activate(None, large=other)

    await holds(lambda: there.version == here.version)
    assert there.look("zorkmid").findings.action is Action.REFUSE


async def test_likes_given_at_one_node_are_told_to_the_viewers_of_the_other(sites):
    one, two = sites
    room = await one.room()
    ann = await one.person("ann")
    eve = await one.person("eve", Bundle.VIEWER, Bundle.CHIEF_EDITOR)
    rey = await one.person("rey", Bundle.REVIEWER)
    await assessed(one.core.filing.filings, rey.who, eve.who)
    await one.core.offices.features.switch(None, Feature.LIKES, is_on=True)
    await holds(lambda: two.core.offices.likes.are_on)
    watcher = await Viewer.join(two.door(room))
    sender = await Viewer.join(one.door(room, ann))
    number = (await sender.send("hello"))["number"]
    liker = await Viewer.join(two.door(room, eve))

    answer = await liker.like(number)
    told = {"op": "likes", "counts": [[number, 1]]}
    await watcher.until(lambda: told in watcher.others)
    await sender.until(lambda: told in sender.others)

    assert (answer["op"], answer["likes"]) == ("liked", 1)
    assert (await one.api.get(f"/api/rooms/{room}/comments")).json()["likes"] == {str(number): 1}


async def test_of_two_servers_one_tells_an_endpoint_of_what_either_took(tmp_path, database):
    buses = [LocalBus(exchange := Exchange()), LocalBus(exchange)]
    texts = [f"{number}" for number in range(20)]
    async with (
        pair(tmp_path, database, {}, *buses, webhooks=LOCAL) as (one, two),
        told(one, events=["comment.published"]) as (receiver, _),
    ):
        room, [ann] = await one.room(), await people_of(one, "ann")
        await asyncio.gather(say(one, ann, room, *texts[:10]), say(two, ann, room, *texts[10:]))
        await receiver.until(lambda: len(receiver.told) >= len(texts))

    assert sorted(data["text"] for data in receiver.of("comment.published")) == sorted(texts)


async def test_two_servers_leave_out_the_same_of_a_rush(tmp_path, database):
    exchange = Exchange()
    busy = {
        "gateway": FAST["gateway"] | {"shown_per_s": 2},
        "brownout": {"forced_level": 2},
    }
    buses = LocalBus(exchange), LocalBus(exchange)
    async with pair(tmp_path, database, {}, *buses, **busy) as (one, two):
        room = await one.room()
        ann, ben = await people_of(one, "ann", "ben")
        viewers = [await Viewer.join(site.door(room)) for site in (one, two)]
        at_two = await Viewer.join(two.door(room, person=ann))
        sends = [
            site.core.comments.post(
                who.who, room, Draft(ClientId(f"{who.who.login}-{n}"), f"c {n}")
            )
            for n in range(60)
            for site, who in ((one, ann), (two, ben))
        ]
        top = max(entry.seq for entry in await asyncio.gather(*sends))
        for viewer in (*viewers, at_two):
            await viewer.reach(top)

        events = {"one": viewers[0].events, "two": viewers[1].events, "ann": at_two.events}
        assert check(Run(await one.record(room), events)) == []
        assert all(left_out_of(viewer) > 0 for viewer in viewers)
        assert any(isinstance(event, Own) for event in at_two.events)
