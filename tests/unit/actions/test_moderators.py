from contextlib import asynccontextmanager

import pytest

from danmaku.domain.account import Bundle, Power
from danmaku.domain.keeping_facts import ProposalSettled
from danmaku.domain.times import DAY_MS
from danmaku.errors import Coded, NotAllowed, NotFound
from tests.unit.actions.house import DEMO, Meanwhile, house_on

HIDE, MUTE = Power.COMMENT_RECALL, Power.ACCOUNT_MUTE


@asynccontextmanager
async def stage_on(folder):
    """Mia streams in her own room; tom and ann are viewers."""
    async with house_on(folder) as house:
        people = await house.cast(mia=None, tom=None, ann=None)
        await house.room(owner=people["mia"].account)
        people["mia"] = await house.people.known("mia")
        yield house, house.offices.keeping.moderators, people


async def test_a_moderator_holds_what_was_offered_once_they_accept(tmp_path):
    async with stage_on(tmp_path) as (house, moderators, people):
        offer = await moderators.invite(people["mia"], DEMO, "tom", {HIDE}, days=3)
        tom = await house.people.known("tom")
        assert not tom.may(HIDE, DEMO, house.clock())

        grant = await moderators.accept(tom, offer.proposal_id)

        tom = await house.people.known("tom")
        assert tom.may(HIDE, DEMO, house.clock())
        assert not tom.may(MUTE, DEMO, house.clock())
        assert grant.until_ms == house.clock() + 3 * DAY_MS
        assert [one.login for one in (await moderators.of_room(people["mia"], DEMO))[0]] == ["tom"]


async def test_a_moderator_passes_nothing_on(tmp_path):
    async with stage_on(tmp_path) as (house, moderators, people):
        offer = await moderators.invite(people["mia"], DEMO, "tom", {HIDE})
        await moderators.accept(people["tom"], offer.proposal_id)

        with pytest.raises(NotAllowed):
            await moderators.invite(await house.people.known("tom"), DEMO, "ann", {HIDE})


async def test_nobody_invites_themselves_nor_anybody_twice(tmp_path):
    async with stage_on(tmp_path) as (_, moderators, people):
        with pytest.raises(Coded, match="own"):
            await moderators.invite(people["mia"], DEMO, "mia", {HIDE})
        await moderators.invite(people["mia"], DEMO, "tom", {HIDE})

        with pytest.raises(Coded, match="already"):
            await moderators.invite(people["mia"], DEMO, "tom", {MUTE})


async def test_only_whom_it_is_for_answers_an_invitation(tmp_path):
    async with stage_on(tmp_path) as (_, moderators, people):
        offer = await moderators.invite(people["mia"], DEMO, "tom", {HIDE})
        with pytest.raises(NotFound):
            await moderators.accept(people["ann"], offer.proposal_id)

        await moderators.decline(people["tom"], offer.proposal_id)

        assert await moderators.invitations(people["tom"]) == []


async def test_an_invitation_taken_back_cannot_be_accepted(tmp_path):
    async with stage_on(tmp_path) as (_, moderators, people):
        offer = await moderators.invite(people["mia"], DEMO, "tom", {HIDE})

        await moderators.withdraw(people["mia"], DEMO, offer.proposal_id)

        with pytest.raises(NotFound):
            await moderators.accept(people["tom"], offer.proposal_id)


@pytest.mark.parametrize("who", ["mia", "tom"])
async def test_a_moderator_is_let_go_or_goes(tmp_path, who):
    async with stage_on(tmp_path) as (house, moderators, people):
        offer = await moderators.invite(people["mia"], DEMO, "tom", {HIDE})
        grant = await moderators.accept(people["tom"], offer.proposal_id)

        await moderators.remove(await house.people.known(who), DEMO, grant.grant_id)

        assert not (await house.people.known("tom")).may(HIDE, DEMO, house.clock())


async def test_others_remove_nobody_and_a_streamers_own_grant_is_no_moderators(tmp_path):
    async with stage_on(tmp_path) as (_, moderators, people):
        offer = await moderators.invite(people["mia"], DEMO, "tom", {HIDE})
        grant = await moderators.accept(people["tom"], offer.proposal_id)
        with pytest.raises(NotAllowed):
            await moderators.remove(people["ann"], DEMO, grant.grant_id)
        own = next(one for one in people["mia"].grants if one.bundle is Bundle.STREAMER)

        with pytest.raises(NotFound):
            await moderators.remove(people["mia"], DEMO, own.grant_id)


async def test_what_the_host_loses_while_it_is_accepted_is_not_passed_on(tmp_path):
    meanwhile = Meanwhile()
    async with house_on(tmp_path, record=meanwhile.over) as house:
        moderators = house.offices.keeping.moderators
        people = await house.cast(mia=None, tom=None)
        await house.room(owner=people["mia"].account)
        mia = await house.people.known("mia")
        offer = await moderators.invite(mia, DEMO, "tom", {HIDE})
        [kept] = [grant for grant in mia.grants if grant.room == DEMO]
        meanwhile.before(ProposalSettled, lambda: house.people.revoke(None, "mia", kept.grant_id))

        with pytest.raises(NotAllowed):
            await moderators.accept(people["tom"], offer.proposal_id)

        assert not (await house.people.known("tom")).may(HIDE, DEMO, house.clock())
