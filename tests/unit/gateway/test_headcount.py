import asyncio

import pytest

from danmaku.gateway.headcount import Headcount
from tests.patience import PATIENCE_S


@pytest.fixture
def room():
    return {"count": 1, "due": asyncio.Event()}


@pytest.fixture
def headcount(room):
    return Headcount(lambda: room["count"], gather_s=lambda: 0.01, on_due=room["due"].set)


async def test_who_comes_and_goes_together_is_told_of_once(room, headcount):
    for count in (2, 3, 4):
        room["count"] = count
        headcount.note()
    await asyncio.wait_for(room["due"].wait(), PATIENCE_S)

    assert headcount.is_due
    assert headcount.take() == 4
    assert not headcount.is_due


async def test_who_comes_and_goes_again_is_not_told_of(room, headcount):
    room["count"] = 2
    headcount.note()
    room["count"] = 1
    await asyncio.sleep(0.05)

    assert not headcount.is_due
    assert not room["due"].is_set()


async def test_a_closed_one_tells_nothing(room, headcount):
    room["count"] = 2
    headcount.note()
    headcount.close()
    await asyncio.sleep(0.05)

    assert not room["due"].is_set()
