from contextlib import asynccontextmanager

import pytest

from danmaku.domain.account import Bundle, Power
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.ids import Millis
from danmaku.domain.keeping import Outcome
from danmaku.domain.times import DAY_MS
from danmaku.errors import BadMessage, Coded, NotAllowed, NotFound
from tests.unit.actions.house import DEMO, house_on

HIDE, RESTORE, INVITE = Power.COMMENT_RECALL, Power.COMMENT_RESTORE, Power.MODERATOR_INVITE
CLAUSES = Words("条款", "Clauses", "职责。", "Duties.")


@asynccontextmanager
async def stage_on(folder):
    """A house with clauses for operators; mia's room, tom, and eve who assesses."""
    async with house_on(folder) as house:
        edition = Edition(DocumentKind.OPERATOR_CLAUSES, 1, Millis(0), is_mandatory=True)
        await house.offices.documents.issue(None, Document(edition, CLAUSES))
        people = await house.cast(mia=None, tom=None, ann=None, eve=Bundle.CHIEF_EDITOR)
        await house.room(owner=people["mia"].account)
        yield house, people


async def applied(house, *powers):
    management = house.offices.keeping.self_management
    mia = await house.people.known("mia")
    proposal = await management.apply(
        mia, DEMO, powers or {HIDE, RESTORE, INVITE}, note="please", accepts_clauses=True
    )
    return proposal.proposal_id


async def granted(house, people, *powers, days=30):
    waiting = await applied(house, *powers)
    return await house.offices.keeping.self_management.grant(
        people["eve"], waiting, powers or {HIDE, RESTORE, INVITE}, days=days
    )


async def test_without_a_grant_the_owner_hides_nothing_and_with_one_in_that_room_only(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        other = await house.room("other")
        here = await house.say(people["ann"], "one")
        there = await house.say(people["ann"], "two", other)
        mia = await house.people.known("mia")
        with pytest.raises(NotAllowed):
            await house.comments.recall(mia, DEMO, here.comment.number)

        await granted(house, people)

        mia = await house.people.known("mia")
        await house.comments.recall(mia, DEMO, here.comment.number, "spoiler")
        with pytest.raises(NotAllowed):
            await house.comments.recall(mia, other, there.comment.number)
        assert await house.texts() == {1: None}


async def test_a_part_is_given_for_a_time_and_what_came_with_the_room_stays(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        waiting = await applied(house, HIDE, RESTORE)

        await house.offices.keeping.self_management.grant(people["eve"], waiting, {HIDE}, days=2)

        mia, now_ms = await house.people.known("mia"), house.clock()
        assert mia.may(HIDE, DEMO, now_ms)
        assert not mia.may(RESTORE, DEMO, now_ms)
        assert not mia.may(HIDE, DEMO, now_ms + 2 * DAY_MS)
        assert mia.may(Power.ROOM_MANAGE, DEMO, now_ms + 2 * DAY_MS)


async def test_clauses_are_accepted_with_the_application(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        with pytest.raises(Coded, match="clauses"):
            await house.offices.keeping.self_management.apply(people["mia"], DEMO, {HIDE})

        await applied(house)

        mia = await house.people.known("mia")
        assert mia.accepted[DocumentKind.OPERATOR_CLAUSES] == 1


async def test_only_the_owner_applies_and_once_at_a_time(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        management = house.offices.keeping.self_management
        with pytest.raises(NotAllowed):
            await management.apply(people["tom"], DEMO, {HIDE}, accepts_clauses=True)
        await applied(house)

        with pytest.raises(Coded, match="looked at"):
            await applied(house)


async def test_a_declined_application_tells_its_reason_and_may_be_made_again(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        management = house.offices.keeping.self_management
        waiting = await applied(house)

        await management.decline(people["eve"], waiting, "too early")

        row = await management.application(people["mia"], DEMO)
        assert (row.settled.outcome, row.settled.note) == (Outcome.DECLINED, "too early")
        assert await management.applications(people["eve"]) == []
        with pytest.raises(NotFound):
            await management.decline(people["eve"], waiting, "again")
        await applied(house)


async def test_assessor_sees_what_it_is_judged_by_and_nobody_else_does(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        management = house.offices.keeping.self_management
        await applied(house)

        [found] = await management.applications(people["eve"])

        assert (found.row.login, found.row.fact.note) == ("mia", "please")
        assert (found.level, found.binding, found.history) == (None, 0, ())
        with pytest.raises(NotAllowed):
            await management.applications(people["tom"])


async def test_what_a_streamer_loses_their_moderators_lose(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        keeping = house.offices.keeping
        grant = await granted(house, people)
        mia = await house.people.known("mia")
        offer = await keeping.moderators.invite(mia, DEMO, "tom", {HIDE, RESTORE})
        await keeping.moderators.accept(people["tom"], offer.proposal_id)

        await keeping.self_management.narrow(
            people["eve"], grant.grant_id, {RESTORE, INVITE}, "hid too much"
        )

        mia, tom = await house.people.known("mia"), await house.people.known("tom")
        now_ms = house.clock()
        for one in (mia, tom):
            assert not one.may(HIDE, DEMO, now_ms)
            assert one.may(RESTORE, DEMO, now_ms)


async def test_revoked_whole_the_moderators_go_too(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        keeping = house.offices.keeping
        grant = await granted(house, people)
        mia = await house.people.known("mia")
        offer = await keeping.moderators.invite(mia, DEMO, "tom", {HIDE})
        await keeping.moderators.accept(people["tom"], offer.proposal_id)

        await keeping.self_management.narrow(people["eve"], grant.grant_id, (), "broken trust")

        tom = await house.people.known("tom")
        assert not tom.powers(DEMO, house.clock()) - {Power.COMMENT_SEND}


async def test_a_smaller_or_shorter_grant_takes_moderators_along(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        keeping = house.offices.keeping
        await granted(house, people)
        mia = await house.people.known("mia")
        offer = await keeping.moderators.invite(mia, DEMO, "tom", {HIDE, RESTORE})
        await keeping.moderators.accept(people["tom"], offer.proposal_id)

        again = await granted(house, people, RESTORE, INVITE, days=3)

        tom = await house.people.known("tom")
        assert tom.powers(DEMO, house.clock()) == {Power.COMMENT_SEND, RESTORE}
        assert tom.powers(DEMO, again.until_ms) == {Power.COMMENT_SEND}


async def test_who_may_invite_no_more_keeps_no_moderators(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        keeping = house.offices.keeping
        grant = await granted(house, people)
        mia = await house.people.known("mia")
        offer = await keeping.moderators.invite(mia, DEMO, "tom", {HIDE})
        await keeping.moderators.accept(people["tom"], offer.proposal_id)

        await keeping.self_management.narrow(people["eve"], grant.grant_id, {HIDE}, "alone now")

        assert (await house.people.known("mia")).may(HIDE, DEMO, house.clock())
        assert not (await house.people.known("tom")).may(HIDE, DEMO, house.clock())


async def test_a_reason_has_its_length(tmp_path):
    async with stage_on(tmp_path) as (house, people):
        waiting = await applied(house)

        with pytest.raises(BadMessage):
            await house.offices.keeping.self_management.grant(
                people["eve"], waiting, {HIDE}, days=1, reason="x" * 1001
            )
