"""Who may appeal against what; how appeals are decided stands in `test_cases.py`."""

from dataclasses import replace

import pytest

from danmaku.actions.appeals import FILED_BURST, AppealDraft
from danmaku.actions.measures import MeasureDraft
from danmaku.domain.account import Bundle
from danmaku.domain.cases import TEXT_MAX, CaseOutcome
from danmaku.domain.comment import CommentStatus
from danmaku.domain.measures import Step
from danmaku.domain.room import Status
from danmaku.domain.rulings import Decision
from danmaku.errors import BadMessage, DanmakuError, NotFound, TooFast
from tests.unit.actions.house import DEMO


@pytest.fixture
async def cast(house):
    await house.room()
    cast = await house.cast(ann=None, bob=None, rey=Bundle.REVIEWER, ria=Bundle.REVIEWER)
    cast["refused"] = (await house.say(cast["ann"], "buynow please")).seq
    return cast


@pytest.fixture
def appeals(house):
    return house.offices.casework.appeals


async def granted(house, who):
    work = house.offices.casework
    case_id = (await work.cases.claim_next(who)).case.case_id
    return await work.rulings.decide(who, case_id, Decision(CaseOutcome.UPHELD))


async def test_a_measure_is_appealed_by_whom_it_is_against_until_it_is_undone(house, cast, appeals):
    draft = MeasureDraft(Step.SUSPEND, "spam", "rule 3", login="bob", lasts_ms=60_000)
    measure = await house.offices.measures.take(cast["rey"], draft)
    against = AppealDraft("I said nothing.", measure_id=measure.measure_id)
    with pytest.raises(NotFound):
        await appeals.appeal(cast["ann"], against)
    assert await appeals.appeal(cast["bob"], against)

    await granted(house, cast["ria"])

    with pytest.raises(NotFound):
        await appeals.appeal(cast["bob"], against)


async def test_nobody_appeals_in_too_many_words_or_about_what_stands(house, cast, appeals):
    ann, origin = cast["ann"], cast["refused"]
    published = await house.say(ann, "hello")

    with pytest.raises(BadMessage):
        await appeals.appeal(ann, AppealDraft("x" * (TEXT_MAX + 1), room=DEMO, origin=origin))
    for against in ({"room": DEMO, "origin": published.seq}, {"measure_id": "x"}, {"name": 1}):
        with pytest.raises(NotFound):
            await appeals.appeal(ann, AppealDraft("Why?", **against))


async def test_appeals_of_one_account_are_bounded(cast, appeals):
    against = AppealDraft("Please look.", room=DEMO, origin=cast["refused"])
    for _ in range(FILED_BURST):
        with pytest.raises(DanmakuError):
            await appeals.appeal(cast["ann"], replace(against, origin=999))

    with pytest.raises(TooFast):
        await appeals.appeal(cast["ann"], against)


async def test_what_a_person_has_refused_is_published_by_another(house, cast, appeals):
    held = await house.say(cast["ann"], "callme maybe")
    draft = MeasureDraft(Step.REFUSE, "spam", "rule 3", room=DEMO, origin=held.seq)
    await house.offices.measures.take(cast["rey"], draft)
    await appeals.appeal(cast["ann"], AppealDraft("A song.", room=DEMO, origin=held.seq))

    await granted(house, cast["ria"])

    assert await house.texts() == {1: "callme maybe"}


async def test_in_a_room_closed_for_good_nothing_is_published(house, cast, appeals):
    origin = cast["refused"]
    await appeals.appeal(cast["ann"], AppealDraft("A bird.", room=DEMO, origin=origin))
    await house.rooms.change(None, DEMO, lambda state: replace(state, status=Status.CLOSED))

    assert (await granted(house, cast["rey"])).outcome is CaseOutcome.UPHELD

    assert await house.store.status(DEMO, origin) is CommentStatus.REFUSED
