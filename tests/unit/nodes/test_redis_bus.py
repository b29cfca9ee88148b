"""What Redis alone can do to a bus; what every bus does is tested in tests/contract."""

import asyncio
import contextlib
import signal

import pytest

from bench import backing
from danmaku.nodes import redis_bus
from danmaku.nodes.bus import HOUSE, Channel
from danmaku.nodes.redis_bus import RedisBus
from danmaku.telemetry import Telemetry
from tests.patience import PATIENCE_S
from tests.unit.nodes.house import holds


@pytest.fixture
def redis():
    with backing.redis() as server:
        yield server


@contextlib.asynccontextmanager
async def joined(url, *prefixes):
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                RedisBus.joined(url, prefix=prefix, telemetry=Telemetry())
            )
            for prefix in prefixes
        ]


async def heard_by(bus, *channels):
    heard = []
    bus.listen(heard.append)
    for channel in channels:
        await bus.subscribe(channel)
    return heard


async def test_houses_with_other_prefixes_hear_nothing_of_each_other(redis):
    async with joined(redis.url, "one", "two") as [one, two]:
        mine, theirs = await heard_by(one, HOUSE), await heard_by(two, HOUSE)

        one.publish(HOUSE, b"mine")
        two.publish(HOUSE, b"theirs")

        await holds(lambda: mine and theirs)
        assert (mine, theirs) == ([b"mine"], [b"theirs"])


async def test_after_a_crash_of_redis_messages_come_through_again(redis):
    async with joined(redis.url, "house", "house") as [one, two]:
        heard = await heard_by(two, HOUSE, Channel(4))
        await one.subscribe(HOUSE)
        redis.daemon.stop(signal.SIGKILL)
        await holds(lambda: not one.is_up and not two.is_up)
        redis.daemon.start()
        await holds(lambda: one.is_up and two.is_up)

        def comes_through():
            one.publish(Channel(4), b"again")
            return b"again" in heard

        await holds(comes_through)


async def test_without_redis_the_queue_stays_bounded_and_nobody_waits(monkeypatch):
    monkeypatch.setattr(redis_bus, "QUEUE_MAX", 10)
    monkeypatch.setattr(redis_bus, "SUBSCRIBED_S", 0.01)
    async with joined(f"redis://127.0.0.1:{backing.free_port()}/0", "house") as [bus]:
        await bus.subscribe(HOUSE)
        for _ in range(100):
            bus.publish(HOUSE, b"message")

        assert not bus.is_up
        assert len(bus._outgoing) == 10
        await holds(lambda: not bus._outgoing)  # dropped, and counted


async def test_a_redis_that_hangs_is_noticed_and_left(redis, monkeypatch):
    monkeypatch.setattr(redis_bus, "QUIET_S", 0.2)
    async with joined(redis.url, "house") as [bus]:
        heard = await heard_by(bus, HOUSE)
        redis.daemon.process.send_signal(signal.SIGSTOP)
        try:
            await holds(lambda: not bus.is_up)
        finally:
            redis.daemon.process.send_signal(signal.SIGCONT)
        await holds(lambda: bus.is_up)

        def comes_through():
            bus.publish(HOUSE, b"awake")
            return b"awake" in heard

        await holds(comes_through)


async def test_who_leaves_a_channel_and_comes_back_at_once_is_told_when_it_is_heard(
    redis, monkeypatch
):
    monkeypatch.setattr(redis_bus, "SUBSCRIBED_S", 3600)
    async with joined(redis.url, "house") as [bus]:
        await bus.subscribe(Channel(4))

        await bus.unsubscribe(Channel(4))

        async with asyncio.timeout(PATIENCE_S):
            await bus.subscribe(Channel(4))
