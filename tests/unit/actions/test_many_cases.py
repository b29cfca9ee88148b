"""Many cases decided alike."""

import pytest

from danmaku.actions.cases import CLAIMS_MAX
from danmaku.domain.account import Bundle
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import CaseOutcome, CaseState
from danmaku.domain.rulings import Decision
from danmaku.errors import BadMessage, Code, Coded, NotAllowed
from tests.unit.actions.house import DEMO, house_on

REFUSE = Decision(CaseOutcome.UPHELD, category="spam")


@pytest.fixture
async def scene(tmp_path):
    async with house_on(tmp_path) as house:
        people = await house.cast(ann=None, rey=Bundle.REVIEWER, ria=Bundle.REVIEWER)
        await house.room()
        yield house, people


async def held(house, who, count):
    for number in range(count):
        await house.say(who, f"callme {number}")
    queue = await house.offices.casework.cases.queue(None, CaseFilter())
    return [view.case.case_id for view in queue]


async def test_each_case_is_a_decision_of_its_own(scene):
    house, people = scene
    first, second, third = await held(house, people["ann"], 3)

    done = await house.offices.review.many.decide(people["rey"], [first, second, first], REFUSE)

    assert [(one.case_id, one.refusal) for one in done] == [(first, None), (second, None)]
    cases = house.offices.casework.cases
    assert [view.case.case_id for view in await cases.queue(None, CaseFilter())] == [third]
    ended = await cases.ended(None, CaseFilter())
    assert {(one.case.outcome, one.case.decider) for one in ended} == {
        (CaseOutcome.UPHELD, people["rey"].account)
    }
    own = await house.store.own(people["ann"].account, DEMO)
    assert [one.status.value for one in own] == ["held", "refused", "refused"]


async def test_what_cannot_be_decided_is_left_as_it_was_and_named(scene):
    house, people = scene
    [mine] = await held(house, people["rey"], 1)
    [other] = [one for one in await held(house, people["ann"], 1) if one != mine]
    await house.offices.casework.cases.claim(people["ria"], other)

    done = await house.offices.review.many.decide(people["rey"], [mine, other, "r999"], REFUSE)

    assert [one.refusal for one in done] == [Code.OWN_INTEREST, Code.NOT_GRANTED, Code.NOT_FOUND]
    senseless = await house.offices.review.many.decide(
        people["ria"], [mine], Decision(CaseOutcome.PARTLY)
    )
    assert [one.refusal for one in senseless] == [Code.BAD_MESSAGE]
    left = await house.offices.casework.book.case(mine)
    assert left.state(house.clock()) is CaseState.OPEN


async def test_a_case_that_one_works_on_is_kept_where_it_cannot_be_decided_so(scene):
    house, people = scene
    [case_id] = await held(house, people["ann"], 1)
    await house.offices.casework.cases.claim(people["rey"], case_id)

    senseless = Decision(CaseOutcome.PARTLY)
    done = await house.offices.review.many.decide(people["rey"], [case_id], senseless)

    assert [one.refusal for one in done] == [Code.BAD_MESSAGE]
    left = await house.offices.casework.book.case(case_id)
    assert left.claimant == people["rey"].account
    assert left.state(house.clock()) is CaseState.CLAIMED


async def test_whoever_works_on_as_many_as_one_may_goes_on_with_each(scene):
    house, people = scene
    for number in range(CLAIMS_MAX + 1):
        await house.say(people["ann"], f"callme {number}")
    cases = house.offices.casework.cases
    claimed = [await cases.claim_next(people["rey"]) for _ in range(CLAIMS_MAX)]

    with pytest.raises(Coded, match="at most"):
        await cases.claim_next(people["rey"])
    house.clock.now_ms += 1_000
    again = await cases.claim(people["rey"], claimed[0].case.case_id)

    assert again.case.lease_until_ms == claimed[0].case.lease_until_ms + 1_000


async def test_how_many_is_bounded_and_of_those_who_decide(scene):
    house, people = scene
    many = house.offices.review.many

    for senseless in ([], [f"r{number}" for number in range(51)]):
        with pytest.raises(BadMessage):
            await many.decide(people["rey"], senseless, REFUSE)
    with pytest.raises(NotAllowed):
        await many.decide(people["ann"], ["r1"], REFUSE)
