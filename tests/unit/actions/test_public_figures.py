import asyncio

from danmaku.actions.public_figures import KEPT_MS, PublicFigures
from danmaku.domain.ids import Millis
from danmaku.domain.transparency import Transparency


class Counting:
    """Counts nothing but how often it was asked."""

    def __init__(self):
        self.asked_ms = []

    async def count(self, now_ms):
        self.asked_ms.append(now_ms)
        await asyncio.sleep(0)
        return Transparency(now_ms)


async def test_many_who_ask_are_told_the_same_count_until_it_is_old():
    counting, now = Counting(), [Millis(5)]
    figures = PublicFigures(counting, lambda: now[0])

    told = await asyncio.gather(*(figures.count() for _ in range(5)))
    assert counting.asked_ms == [5]
    assert all(one is told[0] for one in told)

    now[0] = Millis(5 + KEPT_MS)
    assert (await figures.count()).at_ms == now[0]


async def test_nobody_waits_while_they_are_counted_anew():
    counting, now = Counting(), [Millis(5)]
    figures = PublicFigures(counting, lambda: now[0])
    before = await figures.count()

    now[0] = Millis(5 + KEPT_MS)
    again, other = await asyncio.gather(figures.count(), figures.count())
    assert (again.at_ms, other is before) == (now[0], True)
    assert counting.asked_ms == [5, now[0]]
