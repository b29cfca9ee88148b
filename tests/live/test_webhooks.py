"""Endpoints outside are told what happened: all of it, at least once, each in its own time."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import select

from bench.client import Viewer
from danmaku.actions.endpoints import EndpointDraft
from danmaku.clock import now_ms
from danmaku.config import WebhookSettings
from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.endpoints import ALONE_TRIES_MAX, EndpointState
from danmaku.domain.ids import PLATFORM, ClientId
from danmaku.errors import NotAllowed
from danmaku.ports import Append
from danmaku.store.endpoint_schema import endpoint_secret
from tests.live.site import running, settings_of
from tests.patience import PATIENCE_S
from tests.services import Receiver, serving

HELD_TEXT = "wobblesnark"  # the sample rules say so
LOCAL = WebhookSettings(
    allowed_networks=("127.0.0.0/8",),
    allowed_ports=tuple(range(1024, 65536)),
    http_allowed=True,
    connect_s=30,  # to hear nothing from a busy machine for a while is no failure
    answer_s=30,
)


@asynccontextmanager
async def house(tmp_path, **webhooks):
    settings = LOCAL.model_copy(update=webhooks)
    async with running(settings_of(tmp_path / "data", webhooks=settings)) as site:
        yield site


@asynccontextmanager
async def told(site, **wanted):
    """An endpoint of the house, and who listens there."""
    receiver = Receiver()
    async with serving(receiver.app) as address:
        draft = EndpointDraft(f"{address}/hook", **wanted)
        new = await site.core.endpoints.add(None, draft)
        receiver.secret = new.secret
        yield receiver, new.endpoint_id


async def state_of(site, endpoint_id):
    rows = await site.core.endpoints.standing(None)
    return next(row for row in rows if row.fact.endpoint_id == endpoint_id)


async def next_in(site, endpoint_id, row):
    """Let the next try of an endpoint be now, and not when its pause is over."""
    turn = replace(row.turn, next_ms=0)
    await site.core.store.endpoints.note(endpoint_id, turn, [], [])


async def until(site, endpoint_id, holds):
    """Wait until something holds of how an endpoint does."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds(await state_of(site, endpoint_id)):  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.05)


async def say(site, person, room, *texts):
    for text in texts:
        draft = Draft(ClientId(f"c-{text}"), text)
        await site.core.comments.post(person.who, room, draft)


async def test_an_endpoint_is_told_what_everybody_may_see_and_no_more(tmp_path):
    events = ("room.opened", "comment.published", "comment.held", "comment.recalled")
    async with house(tmp_path) as site, told(site) as (receiver, endpoint_id):
        await site.core.endpoints.pause(None, endpoint_id)  # until all of it has happened
        room, ann = await site.room(), await site.person("ann", Bundle.REVIEWER)
        await say(site, ann, room, "hello", HELD_TEXT)
        await site.core.comments.recall(ann.who, room, 1)
        await site.core.endpoints.resume(None, endpoint_id)
        await receiver.until(lambda: all(receiver.of(event) for event in events))

        [published], [held] = receiver.of("comment.published"), receiver.of("comment.held")
        [recalled], [opened] = receiver.of("comment.recalled"), receiver.of("room.opened")
        assert (published["room"], published["number"]) == (room, 1)
        assert held == {
            "room": room,
            "seq": held["seq"],
            "origin": held["seq"],
            "category": held["category"],
            "at_ms": held["at_ms"],
        }
        assert (recalled["number"], recalled["by"]) == (1, "author")
        assert opened["state"]["title"] == "A room"
        assert HELD_TEXT not in str(receiver.told)
        assert (published["kind"], "text" in published) == ("marker", False)


async def test_one_who_asks_for_a_room_and_a_type_gets_that_alone(tmp_path):
    async with house(tmp_path) as site:
        ann, mine, other = await site.person("ann"), await site.room(), await site.room()
        await say(site, ann, mine, "before")
        async with told(site, events=["comment.published"], room=mine) as (receiver, _):
            await say(site, ann, other, "elsewhere")
            await say(site, ann, mine, "here")
            await receiver.until(lambda: receiver.told)

            assert [data["text"] for data in receiver.of("comment.published")] == ["here"]


