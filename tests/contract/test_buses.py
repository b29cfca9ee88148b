import asyncio
from contextlib import AsyncExitStack

import pytest

from danmaku.nodes.bus import HOUSE, Exchange, LocalBus
from danmaku.nodes.redis_bus import SUBSCRIBED_S, RedisBus
from danmaku.telemetry import Telemetry
from tests.contract.bus_contract import WAIT_S, BusContract, Ear, ears


class TestLocalBus(BusContract):
    @pytest.fixture
    def join(self):
        exchange = Exchange()

        async def join():
            return LocalBus(exchange)

        return join


@pytest.fixture
async def join(url, request, monkeypatch):
    """Ends of a bus of the test's own: its name is in that of every channel.

    Who subscribes is heard from then on, however long that takes on a busy machine.
    """
    monkeypatch.setattr("danmaku.nodes.redis_bus.SUBSCRIBED_S", WAIT_S)
    async with AsyncExitStack() as joined:
        yield lambda: joined.enter_async_context(
            RedisBus.joined(url, prefix=request.node.name, telemetry=Telemetry())
        )


class TestRedisBus(BusContract):
    @pytest.fixture
    def url(self, redis_url):
        return redis_url

    async def test_a_bus_that_was_away_comes_back_by_itself(self, join, redis):
        one, two = await ears(join, 2)

        await asyncio.to_thread(redis.daemon.stop)
        async with asyncio.timeout(WAIT_S):
            while one.bus.is_up or two.bus.is_up:
                one.bus.publish(HOUSE, b"lost")
                await asyncio.sleep(0.01)
        redis.daemon.start()  # on this thread: it ends with its starter

        assert await echo_of(one, two) == b"back"

    async def test_a_node_starts_while_the_bus_is_away(self, join, redis, monkeypatch):
        monkeypatch.setattr("danmaku.nodes.redis_bus.SUBSCRIBED_S", SUBSCRIBED_S)
        await asyncio.to_thread(redis.daemon.stop)
        [early] = await ears(join, 1)
        assert not early.bus.is_up
        redis.daemon.start()  # on this thread: it ends with the one that starts it

        [late] = await ears(join, 1)

        assert await echo_of(early, late) == b"back"


async def echo_of(one: Ear, two: Ear) -> bytes:
    """What `two` hears first of what `one` says again and again."""

    async def say():
        while True:
            one.bus.publish(HOUSE, b"back")
            await asyncio.sleep(0.05)

    saying = asyncio.create_task(say())
    try:
        return await two.next()
    finally:
        saying.cancel()


class TestRedisCluster(BusContract):
    @pytest.fixture
    def url(self, redis_cluster):
        return redis_cluster[0].url.replace("redis://", "redis+cluster://")
