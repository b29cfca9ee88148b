import asyncio

import pytest

from danmaku.actions.credit import Credits, Part, formula_in
from danmaku.actions.measures import MeasureDraft
from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft, Style
from danmaku.domain.ids import AccountId, Number, RoomId
from danmaku.domain.levels import FORMULA, formula_from
from danmaku.domain.measures import Function, Step
from danmaku.domain.people_facts import LevelSet
from danmaku.domain.room import RoomState
from danmaku.domain.times import DAY_MS
from danmaku.errors import BadMessage, Code, NotSignedIn, Refused
from danmaku.store.verify import Sound
from tests.contract.soundness import steps_of
from tests.unit.actions.house import DEMO, Late, house_on

RATE = frozenset({Function.RATE})
STRICT = """
version = 2
start = 10
day_max = 1
earned_max = 90
memory_days = 30
illegal = { points = 60, days = 300 }
negative = { points = 40, days = 200 }
house = { points = 20, days = 100 }
[[levels]]
score_min = 0
[[levels]]
score_min = 5
[[levels]]
score_min = 11
"""


@pytest.fixture
async def house(tmp_path):
    async with house_on(tmp_path) as house:
        house.store.subscribe(house.offices.credits.apply)
        await house.room()
        yield house


async def people(house):
    return await house.cast(ann=Bundle.VIEWER, rita=Bundle.REVIEWER)


async def level_of(house, login="ann"):
    return (await house.people.known(login)).level


async def harm(house, rita, login="ann", **fields):
    draft = {"step": Step.WARN, "category": "spam", "basis": "rule 3", "login": login} | fields
    measure = await house.offices.measures.take(rita, MeasureDraft(**draft))
    await house.offices.credits.settle_due()
    return measure


def levels_entered(house):
    return [e.fact.level for e in house.announced if isinstance(e.fact, LevelSet)]


async def test_measure_lowers_the_level_and_its_reversal_gives_it_back(house):
    cast = await people(house)
    measure = await harm(house, cast["rita"])
    low = await level_of(house)

    await house.offices.measures.reverse(cast["rita"], measure.measure_id, "not so")
    await house.offices.credits.settle_due()

    assert (low, await level_of(house)) == (0, 1)
    assert levels_entered(house) == [0, 1]


async def test_level_is_felt_by_the_next_comment(house):
    cast = await people(house)
    await harm(house, cast["rita"], step=Step.LIMIT, functions=RATE)
    draft = Draft("c-1", "hello", style=Style(color=0xFF0000))

    with pytest.raises(Refused) as refused:
        await house.comments.post(cast["ann"], DEMO, draft)

    assert refused.value.code is Code.LEVEL_TOO_LOW


async def test_clean_days_raise_the_level_once_they_are_over(house):
    cast = await people(house)
    for _ in range(6):
        for _ in range(6):
            await house.say(cast["ann"])
        house.clock.now_ms += DAY_MS
    house.clock.now_ms -= DAY_MS
    too_early = await house.offices.credits.recompute(settle=True)

    house.clock.now_ms += DAY_MS
    survey = await house.offices.credits.recompute(settle=True)

    assert (too_early.moved, survey.moved, await level_of(house)) == (0, 1, 2)
    assert (survey.accounts, survey.moves[0].score) == (2, 130)


async def test_what_the_platform_recalls_costs_until_it_is_restored(house):
    cast = await people(house)
    await house.say(cast["ann"])
    house.clock.now_ms += DAY_MS
    scores = []

    async def note():
        own = await house.offices.credits.own(cast["ann"])
        scores.append(own.reckoning.score)

    await note()
    await house.comments.recall(cast["rita"], DEMO, Number(1), "spam")
    await note()
    await house.comments.restore(cast["rita"], DEMO, Number(1))
    await note()

    assert scores[0] == scores[2] == 101
    assert scores[1] <= 100


async def test_stored_levels_are_those_that_the_ledger_leads_to(house, tmp_path):
    cast = await people(house)
    await house.say(cast["ann"])
    await harm(house, cast["rita"])
    house.clock.now_ms += 100 * DAY_MS
    stale = await house.offices.credits.recompute(settle=False)

    await house.offices.credits.recompute(settle=True)

    assert [(move.login, move.level, move.becomes) for move in stale.moves] == [("ann", 0, 1)]
    assert (await house.offices.credits.recompute(settle=False)).moved == 0
    assert all(isinstance(it, Sound) for it in steps_of(tmp_path))


