import asyncio
from contextlib import asynccontextmanager

import pytest
import structlog

from danmaku.actions import shadow as module
from danmaku.actions.shadow import Shadow
from danmaku.domain.account import Bundle
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen
from tests.patience import PATIENCE_S
from tests.unit.actions.house import RULES

OTHER = RULES.replace("darn", "golly").replace('category = "contact"', 'category = "spam"')
SCREEN = Screen(parse_rules(OTHER))


class FaultyScreen(Screen):
    def inspect(self, *text_and_time):
        raise ZeroDivisionError(text_and_time)


@asynccontextmanager
async def shadow_of(house, *, screen=SCREEN, micros_max=1_000_000):
    shadow = Shadow(clock=house.clock, micros_max=micros_max, telemetry=house.telemetry)
    if screen is not None:
        shadow.put_on(screen)
    house.store.subscribe(shadow.apply)
    running = asyncio.create_task(shadow.run())
    try:
        yield shadow
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def counts(house):
    samples = house.telemetry.shadow_looks.collect()[0].samples
    return {
        sample.labels["change"]: int(sample.value)
        for sample in samples
        if sample.name.endswith("_total") and sample.value
    }


async def counted(house, looks):
    async with asyncio.timeout(PATIENCE_S):
        while sum(counts(house).values()) < looks:  # noqa: ASYNC110 -- a counter wakes nobody
            await asyncio.sleep(0.005)
    return counts(house)


@pytest.fixture
async def ann(house):
    await house.room()
    return await house.person("ann")


async def test_what_would_change_is_counted_and_told_by_number(house, ann):
    texts = ("hello", "darn it", "golly", "callme", "buynow")
    with structlog.testing.capture_logs() as lines:
        async with shadow_of(house):
            for text in texts:
                await house.say(ann, text)
            told = await counted(house, 5)

    assert told == {"same": 2, "milder": 1, "stricter": 1, "category": 1}
    told = [(line["code"], line["number"]) for line in lines if line["event"] == "shadow_differs"]
    assert told == [("milder", 2), ("stricter", 3), ("category", None)]
    assert not any(text in str(lines) for text in texts)
    assert await house.texts() == {1: "hello", 2: "**** it", 3: "golly"}


async def test_a_persons_decision_is_not_judged_again(house, ann):
    rey = await house.person("rey", Bundle.REVIEWER)
    async with shadow_of(house):
        held = await house.say(ann, "callme")
        await house.moderation.approve(rey, held.chain, held.seq)
        await house.say(ann, "hello")

        assert await counted(house, 2) == {"category": 1, "same": 1}


@pytest.mark.parametrize(
    "faulty", [{"screen": FaultyScreen(SCREEN.ruleset)}, {"micros_max": -1}], ids=["fails", "slow"]
)
async def test_its_faults_are_counted_and_change_nothing(house, ann, faulty):
    async with shadow_of(house, **faulty):
        await house.say(ann, "golly")
        await house.say(ann, "golly gosh")

        assert await counted(house, 2) == {"fault": 2}

    assert await house.texts() == {1: "golly", 2: "golly gosh"}
    assert house.telemetry.filter_faults._value.get() == 0


async def test_what_it_cannot_keep_up_with_is_left_out(house, ann, monkeypatch):
    monkeypatch.setattr(module, "WAITING_MAX", 2)
    entries = [await house.say(ann, f"number {index}") for index in range(5)]

    async with shadow_of(house) as shadow:
        shadow.apply(entries)

        assert await counted(house, 5) == {"dropped": 3, "same": 2}


async def test_without_rules_nothing_is_kept(house, ann):
    async with shadow_of(house, screen=None) as shadow:
        await house.say(ann)
        shadow.put_on(SCREEN)
        await house.say(ann)

        assert await counted(house, 1) == {"same": 1}


async def test_it_follows_its_file_and_a_wrong_one_changes_nothing(house, ann, tmp_path):
    path = tmp_path / "shadow.toml"
    path.write_text(OTHER, "utf-8")
    read = asyncio.Event()

    async def build(file):
        try:
            return Screen(parse_rules(await asyncio.to_thread(file.read_text, "utf-8")))
        finally:
            read.set()

    async with asyncio.timeout(PATIENCE_S), shadow_of(house, screen=None) as shadow:
        with structlog.testing.capture_logs() as lines:
            following = asyncio.create_task(shadow.follow(path, reload_ms=5, build=build))
            await read.wait()
            read.clear()
            path.write_text("no rules [", "utf-8")
            await read.wait()
            await house.say(ann, "golly")
            assert await counted(house, 1) == {"stricter": 1}
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    events = [line["event"] for line in lines]
    assert events.count("shadow_put_on") == 1
    assert events.count("shadow_not_read") == 1


async def test_a_build_that_nobody_foresaw_is_counted_and_tried_again(house, tmp_path):
    path = tmp_path / "shadow.toml"
    path.write_text(OTHER, "utf-8")
    built = asyncio.Event()
    faults = iter([ZeroDivisionError()])

    async def build(_file):
        if (fault := next(faults, None)) is not None:
            raise fault
        built.set()
        return SCREEN

    async with asyncio.timeout(PATIENCE_S), shadow_of(house, screen=None) as shadow:
        following = asyncio.create_task(shadow.follow(path, reload_ms=1, build=build))
        await built.wait()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    assert house.telemetry.rules_refused._value.get() == 1
