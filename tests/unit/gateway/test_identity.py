import pytest

from danmaku.domain.ids import Millis
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.gateway.identity import Identity
from tests.unit.actions.house import house_on


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path) as house:
        yield house


async def used_ms_of(house, who):
    await house.people.sessions.uses.write()
    [row] = await house.people.sessions.own(who)
    return row.used_ms


async def test_a_socket_that_only_listens_keeps_its_session(house):
    ann = await house.person("ann")
    secret = await house.people.sessions.open(ann.account)
    identity, now_ms = Identity(house.people, token=None, session=secret), Millis(7)
    await identity.look(now_ms)

    for _ in range(20 * 24):
        now_ms, house.clock.now_ms = now_ms + HOUR_MS, house.clock.now_ms + HOUR_MS
        identity.stay(now_ms)
        assert await used_ms_of(house, ann) == house.clock()

    assert (await house.people.session(secret)).account == ann.account


async def test_a_socket_says_once_in_a_while_that_it_is_there(house):
    ann = await house.person("ann")
    secret = await house.people.sessions.open(ann.account)
    identity = Identity(house.people, token=None, session=secret)
    await identity.look(Millis(0))
    opened_ms = house.clock()

    house.clock.now_ms += DAY_MS
    identity.stay(Millis(HOUR_MS - 1))
    assert await used_ms_of(house, ann) == opened_ms
    identity.stay(Millis(HOUR_MS))
    assert await used_ms_of(house, ann) == house.clock()


async def test_a_token_is_no_use_of_the_session_beside_it(house):
    ann = await house.person("ann")
    secret = await house.people.sessions.open(ann.account)
    _, token = await house.people.issue_token(ann, "player", expires_ms=None, room=None)
    identity = Identity(house.people, token=token, session=secret)
    await identity.look(Millis(0))
    opened_ms = house.clock()

    house.clock.now_ms += DAY_MS
    identity.stay(Millis(DAY_MS))

    assert await used_ms_of(house, ann) == opened_ms


async def test_a_guest_uses_no_session(house):
    identity = Identity(house.people, token=None, session="over")
    assert await identity.look(Millis(0)) is None

    identity.stay(Millis(DAY_MS))

    assert house.people.sessions.uses._noted == {}
