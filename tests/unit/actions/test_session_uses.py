import pytest

from danmaku.actions import session_uses
from danmaku.actions.session_uses import SessionUses, terms_in
from danmaku.config import AccountSettings
from danmaku.domain.ids import Millis
from danmaku.domain.times import DAY_MS, HOUR_MS, MINUTE_MS
from danmaku.errors import StoreDown
from tests.unit.actions.house import house_on


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path) as house:
        yield house


async def session_of(house, who):
    [row] = await house.people.sessions.own(who)
    return row


async def test_a_session_that_nobody_uses_ends(house):
    ann = await house.person("ann")
    secret = await house.people.sessions.open(ann.account)

    house.clock.now_ms += 14 * DAY_MS - 1
    assert [row.device for row in await house.people.sessions.own(ann)] == [""]
    house.clock.now_ms += 1

    assert await house.people.session(secret) is None
    assert await house.people.sessions.own(ann) == []


async def test_a_session_that_is_used_lasts(house):
    ann = await house.person("ann")
    secret = await house.people.sessions.open(ann.account)
    opened_ms = house.clock()

    for _ in range(2):
        house.clock.now_ms += 10 * DAY_MS
        assert await house.people.session(secret) is not None
        await house.people.sessions.uses.write()

    row = await session_of(house, ann)
    assert (row.used_ms, row.until_ms) == (opened_ms + 20 * DAY_MS, opened_ms + 30 * DAY_MS)


class Counted:
    """A store that counts how often it is told of uses; or is away."""

    def __init__(self, store):
        self._store = store
        self.told = []
        self.is_away = False

    async def use_sessions(self, uses, terms):
        if self.is_away:
            raise StoreDown
        self.told.append(len(uses))
        await self._store.use_sessions(uses, terms)


async def test_uses_are_written_once_an_hour_however_many_there_are(house):
    ann = await house.person("ann")
    secret = await house.people.sessions.open(ann.account)
    uses = house.people.sessions.uses
    uses._accounts = counted = Counted(house.store)

    for _ in range(180):
        house.clock.now_ms += MINUTE_MS
        await house.people.session(secret)
        house.people.sessions.stay(secret)  # by a socket, too
        await uses.write()

    row = await session_of(house, ann)
    assert row.used_ms == house.clock()
    assert row.until_ms - row.used_ms == 14 * DAY_MS
    del counted.told[:]
    for _ in range(180):
        house.clock.now_ms += MINUTE_MS
        await house.people.session(secret)
        await uses.write()
    assert counted.told == [1, 1, 1]


async def test_uses_that_cannot_be_written_wait_and_let_nobody_else_wait(house):
    ann = await house.person("ann")
    secret = await house.people.sessions.open(ann.account)
    uses = house.people.sessions.uses
    uses._accounts = counted = Counted(house.store)
    counted.is_away = True
    house.clock.now_ms += DAY_MS

    assert await house.people.session(secret) is not None
    with pytest.raises(StoreDown):
        await uses.write()
    used_ms, counted.is_away = house.clock(), False
    house.clock.now_ms += HOUR_MS
    await uses.write()

    assert (await session_of(house, ann)).used_ms == used_ms


async def test_notes_are_bounded_and_written_in_parts(house, monkeypatch):
    monkeypatch.setattr(session_uses, "NOTED_MAX", 5)
    monkeypatch.setattr(session_uses, "WRITTEN_MAX", 2)
    counted = Counted(house.store)
    uses = SessionUses(counted, terms_in(AccountSettings()))

    for nth in range(8):
        uses.note(bytes([nth % 7]), Millis(5))
    await uses.write()
    await uses.write()

    assert counted.told == [2, 2, 1]


async def test_a_use_opens_nothing_that_has_ended(house):
    ann = await house.person("ann")
    closed, idle = [await house.people.sessions.open(ann.account) for _ in range(2)]
    sessions = house.people.sessions

    sessions.stay(closed)
    await sessions.close(closed)
    house.clock.now_ms += 14 * DAY_MS
    sessions.stay(idle)
    await sessions.uses.write()

    assert [await house.people.session(secret) for secret in (closed, idle)] == [None, None]


@pytest.mark.parametrize(
    ("hours", "apart_ms"), [(1, HOUR_MS // 24), (24, HOUR_MS), (336, HOUR_MS), (8760, HOUR_MS)]
)
def test_short_terms_are_followed_more_closely(hours, apart_ms):
    terms = terms_in(AccountSettings(session_idle_hours=hours))

    assert (terms.idle_ms, terms.apart_ms) == (hours * HOUR_MS, apart_ms)


async def test_a_term_that_is_longer_than_a_session_changes_nothing(tmp_path):
    accounts = AccountSettings(session_days=2, session_idle_hours=72)
    async with house_on(tmp_path, accounts=accounts) as house:
        ann = await house.person("ann")
        secret = await house.people.sessions.open(ann.account)
        opened_ms = house.clock()
        house.clock.now_ms += DAY_MS
        await house.people.session(secret)
        await house.people.sessions.uses.write()

        assert (await session_of(house, ann)).until_ms == opened_ms + 2 * DAY_MS
