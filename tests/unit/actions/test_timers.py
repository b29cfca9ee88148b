import asyncio

import pytest
import structlog

from danmaku.actions import timers
from danmaku.actions.timers import keep_at
from danmaku.errors import Broken
from danmaku.telemetry import Telemetry


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(timers, "PAUSE_S", 0.001)


def failures_of(telemetry, kind):
    return telemetry.timer_failures.labels(kind)._value.get()


async def test_what_fails_is_told_counted_and_begun_again():
    telemetry, begun = Telemetry(), []

    async def work():
        begun.append(1)
        if len(begun) < 4:
            raise Broken("a row that cannot be read")

    with structlog.testing.capture_logs() as logs:
        await keep_at("cases", work, telemetry)

    assert len(begun) == 4
    assert failures_of(telemetry, "cases") == 3
    assert [(line["event"], line["kind"]) for line in logs] == [("timer_failed", "cases")] * 3


async def test_it_is_left_alone_longer_each_time(monkeypatch):
    pauses = []

    async def sleep(seconds):
        pauses.append(seconds)

    monkeypatch.setattr(timers, "PAUSE_S", 1.0)
    monkeypatch.setattr(timers, "PAUSE_S_MAX", 8.0)
    monkeypatch.setattr(timers.asyncio, "sleep", sleep)

    async def work():
        if len(pauses) < 6:
            raise ValueError

    await keep_at("credit", work, Telemetry())

    assert pauses == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


async def test_who_went_on_for_long_is_begun_again_soon(monkeypatch):
    pauses, real_sleep = [], asyncio.sleep

    async def sleep(seconds):
        pauses.append(seconds)
        await real_sleep(0)

    monkeypatch.setattr(timers, "SETTLED_S", 0.0)
    monkeypatch.setattr(timers.asyncio, "sleep", sleep)

    async def work():
        if len(pauses) < 3:
            raise ValueError

    await keep_at("credit", work, Telemetry())

    assert pauses == [timers.PAUSE_S] * 3


async def test_it_ends_when_it_is_told_to():
    begun = asyncio.Event()

    async def work():
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(keep_at("parity", work, Telemetry()))
    await begun.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
