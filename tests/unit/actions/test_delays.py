import asyncio
from dataclasses import replace

import pytest

from danmaku.actions.delays import GRACE_MS
from danmaku.domain.account import Bundle
from danmaku.domain.admission import REVIEW_CATEGORY
from danmaku.domain.comment import CommentStatus
from danmaku.domain.delay import DELAY_CATEGORY, FRESH_MS, STOPPED_MS_MAX
from danmaku.domain.facts import CommentHeld, CommentPublished, CommentRefused
from danmaku.domain.ids import Number
from danmaku.domain.keeping import Term
from danmaku.domain.room import ReviewMode
from danmaku.errors import Code, NotFound
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen
from tests.patience import PATIENCE_S
from tests.unit.actions.house import DEMO, RULES, Clock, house_on
from tests.unit.actions.test_moderation import answer_of

DELAY_MS = 5_000


@pytest.fixture
async def cast(house):
    house.store.subscribe(house.offices.keeping.delays.apply)
    await house.room(mode=ReviewMode.DELAYED, delay_ms=DELAY_MS)
    return await house.cast(ann=None, bob=None, tom=(Bundle.MODERATOR, DEMO))


async def later(house, ms=DELAY_MS):
    house.clock.now_ms += ms
    await house.offices.keeping.delays.go_round()


async def set_mode(house, mode):
    def change(state):
        return replace(state, policy=replace(state.policy, mode=mode))

    await house.rooms.change(None, DEMO, change)


async def test_a_comment_is_seen_by_nobody_else_until_its_time_and_is_fresh_then(house, cast):
    held = await house.say(cast["ann"], "oh darn")
    sent_ms = house.clock.now_ms

    await later(house, DELAY_MS - 1)
    before = await house.texts()
    await later(house, 1)

    assert (held.fact.category, before) == (DELAY_CATEGORY, {})
    assert await house.texts() == {1: "oh ****"}
    _, comment = await house.store.comment(DEMO, Number(1))
    assert (comment.late, comment.at_ms, comment.origin) == (False, sent_ms, held.seq)


async def test_several_appear_in_the_order_in_which_they_came(house, cast):
    for text in ("one", "two", "three"):
        await house.say(cast["ann"], text)
        house.clock.now_ms += 1

    await later(house)

    assert await house.texts() == {1: "one", 2: "two", 3: "three"}


async def test_what_a_moderator_stops_never_appears_and_the_rest_does(house, cast):
    stopped = await house.say(cast["ann"], "stop me")
    await house.say(cast["bob"], "let me through")

    await house.moderation.reject(cast["tom"], DEMO, stopped.seq, "spoiler")
    await later(house)
    await later(house)

    assert await house.texts() == {1: "let me through"}
    own = await house.store.own(cast["ann"].account, DEMO)
    assert [(one.status, one.category) for one in own] == [(CommentStatus.REFUSED, "spoiler")]


async def test_what_a_moderator_lets_through_early_appears_once(house, cast):
    held = await house.say(cast["ann"])

    await house.moderation.approve(cast["tom"], DEMO, held.seq)
    await later(house)

    assert list(await house.texts()) == [1]


async def test_one_decided_on_another_node_leaves_the_others_to_appear(house, cast):
    delays = house.offices.keeping.delays
    stopped = await house.say(cast["ann"], "stop me")
    await house.say(cast["bob"], "let me through")
    await house.moderation.reject(cast["tom"], DEMO, stopped.seq, "spoiler")
    delays.apply([stopped])  # this node has not heard of it

    await later(house)

    assert await house.texts() == {1: "let me through"}
    assert delays._waiting == {}


async def test_who_keeps_the_room_does_not_wait(house, cast):
    entry = await house.say(cast["tom"], "mind the rules")

    assert isinstance(entry.fact, CommentPublished)


async def test_what_the_filter_holds_waits_for_a_person(house, cast):
    held = await house.say(cast["ann"], "callme")

    await later(house)

    assert (held.fact.category, await house.texts()) == ("contact", {})


async def test_an_author_muted_meanwhile_is_heard_no_more(house, cast):
    await set_mode(house, ReviewMode.MACHINE)
    first = await house.say(cast["ann"], "first")
    await set_mode(house, ReviewMode.DELAYED)
    await house.say(cast["ann"], "second")

    await house.offices.keeping.mutes.mute(cast["tom"], DEMO, first.comment.number, Term.SESSION)
    await later(house)

    assert await house.texts() == {1: "first"}


async def test_what_was_in_its_time_when_comments_were_switched_off_goes_if_they_are_soon_on_again(
    house, cast
):
    await house.say(cast["ann"])
    await set_mode(house, ReviewMode.CLOSED)
    await later(house)
    before = await house.texts()

    await set_mode(house, ReviewMode.DELAYED)
    await later(house, STOPPED_MS_MAX)

    assert (before, list(await house.texts())) == ({}, [1])


async def test_what_is_stopped_for_a_minute_waits_for_a_person_from_then_on(house, cast):
    held = await house.say(cast["ann"])
    await set_mode(house, ReviewMode.EVERY)

    await later(house, DELAY_MS + STOPPED_MS_MAX)
    before = await house.store.held_comment(DEMO, held.seq)
    await later(house, 1)
    await set_mode(house, ReviewMode.DELAYED)
    await later(house)

    after = await house.store.held_comment(DEMO, held.seq)
    assert (before.fact.category, after.fact.category) == (DELAY_CATEGORY, REVIEW_CATEGORY)
    assert (await house.texts(), house.offices.keeping.delays._waiting) == ({}, {})


async def test_a_pause_of_the_server_is_no_reason_to_wait_for_a_person(house, cast):
    await house.say(cast["ann"])

    await later(house, DELAY_MS + STOPPED_MS_MAX + 1)

    assert list(await house.texts()) == [1]


