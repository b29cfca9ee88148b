import contextlib
import signal
import uuid

import pytest

from danmaku.domain.ids import PLATFORM, RoomId
from danmaku.nodes import redis_bus
from danmaku.nodes.bus import HOUSE, SHARDS, Channel, Exchange, LocalBus, channel_of
from danmaku.nodes.redis_bus import RedisBus
from danmaku.telemetry import Telemetry
from tests import servers
from tests.contract.bus_contract import BusContract, heard_by, holds


@pytest.fixture(scope="module")
def redis():
    with servers.redis() as server:
        yield server


@pytest.fixture(scope="module")
def cluster():
    with servers.redis_cluster() as nodes:
        yield nodes


@contextlib.asynccontextmanager
async def ends(url, prefix=None, count=2):
    async with contextlib.AsyncExitStack() as stack:
        prefix = prefix or uuid.uuid4().hex
        yield [
            await stack.enter_async_context(
                RedisBus.joined(url, prefix=prefix, telemetry=Telemetry())
            )
            for _ in range(count)
        ]


class TestLocalBus(BusContract):
    @pytest.fixture
    def buses(self):
        exchange = Exchange()
        return LocalBus(exchange), LocalBus(exchange)


class TestRedisBus(BusContract):
    @pytest.fixture
    async def buses(self, redis):
        async with ends(redis.url) as buses:
            yield buses

    async def test_houses_with_other_prefixes_hear_nothing_of_each_other(self, redis, buses):
        one, _ = buses
        async with ends(redis.url, prefix="other", count=1) as [stranger]:
            mine, theirs = await heard_by(one, HOUSE), await heard_by(stranger, HOUSE)
            one.publish(HOUSE, b"mine")
            stranger.publish(HOUSE, b"theirs")

            await holds(lambda: mine and theirs)
            assert (mine, theirs) == ([b"mine"], [b"theirs"])


@pytest.mark.soak
class TestRedisClusterBus(BusContract):
    @pytest.fixture
    async def buses(self, cluster):
        async with ends(cluster[0].url.replace("redis://", "redis+cluster://")) as buses:
            yield buses


@pytest.fixture
def own_redis():
    with servers.redis() as server:
        yield server


@pytest.mark.faults
class TestRedisThatFails:
    async def test_after_its_restart_messages_come_through_again(self, own_redis):
        async with ends(own_redis.url) as [one, two]:
            heard = await heard_by(two, HOUSE, Channel(4))
            await one.subscribe(HOUSE)
            own_redis.daemon.stop(signal.SIGKILL)
            await holds(lambda: not one.is_up and not two.is_up)
            one.publish(HOUSE, b"lost")
            own_redis.daemon.start()
            await holds(lambda: one.is_up and two.is_up)

            def comes_through():
                one.publish(Channel(4), b"again")
                return b"again" in heard

            await holds(comes_through)

    async def test_without_one_the_queue_stays_bounded_and_nobody_waits(self, monkeypatch):
        monkeypatch.setattr(redis_bus, "QUEUE_MAX", 10)
        monkeypatch.setattr(redis_bus, "SUBSCRIBED_S", 0.01)
        async with ends(f"redis://127.0.0.1:{servers.free_port()}/0", count=1) as [bus]:
            await bus.subscribe(HOUSE)
            for _ in range(100):
                bus.publish(HOUSE, b"message")
            assert not bus.is_up
            assert len(bus._outgoing) == 10
            await holds(lambda: not bus._outgoing)  # dropped, and counted

    async def test_one_that_hangs_is_noticed_and_left(self, own_redis, monkeypatch):
        monkeypatch.setattr(redis_bus, "QUIET_S", 0.2)
        async with ends(own_redis.url, count=1) as [bus]:
            heard = await heard_by(bus, HOUSE)
            own_redis.daemon.process.send_signal(signal.SIGSTOP)
            try:
                await holds(lambda: not bus.is_up)
            finally:
                own_redis.daemon.process.send_signal(signal.SIGCONT)
            await holds(lambda: bus.is_up)
            bus.publish(HOUSE, b"awake")
            await holds(lambda: b"awake" in heard)


def test_rooms_spread_over_the_channels_and_never_over_the_house():
    channels = [channel_of(RoomId(f"room{number}")) for number in range(2_000)]

    assert set(channels) == {*range(SHARDS)}
    assert channel_of(PLATFORM) == HOUSE
    assert channel_of(RoomId("demo")) == 32  # of every node, for ever
