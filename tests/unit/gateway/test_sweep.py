"""One look at every connection now and then, whatever one of them does."""

import asyncio

from danmaku.gateway import sweep
from danmaku.gateway.sweep import Sweep


class Ticked:
    def __init__(self):
        self.ticks = asyncio.Semaphore(0)

    def tick(self, _now_ms):
        self.ticks.release()


class Faulty(Ticked):
    is_gone = False

    def tick(self, _now_ms):
        raise RuntimeError("a defect")

    def abort(self):
        self.is_gone = True


async def test_one_that_fails_is_ended_and_the_others_are_looked_at_again_and_again(monkeypatch):
    monkeypatch.setattr(sweep, "ROUND_S", 0.001)
    before, faulty, after = Ticked(), Faulty(), Ticked()
    Sweep([before, faulty, after], slice_sockets=2).wake()

    async with asyncio.timeout(30):
        for _ in range(3):
            await before.ticks.acquire()
            await after.ticks.acquire()

    assert faulty.is_gone
