"""Rules that change at one of two servers on PostgreSQL decide at the other, soon, over Redis."""

import asyncio
from dataclasses import replace
from time import monotonic

import pytest

from bench import backing
from bench.client import Viewer
from danmaku.actions.urgent_rules import UrgentDraft
from danmaku.domain.rule_facts import UrgentRule
from danmaku.filter.rules import Action, Klass, Rule, amended
from danmaku.filter.screen import Screen
from tests.articles.seen import notices_of, texts_of
from tests.live.test_delays import LONG, let_go
from tests.live.test_nodes import holds, pair
from tests.patience import PATIENCE_S

REACH_S = 5.0  # far more than it takes on a machine at rest


@pytest.fixture(scope="module")
def servers():
    with backing.postgres() as cluster, backing.redis() as bus:
        yield cluster, bus


@pytest.fixture
async def sites(tmp_path, servers):
    cluster, bus = servers
    with cluster.database() as url:
        async with pair(tmp_path, url, {"bus": bus.url}, None, None) as sites:
            await holds(lambda: all(site.core.node.neighbours._presence.nodes for site in sites))
            yield sites


async def activate(site, word, action):
    rule = Rule(word, "spam", Klass.ILLEGAL, action, words=(word,))
    stricter = amended(site.core.rules.in_force.ruleset, (rule,))
    await site.core.rules.activate(None, large=Screen(stricter))


async def test_an_activated_rule_decides_at_the_other_server(sites, record_property):
    one, two = sites
    room = await one.room()
    author = await Viewer.join(two.door(room, await one.person("ann")))
    before = await author.send("say gallimaufry")

    began_s = monotonic()
    await activate(one, "gallimaufry", Action.REFUSE)
    await holds(lambda: two.core.rules.version == one.core.rules.version)
    took_s = monotonic() - began_s
    after = await author.send("once more gallimaufry")

    record_property("activation_to_other_server_s", took_s)
    assert (before["op"], after["op"], after["category"]) == ("published", "refused", "spam")
    assert took_s < REACH_S


async def test_an_urgent_rule_decides_at_both_and_the_record_says_since_when(
    sites, record_property
):
    one, two = sites
    room = await one.room()
    author = await Viewer.join(two.door(room, await one.person("ann")))
    wanted = UrgentRule("gallimaufry", False, "spam", Klass.ILLEGAL, Action.REFUSE)  # noqa: FBT003
    office = one.core.rule_office

    urgent = await office.urgent.add(None, UrgentDraft(wanted, 60_000, "it spreads"))
    row = None
    async with asyncio.timeout(PATIENCE_S):
        while row is None or row.reach_ms is None:
            [row] = await office.urgent.listed(None)
    refused = await author.send("say gallimaufry")
    await office.urgent.end(None, urgent, "over")
    await holds(lambda: two.core.rules.look("gallimaufry").findings.action is Action.PASS)

    record_property("urgent_rule_reach_ms", row.reach_ms)
    assert (row.fact.nodes, len(row.reached)) == (2, 2)
    assert row.reach_ms < 1000 * REACH_S
    assert (refused["op"], refused["category"]) == ("refused", "spam")


async def test_what_waits_at_one_is_decided_by_rules_that_were_activated_at_the_other(sites):
    one, two = sites
    room = await one.room(**LONG)
    author = await Viewer.join(one.door(room, await one.person("ann")))
    viewer = await Viewer.join(two.door(room))
    await author.send("say gallimaufry")
    await author.send("say nothing")

    await activate(two, "gallimaufry", Action.REFUSE)
    await holds(lambda: one.core.rules.version == two.core.rules.version)
    await let_go(one, room)
    await author.until(lambda: bool(notices_of(author, "refused")))
    await viewer.until(lambda: bool(texts_of(viewer)))

    assert texts_of(viewer) == ["say nothing"]


async def test_a_room_that_becomes_news_at_one_keeps_back_what_waits_at_the_other(sites):
    one, two = sites
    room, other = [await one.room(**LONG) for _ in range(2)]
    ann = await one.person("ann")
    authors = [await Viewer.join(one.door(each, ann)) for each in (room, other)]
    viewer = await Viewer.join(two.door(other))
    held = await authors[0].send("hot from the wire")

    await two.core.rooms.change(None, room, lambda state: replace(state, news=True))
    await authors[1].send("sent later")
    for each in (room, other):
        await let_go(one, each)
    await viewer.until(lambda: bool(texts_of(viewer)))

    assert await two.listed(room) == []
    assert [waiting.comment.origin for waiting in await two.core.store.held(room)] == [held["seq"]]