async def test_who_was_down_gets_all_of_it_in_time_and_each_once(tmp_path):
    async with house(tmp_path) as site, told(site, events=["comment.published"]) as made:
        receiver, endpoint_id = made
        room, ann = await site.room(), await site.person("ann")
        receiver.status = 503
        await say(site, ann, room, "1", "2", "3")
        await receiver.until(lambda: receiver.tries)
        await until(site, endpoint_id, lambda row: row.turn.failing_since_ms is not None)

        receiver.status = 200
        await site.core.endpoints.resume(None, endpoint_id)
        await receiver.until(lambda: len(receiver.told) == 3)

        assert sorted(data["text"] for data in receiver.of("comment.published")) == ["1", "2", "3"]
        assert len(set(receiver.ids)) == 3


async def test_a_stop_in_mid_delivery_loses_nothing(tmp_path):
    receiver = Receiver(late_s=0.3)
    texts = [f"{number}" for number in range(12)]
    async with serving(receiver.app) as address:
        async with house(tmp_path) as site:
            draft = EndpointDraft(f"{address}/hook", events=["comment.published"])
            receiver.secret = (await site.core.endpoints.add(None, draft)).secret
            await say(site, await site.person("ann"), await site.room(), *texts)
            await receiver.until(lambda: receiver.told)
        receiver.late_s = 0
        async with house(tmp_path):
            await receiver.until(lambda: len(set(receiver.ids)) == len(texts))

    told = {one["seq"]: one["text"] for one in receiver.of("comment.published")}
    assert [told[seq] for seq in sorted(told)] == texts


async def test_who_answers_gone_is_ended_and_goes_on_where_it_was(tmp_path):
    async with house(tmp_path) as site, told(site, events=["comment.published"]) as made:
        receiver, endpoint_id = made
        room, ann = await site.room(), await site.person("ann")
        receiver.status = 410
        await say(site, ann, room, "1")
        await until(site, endpoint_id, lambda row: row.fact.state is EndpointState.GONE)
        await say(site, ann, room, "2")
        metrics = (await site.api.get("/metrics")).text
        receiver.status = 200

        await site.core.endpoints.resume(None, endpoint_id)
        await receiver.until(lambda: len(receiver.told) == 2)

        assert len(receiver.tries) == 3
        assert 'danmaku_webhook_tries_total{outcome="gone"} 1.0' in metrics
        assert {data["text"] for data in receiver.of("comment.published")} == {"1", "2"}


async def test_nothing_for_days_ends_it(tmp_path):
    async with house(tmp_path) as site, told(site, events=["comment.published"]) as made:
        receiver, endpoint_id = made
        receiver.status = 500
        await say(site, await site.person("ann"), await site.room(), "1")
        await until(site, endpoint_id, lambda row: row.turn.tries == 1)
        row = await state_of(site, endpoint_id)
        since_ms = row.turn.failing_since_ms - LOCAL.failing_days * 86_400_000
        turn = replace(row.turn, failing_since_ms=since_ms)

        await next_in(site, endpoint_id, replace(row, turn=turn))

        await until(site, endpoint_id, lambda row: row.fact.state is EndpointState.FAILING)
        assert receiver.told == []


async def test_a_message_that_alone_is_refused_does_not_stop_the_others(tmp_path):
    async with house(tmp_path) as site, told(site, events=["comment.published"]) as made:
        receiver, endpoint_id = made
        await site.core.endpoints.pause(None, endpoint_id)  # the first two are told together
        room, ann = await site.room(), await site.person("ann")
        receiver.refuses = lambda message: message["data"].get("text") == "poison"
        await say(site, ann, room, "poison", "good 0")
        await site.core.endpoints.resume(None, endpoint_id)
        for number in range(ALONE_TRIES_MAX):
            if number > 0:
                await say(site, ann, room, f"good {number}")
            await receiver.until(lambda number=number: len(receiver.told) > number)
            await until(site, endpoint_id, lambda row, n=number: row.turn.tries == (n + 1) % 4)
            await next_in(site, endpoint_id, await state_of(site, endpoint_id))
        await say(site, ann, room, "last")
        await receiver.until(lambda: len(receiver.told) > ALONE_TRIES_MAX)

        texts = [data["text"] for data in receiver.of("comment.published")]
        assert texts == [f"good {number}" for number in range(ALONE_TRIES_MAX)] + ["last"]
        assert len(receiver.tries) == len(texts) + ALONE_TRIES_MAX


async def test_a_slow_one_delays_neither_the_others_nor_a_room(tmp_path):
    one_by_one = house(tmp_path, parallel_max=1)  # so the slow one takes half a minute
    async with one_by_one as site, told(site) as (slow, _), told(site) as (quick, _):
        slow.late_s = 1
        room, ann = await site.room(), await site.person("ann")
        async with asyncio.timeout(PATIENCE_S):
            viewer = await Viewer.join(site.door(room, ann))
            answers = [await viewer.send(f"{number}") for number in range(30)]
            await viewer.leave()
        await quick.until(lambda: len(quick.of("comment.published")) == 30)

        assert [answer["op"] for answer in answers] == ["published"] * 30
        assert len(slow.told) < 20


