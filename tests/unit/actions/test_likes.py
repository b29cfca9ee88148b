import pytest

from danmaku.actions.likes import LIKES_BURST
from danmaku.domain.account import Bundle
from danmaku.domain.brownout import HIGHEST
from danmaku.domain.facts import CommentLiked
from danmaku.domain.features import Feature
from danmaku.domain.filing_facts import FilingState
from danmaku.domain.filings import Turn
from danmaku.domain.ids import Number
from danmaku.domain.times import DAY_MS
from danmaku.errors import Code, NotAllowed, Overloaded, Refused
from danmaku.store.verify import Sound
from tests.contract.soundness import steps_of
from tests.filed import assessed
from tests.unit.actions.house import DEMO, house_on

ONE = Number(1)


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room()
        yield house


async def cast_of(house, *, on=True):
    cast = await house.cast(
        ann=Bundle.VIEWER, ben=Bundle.VIEWER, eve=Bundle.CHIEF_EDITOR, olga=Bundle.OPERATOR
    )
    await house.say(cast["ben"])
    if on:
        await approve(house, cast)
        await house.offices.features.switch(cast["olga"], Feature.LIKES, is_on=True)
    return cast


async def approve(house, cast):
    return await assessed(house.filing.filings, cast["olga"], cast["eve"])


async def put(house, who, *, stands=True, number=ONE):
    return await house.offices.likes.put(who, DEMO, number, stands=stands)


async def code_of(awaitable):
    with pytest.raises(Refused) as refused:
        await awaitable
    return refused.value.code


async def test_feature_is_switched_on_once_a_chief_editor_has_approved_it(house):
    cast = await cast_of(house, on=False)
    features = house.offices.features
    too_early = await code_of(features.switch(cast["olga"], Feature.LIKES, is_on=True))
    at_the_desk = await code_of(features.switch(None, Feature.LIKES, is_on=True))

    filing = await approve(house, cast)
    await features.switch(None, Feature.LIKES, is_on=True)

    assert (too_early, at_the_desk) == (Code.NOT_GRANTED, Code.NOT_GRANTED)
    assert house.offices.likes.are_on
    assert features.all()[Feature.LIKES].reference == str(filing)


async def test_approval_that_ends_ends_the_feature_and_leaves_what_was_said(house, tmp_path):
    cast = await cast_of(house)
    await put(house, cast["ann"])

    filing = int(house.offices.features.all()[Feature.LIKES].reference)
    back = Turn(FilingState.RETURNED, filing, note="order 7")
    await house.filing.filings.turn(cast["eve"], filing, back)

    assert await code_of(put(house, cast["eve"])) is Code.NOT_GRANTED
    assert await house.offices.likes.counts(DEMO, [ONE]) == {}
    assert await put(house, cast["ann"], stands=False) == 0
    assert all(isinstance(it, Sound) for it in steps_of(tmp_path))


async def test_like_counts_once_an_account_and_is_an_entry(house):
    cast = await cast_of(house)

    counts = [await put(house, cast[login]) for login in ("ann", "ann", "eve")]
    counts += [await put(house, cast["ann"], stands=False) for _ in range(2)]

    assert counts == [1, 1, 2, 1, 1]
    entries = [it.fact for it in house.announced if isinstance(it.fact, CommentLiked)]
    assert [(it.actor, it.stands, it.likes) for it in entries] == [
        (cast["ann"].account, True, 1),
        (cast["eve"].account, True, 2),
        (cast["ann"].account, False, 1),
    ]
    assert await house.offices.likes.own(cast["eve"], DEMO, [ONE]) == {1}
    assert await house.offices.likes.own(cast["ann"], DEMO, [ONE]) == set()


async def test_at_the_highest_level_of_a_brown_out_likes_wait_as_comments_do(house):
    cast = await cast_of(house)
    house.offices.likes._brownout.force(HIGHEST, DAY_MS)

    with pytest.raises(Overloaded):
        await put(house, cast["ann"])

    assert await put(house, cast["eve"]) == 1  # who looks after the room may


async def test_own_comment_a_recalled_one_and_none_at_all_are_not_liked(house):
    cast = await cast_of(house)
    await house.say(cast["ann"])
    await house.comments.recall(cast["ann"], DEMO, Number(2))

    assert await code_of(put(house, cast["ben"])) is Code.OWN_INTEREST
    assert await code_of(put(house, cast["ben"], number=Number(2))) is Code.NOT_FOUND
    assert await code_of(put(house, cast["ben"], number=Number(9))) is Code.NOT_FOUND
    assert await code_of(put(house, cast["ann"], stands=False)) is Code.NOT_FOUND
    assert await code_of(put(house, None)) is Code.NOT_SIGNED_IN


async def test_likes_of_one_account_are_limited_in_time(house):
    cast = await cast_of(house)
    for n in range(LIKES_BURST):
        await put(house, cast["ann"], stands=n % 2 == 0)

    assert await code_of(put(house, cast["ann"])) is Code.RATE_LIMITED
    house.clock.now_ms += 1_000
    await put(house, cast["ann"])


async def test_token_of_another_room_takes_nothing_back(house):
    cast = await cast_of(house)
    await put(house, cast["ann"])
    await house.room("other")
    _, secret = await house.people.issue_token(cast["ann"], "t", expires_ms=None, room="other")
    elsewhere = await house.people.bearer(secret)

    with pytest.raises(NotAllowed):
        await put(house, elsewhere, stands=False)
