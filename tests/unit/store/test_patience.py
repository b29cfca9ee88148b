import asyncio
import time

import pytest

from danmaku.errors import Unknown
from danmaku.store.intake import Job
from danmaku.store.patience import Patience

LONG_S = 30.0


def job(ago_s=0.0):
    future = asyncio.get_running_loop().create_future()
    return Job(future, arrived_s=time.monotonic() - ago_s)


async def test_who_has_waited_long_enough_is_told_that_the_outcome_is_unknown():
    patience, late = Patience(0.01), job()
    patience.watch(late)

    with pytest.raises(Unknown):
        await late.future


async def test_each_has_its_own_time_though_there_is_one_timer():
    patience = Patience(LONG_S)
    jobs = [job(ago_s=LONG_S - 0.02), job(ago_s=LONG_S - 0.01), job()]
    for each in jobs:
        patience.watch(each)

    for late in jobs[:2]:
        with pytest.raises(Unknown):
            await late.future
    patience.stop()

    assert not jobs[2].future.done()


async def test_who_was_answered_is_left_alone_and_forgotten():
    patience, jobs = Patience(LONG_S), [job() for _ in range(3)]
    for each in jobs:
        patience.watch(each)
        each.future.set_result("yes")
    patience.stop()

    assert len(patience._jobs) == 1
    assert [each.future.result() for each in jobs] == ["yes"] * 3


async def test_after_everyone_has_left_the_next_one_has_a_timer_again():
    patience = Patience(0.01)

    for _ in range(2):
        late = job()
        patience.watch(late)
        with pytest.raises(Unknown):
            await late.future
