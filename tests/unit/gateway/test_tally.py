import asyncio

import pytest

from danmaku.domain.ids import Number
from danmaku.gateway.tally import NUMBERS_MAX, Tally
from tests.patience import PATIENCE_S


@pytest.fixture
def due():
    return asyncio.Event()


@pytest.fixture
def tally(due):
    return Tally(gather_s=lambda: 0.01, on_due=due.set)


async def test_what_changes_together_is_told_together_and_once(tally, due):
    for number, likes in ((1, 1), (2, 1), (1, 2)):
        tally.note(Number(number), likes)
    await asyncio.wait_for(due.wait(), PATIENCE_S)

    assert tally.is_due
    assert tally.take() == {2: 1, 1: 2}
    assert (tally.is_due, tally.take()) == (False, {})


async def test_what_comes_after_is_told_next(tally, due):
    tally.note(Number(1), 1)
    await asyncio.wait_for(due.wait(), PATIENCE_S)
    tally.take()
    due.clear()

    tally.note(Number(1), 0)
    await asyncio.wait_for(due.wait(), PATIENCE_S)

    assert tally.take() == {1: 0}


async def test_no_more_is_kept_than_is_told(tally):
    for number in range(NUMBERS_MAX + 50):
        tally.note(Number(number), 1)
    tally.close()

    assert [*tally.take()] == [*range(50, NUMBERS_MAX + 50)]


async def test_closed_one_tells_nothing(tally, due):
    tally.note(Number(1), 1)
    tally.close()
    await asyncio.sleep(0.05)

    assert not due.is_set()
