"""Who may hold a level, for how long, and that it is recorded."""

import pytest

from danmaku.actions.load_desk import LoadDesk
from danmaku.domain.account import Bundle
from danmaku.domain.brownout import LASTS_MAX_MS, LevelForced
from danmaku.domain.ids import Millis
from danmaku.domain.times import MINUTE_MS
from danmaku.errors import BadMessage, NotAllowed
from tests.unit.actions.house import calm, house_on


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path) as house:
        yield house


@pytest.fixture
def brownout(house):
    return calm(house.clock, house.telemetry)


@pytest.fixture
def desk(house, brownout):
    freshen = house.people.standings.freshen
    desk = LoadDesk(house.store, brownout=brownout, freshen=freshen, clock=house.clock)
    house.store.subscribe(desk.apply)
    return desk


async def test_what_is_held_and_let_go_is_recorded_with_who_did_it(house, desk, brownout):
    cast = await house.cast(olga=Bundle.OPERATOR)

    await desk.hold(cast["olga"], 3, lasts_ms=MINUTE_MS)
    held = brownout.level
    await desk.let_go(None)

    assert (held, brownout.level) == (3, 0)
    said = [entry.fact for entry in house.announced if isinstance(entry.fact, LevelForced)]
    assert said == [
        LevelForced(3, Millis(house.clock() + MINUTE_MS), cast["olga"].account),
        LevelForced(None, None, None),
    ]


async def test_what_another_node_was_told_a_while_ago_ends_here_with_it(house, desk, brownout):
    await desk.hold(None, 3, lasts_ms=MINUTE_MS)

    house.clock.now_ms += MINUTE_MS
    brownout.look()

    assert brownout.level == 0


async def test_a_process_that_starts_later_takes_over_what_is_held(house, desk):
    await desk.hold(None, 2, lasts_ms=MINUTE_MS)
    await desk.hold(None, 3, lasts_ms=LASTS_MAX_MS)
    house.clock.now_ms += LASTS_MAX_MS - MINUTE_MS

    later, itself = later_desk(house)
    await later.read(house.store)
    assert itself.level == 3

    house.clock.now_ms += MINUTE_MS
    itself.look()
    assert itself.level == 0


async def test_what_is_over_or_was_let_go_is_not_taken_over(house, desk):
    later, itself = later_desk(house)
    await later.read(house.store)  # nobody ever held one
    await desk.hold(None, 3, lasts_ms=MINUTE_MS)
    house.clock.now_ms += MINUTE_MS
    await later.read(house.store)
    await desk.hold(None, 3, lasts_ms=MINUTE_MS)
    await desk.let_go(None)
    await later.read(house.store)

    assert (itself.level, itself.forced) == (0, None)


def later_desk(house):
    """That of another process upon the same record, and its brown-out."""
    brownout = calm(house.clock, house.telemetry)
    freshen = house.people.standings.freshen
    return LoadDesk(house.store, brownout=brownout, freshen=freshen, clock=house.clock), brownout


@pytest.mark.parametrize(("level", "lasts_ms"), [(-1, 1), (5, 1), (4, 0), (4, LASTS_MAX_MS + 1)])
async def test_there_are_five_levels_and_a_day(desk, level, lasts_ms):
    with pytest.raises(BadMessage):
        await desk.hold(None, level, lasts_ms=lasts_ms)


async def test_a_chief_editor_holds_none(house, desk, brownout):
    cast = await house.cast(eve=Bundle.CHIEF_EDITOR)

    with pytest.raises(NotAllowed):
        await desk.hold(cast["eve"], 4, lasts_ms=MINUTE_MS)

    assert brownout.level == 0
