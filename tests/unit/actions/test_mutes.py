import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.facts import CommentPublished
from danmaku.domain.keeping import Term
from danmaku.errors import Code, DanmakuError, NotAllowed
from tests.unit.actions.house import DEMO


@pytest.fixture
async def cast(house):
    cast = await house.cast(
        bob=None,
        mia=(Bundle.STREAMER, DEMO),
        tom=(Bundle.MODERATOR, DEMO),
        rey=Bundle.REVIEWER,
    )
    await house.room(owner=cast["mia"].account)
    await house.say(cast["bob"], "the first of many")
    return cast


async def outcome(sending):
    try:
        return type((await sending).fact)
    except DanmakuError as refusal:
        return refusal.code


async def test_a_mute_for_once_keeps_one_comment_back_and_is_over(house, cast):
    measure = await house.offices.keeping.mutes.mute(cast["tom"], DEMO, 1, Term.ONCE)

    got = [await outcome(house.say(cast["bob"], f"again {turn}")) for turn in range(2)]

    assert (measure.is_once, measure.until_ms) == (True, None)
    assert got == [Code.MUTED, CommentPublished]


async def test_a_mute_for_once_is_served_whenever_the_next_comment_comes(house, cast):
    await house.offices.keeping.mutes.mute(cast["tom"], DEMO, 1, Term.ONCE)
    house.clock.now_ms += 10**9
    house.people.standings.forget(cast["bob"].account)

    got = [await outcome(house.say(cast["bob"], f"again {turn}")) for turn in range(2)]

    assert got == [Code.MUTED, CommentPublished]


async def test_a_longer_mute_outlasts_the_comment_that_it_keeps_back(house, cast):
    await house.offices.keeping.mutes.mute(cast["tom"], DEMO, 1, Term.SESSION)

    got = [await outcome(house.say(cast["bob"], f"again {turn}")) for turn in range(2)]

    assert got == [Code.MUTED, Code.MUTED]


async def test_who_may_mute_sees_who_is_muted_and_undoes_it(house, cast):
    mutes = house.offices.keeping.mutes
    await mutes.mute(cast["mia"], DEMO, 1, Term.HOURS, hours=3, note="Calm down.")

    [muted] = await mutes.in_force(cast["tom"], DEMO)
    await mutes.undo(cast["tom"], DEMO, muted.row.fact.measure.measure_id, "enough")

    assert (muted.name, muted.row.fact.note) == ("Bob", "Calm down.")
    assert await mutes.in_force(cast["tom"], DEMO) == []
    assert await outcome(house.say(cast["bob"], "thank you")) is CommentPublished


async def test_what_the_platform_muted_no_keeper_of_the_room_undoes(house, cast):
    mutes = house.offices.keeping.mutes
    measure = await mutes.mute(cast["rey"], DEMO, 1, Term.SESSION)

    with pytest.raises(NotAllowed):
        await mutes.undo(cast["mia"], DEMO, measure.measure_id, "I like them")

    await mutes.undo(cast["rey"], DEMO, measure.measure_id, "enough")


async def test_nobody_else_sees_who_is_muted(house, cast):
    with pytest.raises(NotAllowed):
        await house.offices.keeping.mutes.in_force(cast["bob"], DEMO)


async def test_a_mute_is_found_and_undone_however_much_was_taken_since(house, cast):
    mutes = house.offices.keeping.mutes
    measure = await mutes.mute(cast["mia"], DEMO, 1, Term.HOURS, hours=3)
    for turn in range(101):
        number = (await house.say(cast["mia"], f"mine {turn}")).comment.number
        await house.comments.recall(cast["tom"], DEMO, number)

    assert [one.row.fact.measure for one in await mutes.in_force(cast["tom"], DEMO)] == [measure]
    await mutes.undo(cast["tom"], DEMO, measure.measure_id, "enough")
    assert await mutes.in_force(cast["tom"], DEMO) == []
