"""The loop's pulse and the collector's manners."""

import asyncio
import gc
import time

import pytest

from danmaku.gateway import pauses
from danmaku.gateway.pauses import Pauses
from danmaku.telemetry import Telemetry


def value_of(telemetry, name):
    lines = telemetry.exposition().decode().splitlines()
    [line] = [line for line in lines if line.startswith(name + " ")]
    return float(line.split()[1])


@pytest.fixture
async def watched():
    gc.unfreeze()
    telemetry = Telemetry()
    watching = Pauses(telemetry)
    before = gc.get_threshold()
    watching.start()
    yield telemetry
    watching.stop()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


async def test_a_task_that_hogs_the_loop_is_seen(watched):
    await asyncio.sleep(3 * pauses.BEAT_S)
    before = value_of(watched, "danmaku_loop_lag_seconds_sum")

    time.sleep(0.2)  # noqa: ASYNC251 -- hogging is the point
    await asyncio.sleep(3 * pauses.BEAT_S)

    assert value_of(watched, "danmaku_loop_lag_seconds_sum") - before > 0.1


async def test_a_round_over_older_objects_is_noted(watched):
    gc.collect(1)

    assert value_of(watched, "danmaku_gc_seconds_count") == 1


async def test_what_has_lived_a_while_is_set_aside_and_looked_through_once_in_a_long_while(
    watched, monkeypatch
):
    monkeypatch.setattr(pauses, "SET_ASIDE_S", 0.0)
    rounds = value_of(watched, "danmaku_gc_seconds_count")
    watching = Pauses(watched)
    watching.start()
    await asyncio.sleep(3 * pauses.BEAT_S)
    aside = gc.get_freeze_count()
    monkeypatch.setattr(pauses, "FULL_ROUND_S", 0.0)
    again = Pauses(watched)
    again.start()
    await asyncio.sleep(3 * pauses.BEAT_S)
    again.stop()
    watching.stop()

    assert aside > 0
    assert value_of(watched, "danmaku_gc_seconds_count") > rounds


async def test_what_was_aside_before_stays_so():
    gc.freeze()
    before = gc.get_freeze_count()
    watching = Pauses(Telemetry())

    watching.start()
    watching.stop()

    assert gc.get_freeze_count() >= before
