import asyncio

from danmaku.gateway.crew import Crew


async def test_an_error_is_told_and_a_cancelled_task_is_not():
    crew, told = Crew(), []

    async def fail():
        raise ValueError

    async def wait():
        await asyncio.Event().wait()

    failing = crew.start(fail(), name="fail", on_error=told.append)
    waiting = crew.start(wait(), name="wait", on_error=told.append)
    waiting.cancel()
    await asyncio.wait([failing, waiting])

    assert [type(error) for error in told] == [ValueError]


async def test_settling_waits_for_what_ends_and_ends_what_does_not():
    crew, done, go_on = Crew(), [], asyncio.Event()

    async def work():
        await go_on.wait()
        done.append("worked")

    async def hang():
        try:
            await asyncio.Event().wait()
        finally:
            done.append("ended")

    crew.start(work(), name="work", on_error=done.append)
    crew.start(hang(), name="hang", on_error=done.append)
    asyncio.get_running_loop().call_soon(go_on.set)
    await crew.settle(0.05)

    assert done == ["worked", "ended"]


async def test_settling_nothing_takes_no_time():
    await Crew().settle(60)
