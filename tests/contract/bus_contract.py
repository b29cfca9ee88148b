"""What every bus keeps to: hints that may be lost, but do come while nothing fails.

Subclasses give the fixture `join`, which makes one more end of one bus.
"""

import asyncio

from danmaku.domain.ids import RoomId
from danmaku.nodes.bus import HOUSE, channel_of
from tests.patience import PATIENCE_S

WAIT_S = PATIENCE_S
TRIES = 100
ONE, TWO = channel_of(RoomId("one")), channel_of(RoomId("two"))


class Ear:
    """One node's end, and what it hears."""

    def __init__(self, bus):
        self.bus = bus
        self._heard = asyncio.Queue()
        bus.listen(self._heard.put_nowait)

    async def next(self):
        async with asyncio.timeout(WAIT_S):
            return await self._heard.get()

    async def upto(self, message):
        """Everything up to a message, which is left out."""
        heard = []
        while (next_one := await self.next()) != message:
            heard.append(next_one)
        return heard


async def ears(join, count, *channels):
    made = [Ear(await join()) for _ in range(count)]
    for ear in made:
        for channel in (HOUSE, *channels):
            await ear.bus.subscribe(channel)
    return made


class BusContract:
    async def test_what_one_says_all_hear_in_its_order(self, join):
        one, two, three = await ears(join, 3, ONE)
        said = [b"%d" % number for number in range(200)]

        for message in said:
            one.bus.publish(ONE, message)

        for ear in (one, two, three):
            assert [await ear.next() for _ in said] == said

    async def test_bytes_come_as_they_were(self, join):
        one, two = await ears(join, 2)
        message = bytes(range(256)) * 40

        one.bus.publish(HOUSE, message)

        assert await two.next() == message

    async def test_a_channel_is_heard_by_those_alone_who_subscribed(self, join):
        [speaker] = await ears(join, 1)
        [listener] = await ears(join, 1, ONE)

        speaker.bus.publish(TWO, b"nobody's")
        speaker.bus.publish(ONE, b"the listener's")
        assert await listener.next() == b"the listener's"

        speaker.bus.publish(HOUSE, b"all")
        assert await speaker.next() == await listener.next() == b"all"

    async def test_who_unsubscribes_soon_hears_no_more(self, join):
        one, two = await ears(join, 2, ONE)

        await two.bus.unsubscribe(ONE)

        for number in range(TRIES):
            one.bus.publish(ONE, b"one %d" % number)
            assert await one.next() == b"one %d" % number
            one.bus.publish(HOUSE, b"house %d" % number)
            await one.next()
            if await two.upto(b"house %d" % number) == []:
                return
        raise AssertionError("It went on hearing.")

    async def test_who_subscribes_again_hears_again(self, join):
        one, two = await ears(join, 2, ONE)
        await two.bus.unsubscribe(ONE)
        await two.bus.subscribe(ONE)

        one.bus.publish(ONE, b"again")

        assert await two.next() == b"again"

    async def test_who_has_left_says_and_hears_nothing(self, join):
        one, two = await ears(join, 2)

        await one.bus.close()
        two.bus.publish(HOUSE, b"alone")

        assert await two.next() == b"alone"
        assert two.bus.is_up
