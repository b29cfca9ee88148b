import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.facts import CommentHeld, CommentPublished
from danmaku.domain.ids import RoomId
from danmaku.domain.room import ReviewMode
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound
from tests.unit.actions.house import DEMO, house_on

FILM = RoomId("film")
ORDER = {"lasts_ms": 60_000, "reason": "an order"}


@pytest.fixture
async def cast(house):
    await house.room()
    await house.room(FILM)
    return await house.cast(ann=None, rey=Bundle.REVIEWER, eve=Bundle.CHIEF_EDITOR)


async def test_a_closed_platform_takes_nothing_anywhere_and_opens_by_itself(house, cast):
    set_ = house.offices.controls.set
    control = await set_(cast["eve"], scope=None, mode=ReviewMode.CLOSED, **ORDER)

    for room in (DEMO, FILM):
        with pytest.raises(Coded) as refusal:
            await house.say(cast["ann"], room=room)
        assert refusal.value.code is Code.PLATFORM_CLOSED
        assert refusal.value.until_ms == control.until_ms
    house.clock.now_ms += 60_000
    assert isinstance((await house.say(cast["ann"])).fact, CommentPublished)
    assert house.offices.controls.in_force() == ()


async def test_the_strictest_control_holds_and_the_former_mode_is_back(house, cast):
    controls = house.offices.controls
    await controls.set(cast["eve"], scope=None, mode=ReviewMode.EVERY, **ORDER)
    await controls.set(cast["eve"], scope=DEMO, mode=ReviewMode.CLOSED, **ORDER)

    with pytest.raises(Coded) as refusal:
        await house.say(cast["ann"])
    elsewhere = await house.say(cast["ann"], room=FILM)
    await controls.lift(cast["eve"], scope=DEMO, reason="over")
    here = await house.say(cast["ann"])
    await controls.lift(cast["eve"], scope=None, reason="over")
    after = await house.say(cast["ann"], "and now?")

    assert refusal.value.code is Code.ROOM_PAUSED
    assert [type(entry.fact) for entry in (elsewhere, here, after)] == [
        CommentHeld,
        CommentHeld,
        CommentPublished,
    ]


async def test_a_control_outlives_a_restart(tmp_path):
    async with house_on(tmp_path) as house:
        await house.room()
        await house.offices.controls.set(None, scope=None, mode=ReviewMode.CLOSED, **ORDER)
        ann, clock = await house.person("ann"), house.clock

    async with house_on(tmp_path, clock=clock) as house:
        with pytest.raises(Coded) as refusal:
            await house.say(ann)

    assert refusal.value.code is Code.PLATFORM_CLOSED


@pytest.mark.parametrize("login", ["ann", "rey"])
async def test_only_who_holds_the_power_pulls_the_brake(house, cast, login):
    controls = house.offices.controls
    with pytest.raises(NotAllowed):
        await controls.set(cast[login], scope=None, mode=ReviewMode.CLOSED, **ORDER)
    with pytest.raises(NotAllowed):
        await controls.lift(cast[login], scope=None, reason="")


async def test_what_makes_no_sense_is_refused(house, cast):
    controls = house.offices.controls
    with pytest.raises(BadMessage):
        await controls.set(cast["eve"], scope=None, mode=ReviewMode.MACHINE, **ORDER)
    with pytest.raises(NotFound):
        await controls.set(cast["eve"], scope=RoomId("none"), mode=ReviewMode.CLOSED, **ORDER)
    with pytest.raises(NotFound):
        await controls.lift(cast["eve"], scope=DEMO, reason="")
    with pytest.raises(BadMessage):
        await controls.lift(cast["eve"], scope=DEMO, reason="x" * 501)