async def test_a_new_secret_signs_beside_the_old_one_and_what_was_told_is_told_again(tmp_path):
    async with house(tmp_path) as site, told(site, events=["comment.published"]) as made:
        receiver, endpoint_id = made
        room, ann = await site.room(), await site.person("ann")
        await say(site, ann, room, "1")
        await receiver.until(lambda: receiver.told)
        new = await site.core.endpoints.rotate(None, endpoint_id)
        await say(site, ann, room, "2")
        await receiver.until(lambda: len(receiver.told) == 2)  # the old secret verifies
        receiver.secret = new.secret
        row = await state_of(site, endpoint_id)

        chains = await site.core.endpoints.replay(None, endpoint_id, row.at_ms - 60_000)
        await receiver.until(lambda: len(receiver.told) == 4)

        assert chains >= 1
        assert sorted(receiver.ids[:2]) == sorted(receiver.ids[2:])
        assert [len(one.split(" ")) for one in receiver.signatures] == [1, 2, 2, 2]


async def test_a_removal_that_was_broken_off_leaves_no_secret(tmp_path):
    async with house(tmp_path) as site, told(site) as (_, endpoint_id):
        fact = (await state_of(site, endpoint_id)).fact
        removed = replace(fact, state=EndpointState.REMOVED)
        await site.core.record.commit(Append(PLATFORM, removed))
    async with house(tmp_path) as site:
        book = site.core.store.endpoints
        async with asyncio.timeout(PATIENCE_S):
            while await book.secrets(endpoint_id, now_ms()):  # noqa: ASYNC110 -- nobody tells
                await asyncio.sleep(0.05)


async def test_what_was_refused_leaves_no_secret(tmp_path):
    async with house(tmp_path) as site, told(site) as (_, endpoint_id):
        people = site.core.people
        await site.person("opal")
        grant = await people.grant(None, "opal", Bundle.OPERATOR, room=None, until_ms=None)
        who = await people.known("opal")
        await people.revoke(None, "opal", grant.grant_id)  # which her page does not know yet
        with pytest.raises(NotAllowed):
            await site.core.endpoints.add(who, EndpointDraft("http://127.0.0.1:9000/hook"))

        kept = select(endpoint_secret.c.endpoint)
        read = site.core.store.readers.ask
        assert await read(lambda reader: reader.scalars(kept).all()) == [endpoint_id]


async def test_a_message_that_means_nothing_says_what_came_of_it(tmp_path):
    async with house(tmp_path) as site, told(site) as (receiver, endpoint_id):
        tried = await site.core.endpoints.test(None, endpoint_id)
        await site.core.endpoints.pause(None, endpoint_id)
        receiver.status = 302
        again = await site.core.endpoints.test(None, endpoint_id)

        assert (tried.event, tried.outcome, tried.status) == ("webhook.test", "delivered", 200)
        assert (again.outcome, again.status) == ("answered_no", 302)
        log = await site.core.endpoints.log(None, endpoint_id)
        assert log[0] == again
        assert tried in log


async def test_an_address_that_leads_inwards_is_reached_by_no_message(tmp_path):
    receiver = Receiver()
    async with serving(receiver.app) as address:
        port = int(address.rpartition(":")[2])
        settings = WebhookSettings(allowed_ports=(port,), http_allowed=True)
        async with running(settings_of(tmp_path / "data", webhooks=settings)) as site:
            new = await site.core.endpoints.add(None, EndpointDraft(f"http://localhost:{port}/"))
            await site.room()
            await until(site, new.endpoint_id, lambda row: row.turn.tries)
            tried = await site.core.endpoints.test(None, new.endpoint_id)

    assert (tried.outcome, receiver.tries) == ("forbidden", [])


async def test_endpoints_together_get_no_more_than_their_share_of_the_loop(tmp_path):
    async with (
        house(tmp_path, messages_per_s=20) as site,
        told(site) as (one, _),
        told(site) as (other, _),
    ):
        began_s = asyncio.get_running_loop().time()  # the room is told of, too
        room, ann = await site.room(), await site.person("ann")
        await say(site, ann, room, *(f"{number}" for number in range(14)))
        await one.until(lambda: len(one.told) == 15)
        await other.until(lambda: len(other.told) == 15)

        assert asyncio.get_running_loop().time() - began_s > 29 / 20 * 0.9
