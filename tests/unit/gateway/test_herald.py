import asyncio
import contextlib

import pytest

from danmaku.domain.account import Bundle, TokenKind
from danmaku.domain.ids import RoomId
from danmaku.gateway.notices import General, Personal
from tests.unit.gateway.house import JSON, MSGPACK, ROOM, house
from tests.unit.gateway.test_ring import published


def saying(number):
    return {"op": "notice", "kind": "control", "room": None, "mode": "closed", "until_ms": number}


@pytest.fixture
async def slicing(tmp_path):
    async with house(tmp_path, slice_sockets=2) as it:
        yield it


async def test_everybody_is_told_in_slices_and_in_order(slicing):
    async with contextlib.AsyncExitStack() as stack:
        viewers = [
            await stack.enter_async_context(slicing.viewer(dialect=dialect))
            for dialect in (JSON, MSGPACK, JSON, MSGPACK, JSON)
        ]

        for number in (1, 2, 3):
            slicing.gateway.tell(General(None, saying(number)))

        for viewer in viewers:
            told = [(await viewer.hear("notice"))["until_ms"] for _ in range(3)]
            assert told == [1, 2, 3]


async def test_who_leaves_meanwhile_keeps_nobody_waiting(slicing):
    async with slicing.viewer() as stays:
        async with slicing.viewer() as goes:
            slicing.gateway.tell(General(None, saying(1)))
            goes.connection.transport.abort()

        assert (await stays.hear("notice"))["until_ms"] == 1
        slicing.gateway.tell(General(None, saying(2)))
        assert (await stays.hear("notice"))["until_ms"] == 2


async def test_what_is_about_a_room_is_told_there_alone(slicing):
    async with slicing.viewer() as viewer:
        slicing.gateway.tell(General(RoomId("elsewhere"), saying(1)))
        slicing.gateway.tell(General(ROOM, saying(2)))

        assert (await viewer.hear("notice"))["until_ms"] == 2


async def test_what_is_about_somebody_is_told_at_all_their_sockets_and_nowhere_else(slicing):
    ann, ben = await slicing.person("ann"), await slicing.person("ben")
    account = slicing.people_known["ann"].account
    async with (
        slicing.viewer(ann) as first,
        slicing.viewer(ann) as second,
        slicing.viewer(ben) as other,
        slicing.viewer() as guest,
    ):
        slicing.gateway.tell(Personal(account, saying(1)))
        slicing.gateway.tell(General(None, saying(2)))

        for viewer in (first, second):
            assert [(await viewer.hear("notice"))["until_ms"] for _ in range(2)] == [1, 2]
            assert (await viewer.hear("you"))["you"]["name"] == "Ann"
        for viewer in (other, guest):
            assert (await viewer.hear("notice"))["until_ms"] == 2

    await slicing.gateway.drain()
    assert slicing.gateway._herald.sockets_of(account) == ()


async def test_ones_own_comment_is_shown_in_its_room_alone(slicing):
    ann = await slicing.person("ann")
    account = slicing.people_known["ann"].account
    async with slicing.viewer(ann, dialect=MSGPACK) as viewer, slicing.viewer() as guest:
        for room in (RoomId("elsewhere"), ROOM):
            slicing.gateway._herald.show_author(room, account, published(5, len(room)))
        slicing.gateway.tell(General(None, saying(1)))

        assert (await viewer.hear("own"))["entry"]["number"] == len(ROOM)
        for each in (viewer, guest):
            await each.hear("notice")
            assert [said for said in each.kept if said["op"] == "own"] == []


async def test_a_link_hears_nothing_of_its_owners_own_and_says_nothing(slicing):
    await slicing.person("ann")
    who = slicing.people_known["ann"]
    _, link = await slicing.people.issue_token(
        who, "OBS", expires_ms=None, room=ROOM, kind=TokenKind.LINK
    )
    async with slicing.viewer(link) as picture:
        slicing.gateway.tell(Personal(who.account, saying(1)))
        slicing.gateway._herald.show_author(ROOM, who.account, published(5, 1))
        slicing.gateway.tell(General(None, saying(2)))

        assert (await picture.hear("notice"))["until_ms"] == 2
        assert (await picture.hear("you"))["you"]["powers"] == []
        assert (await picture.send("hello"))["code"] == "not_granted"
        assert [said for said in picture.kept if said["op"] == "own"] == []


async def test_who_leaves_before_its_powers_are_told_is_kept_nowhere(slicing):
    rey = await slicing.person("rey", Bundle.REVIEWER)
    account = slicing.people_known["rey"].account
    herald = slicing.gateway._herald
    async with slicing.viewer(rey):
        [connection] = herald.sockets_of(account)
        reader, asked, go_on = herald._reader, asyncio.Event(), asyncio.Event()

        class Slow:
            async def pseudonym(self, room, account):
                asked.set()
                await go_on.wait()
                return await reader.pseudonym(room, account)

        herald._reader = Slow()
        slicing.gateway.tell(Personal(account))
        await asked.wait()
    async with asyncio.timeout(30):
        while herald.sockets_of(account):  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0)
    go_on.set()
    await slicing.gateway.drain()

    assert connection not in herald._keepers.get(ROOM, ())