async def test_everybody_can_be_reckoned_part_by_part(house):
    await people(house)
    await house.person("tom")
    credits_, parts, after = house.offices.credits, [], AccountId(0)

    while after is not None:
        parts.append(await credits_.what_if(FORMULA, Part(after, accounts_max=1)))
        after = parts[-1].after

    assert sum(part.accounts for part in parts) == 3


async def test_two_who_settle_one_account_at_once_enter_its_level_once(house):
    cast = await people(house)
    draft = MeasureDraft(Step.WARN, "spam", "rule 3", login="ann")
    await house.offices.measures.take(cast["rita"], draft)
    late = Late(house.store, "ledger")
    slow = Credits(house.store, late, formula=FORMULA, clock=house.clock)

    first = asyncio.create_task(slow.settle(cast["ann"].account))
    await late.has_read.wait()
    await house.offices.credits.settle_due()
    late.let_go.set()
    await first

    assert (levels_entered(house), await level_of(house)) == ([0], 0)


async def test_level_decided_on_an_old_ledger_is_decided_again(house):
    cast = await people(house)
    measures = house.offices.measures
    measure = await measures.take(
        cast["rita"], MeasureDraft(Step.WARN, "spam", "rule 3", login="ann")
    )
    late = Late(house.store, "ledger")
    slow = Credits(house.store, late, formula=FORMULA, clock=house.clock)

    settling = asyncio.create_task(slow.settle(cast["ann"].account))
    await late.has_read.wait()
    await measures.reverse(cast["rita"], measure.measure_id, "not so")
    late.let_go.set()
    await settling

    assert levels_entered(house) == []


async def test_what_changes_while_an_account_is_settled_is_not_forgotten(house):
    cast = await people(house)
    late = Late(house.store, "ledger")
    slow = Credits(house.store, late, formula=FORMULA, clock=house.clock)
    house.store.subscribe(slow.apply)
    measures = house.offices.measures
    draft = MeasureDraft(Step.WARN, "spam", "rule 3", login="ann")
    measure = await measures.take(cast["rita"], draft)

    settling = asyncio.create_task(slow.settle_due())
    await late.has_read.wait()
    await measures.reverse(cast["rita"], measure.measure_id, "not so")
    late.let_go.set()
    await settling

    assert levels_entered(house) == []


async def test_another_formula_shows_who_would_move_and_moves_nobody(house):
    cast = await people(house)
    await house.say(cast["ann"])
    house.clock.now_ms += DAY_MS

    survey = await house.offices.credits.what_if(formula_from(STRICT.encode()))

    assert [(move.login, move.score, move.becomes) for move in survey.moves] == [("ann", 11, 2)]
    assert (await level_of(house), levels_entered(house)) == (None, [])


async def test_frozen_level_does_not_fall(house):
    cast = await people(house)
    freeze = {"step": Step.LIMIT, "functions": frozenset({Function.LEVEL}), "lasts_ms": DAY_MS}
    await harm(house, cast["rita"], **freeze)
    house.clock.now_ms += 1000

    await harm(house, cast["rita"])

    assert await level_of(house) is None
    house.clock.now_ms += DAY_MS
    await house.offices.credits.recompute(settle=True)
    assert await level_of(house) == 0


async def test_everyone_sees_their_own_reasons_and_guests_none(house):
    cast = await people(house)
    measure = await harm(house, cast["rita"])

    own = await house.offices.credits.own(await house.people.known("ann"))

    assert [(line.points, line.measure) for line in own.reckoning.lines] == [(-80, measure)]
    assert (own.allows, own.way.clean_days) == (FORMULA.levels[0], 8)
    with pytest.raises(NotSignedIn):
        await house.offices.credits.own(None)


def test_formula_of_a_file_is_read_and_checked(tmp_path):
    path = tmp_path / "formula.toml"
    path.write_text(STRICT)

    assert formula_in(None) is FORMULA
    assert formula_in(path).version == 2
    path.write_text("version = 1")
    with pytest.raises(BadMessage):
        formula_in(path)


async def test_level_0_opens_no_room(house):
    cast = await house.cast(olga=Bundle.OPERATOR, rita=Bundle.REVIEWER)
    await harm(house, cast["rita"], login="olga", step=Step.LIMIT, functions=RATE)

    with pytest.raises(Refused) as refused:
        await house.rooms.open(cast["olga"], RoomId("second"), RoomState("Second"), owner=None)

    assert refused.value.code is Code.LEVEL_TOO_LOW
