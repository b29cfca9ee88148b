import asyncio

import pytest

from danmaku.domain.ids import Millis
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.errors import StoreDown
from danmaku.gateway import identity as identity_module
from danmaku.gateway.identity import Identity
from tests.patience import PATIENCE_S
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


class CountedPeople:
    """Everybody, of whom is counted how often they are asked for; they may be told late."""

    def __init__(self, people):
        self._people = people
        self.asked, self.told = 0, asyncio.Event()
        self.told.set()

    def __getattr__(self, name):
        return getattr(self._people, name)

    async def bearer(self, token):
        self.asked += 1
        await self.told.wait()
        return await self._people.bearer(token)


@pytest.fixture
async def bearer(house):
    """Somebody with a token, looked at once already."""
    ann = await house.person("ann")
    _, token = await house.people.issue_token(ann, "player", expires_ms=None, room=None)
    people = CountedPeople(house.people)
    identity = Identity(people, token=token, session=None)
    await identity.look(Millis(0))
    people.asked = 0
    return identity, people


async def test_a_rush_of_acts_looks_once(bearer):
    identity, people = bearer
    later = Millis(identity_module.BELIEVED_MS + 1)

    found = await asyncio.gather(*(identity.standing(Millis(later + n)) for n in range(50)))

    assert people.asked == 1
    assert {one.login for one in found} == {"ann"}


async def test_none_of_a_rush_waits_longer_than_one_look_may_take(bearer, monkeypatch):
    monkeypatch.setattr(identity_module, "LOOK_S", 0.3)
    identity, people = bearer
    people.told.clear()
    later = Millis(identity_module.BELIEVED_MS + 1)

    acts = [asyncio.create_task(identity.standing(later)) for _ in range(50)]
    done, _ = await asyncio.wait(acts, timeout=PATIENCE_S)

    assert len(done) == 50
    assert {type(act.exception()) for act in done} == {StoreDown}
    assert people.asked == 1
    monkeypatch.setattr(identity_module, "LOOK_S", PATIENCE_S)
    people.told.set()
    assert (await identity.standing(later)).login == "ann"


async def test_who_comes_during_a_look_that_fails_fails_with_it_and_asks_nothing(
    bearer, monkeypatch
):
    monkeypatch.setattr(identity_module, "LOOK_S", 0.3)
    identity, people = bearer
    people.told.clear()
    later = Millis(identity_module.BELIEVED_MS + 1)

    early = asyncio.create_task(identity.standing(later))
    while not people.asked:  # noqa: ASYNC110 -- it tells nobody
        await asyncio.sleep(0)
    late = asyncio.create_task(identity.standing(later))
    await asyncio.wait([early, late], timeout=PATIENCE_S)

    assert {type(act.exception()) for act in (early, late)} == {StoreDown}
    assert people.asked == 1


async def test_something_that_ended_is_looked_for_beside_a_look_under_way(bearer):
    identity, people = bearer
    people.told.clear()
    act = asyncio.create_task(identity.standing(Millis(identity_module.BELIEVED_MS + 1)))
    await asyncio.sleep(0)
    recheck = asyncio.create_task(identity.recheck(Millis(identity_module.BELIEVED_MS + 1)))
    await asyncio.sleep(0)

    people.told.set()
    await asyncio.gather(act, recheck)

    assert people.asked == 2
