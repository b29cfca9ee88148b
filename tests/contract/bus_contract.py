"""What any bus must do, so that nodes can rely on the record and not on it."""

import asyncio

from danmaku.nodes.bus import HOUSE, Channel

WAIT_S = 20.0


async def holds(is_so):
    """Wait until something that the bus does has happened."""
    async with asyncio.timeout(WAIT_S):
        while not is_so():  # noqa: ASYNC110 -- servers set no events of ours
            await asyncio.sleep(0.01)


async def heard_by(bus, *channels):
    heard = []
    bus.listen(heard.append)
    for channel in channels:
        await bus.subscribe(channel)
    return heard


class BusContract:
    """For a fixture `buses` that gives two ends."""

    async def test_a_message_reaches_all_who_hear_its_channel(self, buses):
        one, two = buses
        first, second = await heard_by(one, HOUSE), await heard_by(two, HOUSE)

        one.publish(HOUSE, b"hello")

        await holds(lambda: first == second == [b"hello"])
        assert one.is_up
        assert two.is_up

    async def test_other_channels_are_not_heard(self, buses):
        one, two = buses
        heard = await heard_by(two, HOUSE, Channel(1))

        for channel in (Channel(2), Channel(1), HOUSE):
            one.publish(channel, b"%d" % channel)

        await holds(lambda: set(heard) == {b"1", b"%d" % HOUSE})

    async def test_messages_of_a_channel_keep_their_order(self, buses):
        one, two = buses
        heard = await heard_by(two, Channel(7))
        sent = [b"%d" % number for number in range(300)]

        for message in sent:
            one.publish(Channel(7), message)

        await holds(lambda: len(heard) == len(sent))
        assert heard == sent

    async def test_a_channel_that_is_left_is_heard_no_more(self, buses):
        one, two = buses
        heard = await heard_by(two, HOUSE, Channel(3))
        await two.unsubscribe(Channel(3))
        one.publish(HOUSE, b"before")
        await holds(lambda: b"before" in heard)
        await asyncio.sleep(0.1)  # Redis may take a moment to let go; nothing tells when

        one.publish(Channel(3), b"unheard")
        one.publish(HOUSE, b"after")

        await holds(lambda: b"after" in heard)
        assert b"unheard" not in heard

    async def test_a_channel_can_be_joined_again(self, buses):
        one, two = buses
        heard = await heard_by(two, Channel(5))
        await two.unsubscribe(Channel(5))
        await two.subscribe(Channel(5))

        one.publish(Channel(5), b"again")

        await holds(lambda: heard == [b"again"])

    async def test_who_has_left_hears_and_hinders_nothing(self, buses):
        one, two = buses
        mine, theirs = await heard_by(one, HOUSE), await heard_by(two, HOUSE)
        await two.close()

        one.publish(HOUSE, b"alone")

        await holds(lambda: mine == [b"alone"])
        assert theirs == []
