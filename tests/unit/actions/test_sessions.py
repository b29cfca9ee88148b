from dataclasses import replace

import pytest

from danmaku.actions.sessions import SESSIONS_MAX, device_of
from danmaku.domain.ids import RoomId
from danmaku.errors import NotAllowed, NotFound
from tests.unit.actions.house import house_on


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path) as house:
        yield house


async def test_own_sessions_are_listed_and_ended_one_by_one(house):
    ann, bob = await house.person("ann"), await house.person("bob")
    first = await house.people.sessions.open(ann.account, "Firefox · Linux")
    second = await house.people.sessions.open(ann.account)
    ended = []
    house.people.sessions.when_they_end(ended.append)

    [row, _] = await house.people.sessions.own(ann)
    with pytest.raises(NotFound):
        await house.people.sessions.end(bob, row.session_id)
    await house.people.sessions.end(ann, row.session_id)

    assert (row.device, row.opened_ms) == ("Firefox · Linux", house.clock())
    assert ended == [ann.account]
    assert await house.people.session(first) is None
    assert (await house.people.session(second)).account == ann.account


async def test_the_oldest_session_makes_room(house):
    ann = await house.person("ann")
    secrets = []
    for _ in range(SESSIONS_MAX + 1):
        secrets.append(await house.people.sessions.open(ann.account))
        house.clock.now_ms += 1

    assert len(await house.people.sessions.own(ann)) == SESSIONS_MAX
    assert await house.people.session(secrets[0]) is None


async def test_a_rooms_token_has_no_say_over_sessions(house):
    embedded = replace(await house.person("ann"), token_room=RoomId("demo"))

    for verb in (
        house.people.sessions.own(embedded),
        house.people.sessions.end(embedded, "x"),
        house.people.sign_out_everywhere(embedded),
    ):
        with pytest.raises(NotAllowed):
            await verb


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox · Linux",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537.36", "Chrome · Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140", "Edge · Windows"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_named_as_its_owner_knows_it(user_agent, device):
    assert device_of(user_agent) == device