async def test_after_a_restart_what_waited_appears_once_it_was_seen_for_its_time(house, cast):
    delays = house.offices.keeping.delays
    await house.say(cast["ann"])
    delays._drop(DEMO, (await house.store.held(DEMO))[0].comment.origin)
    house.clock.now_ms += 3_600_000  # the server was away

    await delays.look(0)
    await later(house, DELAY_MS - 1)
    before = await house.texts()
    await later(house, 1)

    assert (before, list(await house.texts())) == ({}, [1])


async def test_what_waited_through_a_day_without_a_server_waits_for_a_person(house, cast):
    delays = house.offices.keeping.delays
    held = await house.say(cast["ann"])
    delays._drop(DEMO, held.seq)
    house.clock.now_ms += FRESH_MS

    await delays.look(0)
    await later(house)

    assert await house.texts() == {}
    assert (await house.store.held_comment(DEMO, held.seq)).fact.category == REVIEW_CATEGORY


async def test_what_another_node_wrote_is_left_to_it_for_a_while(house, cast):
    delays = house.offices.keeping.delays
    held = await house.say(cast["ann"])
    delays._drop(DEMO, held.seq)

    house.clock.now_ms += DELAY_MS + GRACE_MS - 1
    await delays.look(GRACE_MS)
    too_early = dict(delays._waiting)
    house.clock.now_ms += 1
    await delays.look(GRACE_MS)
    await later(house)

    assert (too_early, list(await house.texts())) == ({}, [1])


@pytest.mark.parametrize("jump_ms", [3_600_000, -3_600_000])
async def test_a_wall_clock_that_jumps_lets_nothing_appear_early_or_late(tmp_path, jump_ms):
    steady = Clock(0)
    async with house_on(tmp_path, steady=steady) as house:
        delays = house.offices.keeping.delays
        house.store.subscribe(delays.apply)
        await house.room(mode=ReviewMode.DELAYED, delay_ms=DELAY_MS)
        await house.say(await house.person("ann"))
        house.clock.now_ms += jump_ms

        steady.now_ms += DELAY_MS - 1
        await delays.look(GRACE_MS)
        await delays.go_round()
        before = await house.texts()
        steady.now_ms += 1
        await delays.go_round()

        assert (before, list(await house.texts())) == ({}, [1])


async def test_rules_of_the_moment_when_it_appears_are_asked(house, cast):
    texts = ("say gallimaufry", "say wobble", "say blurb", "say nothing")
    waiting = [await house.say(cast["ann"], text) for text in texts]
    newer = "".join(
        f'[[rule]]\nid = "{word}"\ncategory = "spam"\nclass = "house"\n'
        f'action = "{action}"\nwords = ["{word}"]\n'
        for word, action in [("gallimaufry", "refuse"), ("wobble", "hold"), ("blurb", "mask")]
    )
    await house.rules.activate(None, large=Screen(parse_rules(RULES + newer)))

    await later(house)

    assert await house.texts() == {1: "say *****", 2: "say nothing"}
    [left] = await house.store.held(DEMO)
    assert (left.comment.origin, left.fact.category) == (waiting[1].seq, "spam")
    assert left.fact.verdict.ruleset == house.rules.version
    own = await house.store.own(cast["ann"].account, DEMO)
    assert own[-1].status is CommentStatus.REFUSED
    [refused] = [one.fact for one in house.announced if isinstance(one.fact, CommentRefused)]
    assert (refused.origin, refused.actor) == (waiting[0].seq, None)


async def test_no_more_is_kept_in_memory_than_there_is_room_for(house, cast, monkeypatch):
    monkeypatch.setattr("danmaku.actions.delays.WAITING_MAX", 2)
    delays = house.offices.keeping.delays
    for text in "abcde":
        await house.say(cast["ann"], text)

    kept = delays._count
    for _ in range(3):
        await later(house)
        await delays.look(0)

    assert (kept, await house.texts()) == (2, {1: "a", 2: "b", 3: "c", 4: "d", 5: "e"})


async def test_of_two_nodes_that_let_it_appear_at_once_one_does(house, cast):
    delays = house.offices.keeping.delays
    held = await house.say(cast["ann"])
    delays._drop(DEMO, held.seq)
    await delays.look(0)
    waiting = delays._waiting[DEMO][held.seq]
    house.clock.now_ms += DELAY_MS

    await asyncio.gather(*(delays._settle(DEMO, [waiting]) for _ in range(4)))

    assert [type(one.fact) for one in house.announced].count(CommentPublished) == 1
    assert delays._waiting == {}


async def test_nobody_stops_their_own(house, cast):
    await set_mode(house, ReviewMode.EVERY)
    held = await house.say(cast["tom"])

    refused = await answer_of(house.moderation.reject(cast["tom"], DEMO, held.seq, "spam"))

    assert (isinstance(held.fact, CommentHeld), refused) == (True, Code.OWN_INTEREST)


async def test_what_has_appeared_cannot_be_stopped_any_more_only_hidden(house, cast):
    held = await house.say(cast["ann"])
    await later(house)

    with pytest.raises(NotFound):
        await house.moderation.reject(cast["tom"], DEMO, held.seq, "spoiler")


async def test_it_runs_by_itself(house, cast):
    has_appeared = asyncio.Event()
    house.store.subscribe(
        lambda entries: [
            has_appeared.set() for each in entries if isinstance(each.fact, CommentPublished)
        ]
    )
    running = asyncio.create_task(house.offices.keeping.delays.run())
    await house.say(cast["ann"])

    house.clock.now_ms += DELAY_MS
    await asyncio.wait_for(has_appeared.wait(), PATIENCE_S)

    running.cancel()
    assert list(await house.texts()) == [1]
