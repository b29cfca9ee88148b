from contextlib import asynccontextmanager

import pytest

from danmaku.actions.appeals import AppealDraft
from danmaku.domain.account import Bundle
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import APPEAL_WITHIN_MS, CaseKind, CaseOutcome
from danmaku.domain.rulings import Decision
from danmaku.domain.times import DAY_MS
from danmaku.errors import Code, Coded, NotAllowed, NotFound, NotSignedIn
from danmaku.store.verify import Sound
from tests.contract.soundness import steps_of
from tests.unit.actions.house import DEMO
from tests.unit.actions.test_self_management import HIDE, INVITE, RESTORE, granted, stage_on

KEPT = frozenset({HIDE, RESTORE, INVITE})


@asynccontextmanager
async def stage(folder):
    """As there, with another editor, a reviewer, and 30 days' powers of mia's."""
    async with stage_on(folder) as (house, people):
        people.update(await house.cast(eda=Bundle.CHIEF_EDITOR, rey=Bundle.REVIEWER))
        people["grant"] = await granted(house, people)
        yield house, people


async def narrow(house, people, grant_id, *keep, reason="hid too much"):
    await house.offices.keeping.self_management.narrow(people["eve"], grant_id, keep, reason)
    return await house.people.known("mia")


async def moderator(house, people):
    moderators = house.offices.keeping.moderators
    mia, tom = await house.people.known("mia"), people["tom"]
    offered = await moderators.invite(mia, DEMO, "tom", {HIDE, RESTORE})
    return await moderators.accept(tom, offered.proposal_id)


async def appeal(house, who):
    [ended, *_] = await house.offices.keeping.back.own(who)
    appeals = house.offices.casework.appeals
    await appeals.appeal(who, AppealDraft("it was not me", grant=ended.seq))
    return ended


async def decide(house, who, outcome=CaseOutcome.UPHELD):
    casework = house.offices.casework
    [case] = await house.store.cases(CaseFilter(kinds=frozenset({CaseKind.APPEAL})), house.clock())
    await casework.cases.claim(who, case.case_id)
    return await casework.rulings.decide(who, case.case_id, Decision(outcome))


def held(who, house, after_ms=0):
    return who.powers(DEMO, house.clock() + after_ms) & KEPT


@pytest.mark.parametrize("keep", [(), (RESTORE,)])
async def test_what_was_taken_is_back_with_the_former_end(tmp_path, keep):
    async with stage(tmp_path) as (house, people):
        mia = await narrow(house, people, people["grant"].grant_id, *keep)
        assert held(mia, house) == {*keep}
        house.clock.now_ms += DAY_MS

        ended = await appeal(house, mia)
        await decide(house, people["eda"])

        mia = await house.people.known("mia")
        assert ended.lost & KEPT == KEPT - {*keep}
        assert held(mia, house) == KEPT
        assert held(mia, house, 29 * DAY_MS) == frozenset()
        with pytest.raises(NotFound):
            await appeal(house, mia)
    assert all(isinstance(it, Sound) for it in steps_of(tmp_path))


async def test_a_rejected_appeal_gives_nothing_back_and_one_more_is_possible(tmp_path):
    async with stage(tmp_path) as (house, people):
        mia = await narrow(house, people, people["grant"].grant_id)
        await appeal(house, mia)
        with pytest.raises(Coded):
            await appeal(house, mia)

        await decide(house, people["eda"], CaseOutcome.REJECTED)

        assert held(await house.people.known("mia"), house) == frozenset()
        await appeal(house, mia)
        with pytest.raises(Coded) as own:
            await decide(house, people["eda"])
        assert own.value.code is Code.OWN_INTEREST


async def test_who_took_it_does_not_decide_nor_who_gives_no_powers(tmp_path):
    async with stage(tmp_path) as (house, people):
        mia = await narrow(house, people, people["grant"].grant_id)
        await appeal(house, mia)

        with pytest.raises(Coded) as own:
            await decide(house, people["eve"])
        with pytest.raises(NotAllowed):
            await decide(house, people["rey"])

        assert own.value.code is Code.OWN_INTEREST


async def test_what_was_taken_later_from_the_rest_stays_taken(tmp_path):
    async with stage(tmp_path) as (house, people):
        mia = await narrow(house, people, people["grant"].grant_id, HIDE, RESTORE)
        [left] = [one for one in mia.grants if one.carried & {HIDE} and one.until_ms]
        mia = await narrow(house, people, left.grant_id, RESTORE)
        newest, first = await house.offices.keeping.back.own(mia)
        assert (newest.lost & KEPT, first.lost & KEPT) == ({HIDE}, {INVITE})

        appeals = house.offices.casework.appeals
        await appeals.appeal(mia, AppealDraft("it was not me", grant=first.seq))
        await decide(house, people["eda"])

        assert held(await house.people.known("mia"), house) == {INVITE, RESTORE}


async def test_a_moderator_gets_back_no_more_than_who_chose_them_holds(tmp_path):
    async with stage(tmp_path) as (house, people):
        theirs = await moderator(house, people)
        await narrow(house, people, theirs.grant_id)
        await narrow(house, people, people["grant"].grant_id, RESTORE, INVITE)
        tom = await house.people.known("tom")
        assert held(tom, house) == frozenset()

        await appeal(house, tom)
        await decide(house, people["eda"])

        assert held(await house.people.known("tom"), house) == {RESTORE}


async def test_a_moderator_whose_host_holds_nothing_gets_a_decision_and_no_powers(tmp_path):
    async with stage(tmp_path) as (house, people):
        await moderator(house, people)
        await narrow(house, people, people["grant"].grant_id)
        tom = await house.people.known("tom")

        await appeal(house, tom)
        decided = await decide(house, people["eda"])

        assert decided.outcome is CaseOutcome.UPHELD
        assert held(await house.people.known("tom"), house) == frozenset()


async def test_whom_a_streamer_lets_go_or_who_goes_has_nothing_to_appeal(tmp_path):
    async with stage(tmp_path) as (house, people):
        moderators = house.offices.keeping.moderators
        mia, tom = await house.people.known("mia"), people["tom"]
        first = await moderator(house, people)
        await moderators.remove(mia, DEMO, first.grant_id)
        second = await moderator(house, people)
        await moderators.remove(await house.people.known("tom"), DEMO, second.grant_id)

        assert await house.offices.keeping.back.own(tom) == []


async def test_nobody_elses_no_other_entrys_and_nothing_after_six_months(tmp_path):
    async with stage(tmp_path) as (house, people):
        mia = await narrow(house, people, people["grant"].grant_id)
        [ended] = await house.offices.keeping.back.own(mia)
        appeals = house.offices.casework.appeals

        with pytest.raises(NotSignedIn):
            await house.offices.keeping.back.own(None)
        for who, seq in ((people["ann"], ended.seq), (mia, ended.seq - 1), (mia, 10_000)):
            with pytest.raises(NotFound):
                await appeals.appeal(who, AppealDraft("it was not me", grant=seq))
        house.clock.now_ms += APPEAL_WITHIN_MS + 1
        with pytest.raises(Coded) as late:
            await appeal(house, mia)
        assert late.value.code is Code.OWN_LIMIT


async def test_what_would_be_over_by_now_is_not_given(tmp_path):
    async with stage(tmp_path) as (house, people):
        mia = await narrow(house, people, people["grant"].grant_id)
        await appeal(house, mia)
        house.clock.now_ms += 31 * DAY_MS

        await decide(house, people["eda"])

        assert len([one for one in (await house.people.known("mia")).grants if one.room]) == 1
