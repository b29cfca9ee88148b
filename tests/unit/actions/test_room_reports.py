from contextlib import asynccontextmanager

import pytest

from danmaku.actions.moderation import ReportDraft
from danmaku.domain.account import Bundle
from danmaku.domain.keeping import ANSWER_WITHIN_MS, Finding, Term
from danmaku.domain.measures import Step
from danmaku.errors import Code, Coded, NotAllowed, NotFound
from tests.unit.actions.house import DEMO, house_on


@asynccontextmanager
async def stage_on(folder):
    """Mia's room with one comment of ann's, which a guest has reported."""
    async with house_on(folder) as house:
        people = await house.cast(
            mia=None, ann=None, tom=(Bundle.MODERATOR, DEMO), rey=Bundle.REVIEWER
        )
        await house.room(owner=people["mia"].account)
        people["mia"] = await house.people.known("mia")
        await house.say(people["ann"], "the butler did it")
        draft = ReportDraft("spoiler", DEMO, 1, text="spoils")
        await house.moderation.report(None, draft, source="here")
        yield house, house.offices.keeping.reports, people


async def first(reports, who):
    return (await reports.of_room(who, DEMO))[0]


async def test_upheld_report_hides_the_comment_and_its_author_is_told_in_one_act(tmp_path):
    async with stage_on(tmp_path) as (house, reports, people):
        shown = await first(reports, people["mia"])
        assert shown.comment.content.text == "the butler did it"

        await reports.answer(people["mia"], DEMO, shown.row.seq, Finding.UPHELD)

        assert await house.texts() == {1: None}
        [told] = await house.offices.measures.own(people["ann"])
        assert (told.fact.measure.step, told.fact.measure.category) == (Step.HIDE, "spoiler")
        assert (await reports.share(DEMO)).by_category == {"spoiler": 1}
        duty = await reports.duty(people["mia"], DEMO)
        assert (duty.filed, duty.answered, duty.waiting) == (1, 1, 0)


async def test_rejected_report_leaves_the_comment(tmp_path):
    async with stage_on(tmp_path) as (house, reports, people):
        shown = await first(reports, people["tom"])

        await reports.answer(people["tom"], DEMO, shown.row.seq, Finding.REJECTED, "no spoiler")

        assert await house.texts() == {1: "the butler did it"}
        with pytest.raises(NotFound):
            await reports.answer(people["mia"], DEMO, shown.row.seq, Finding.UPHELD)


async def test_what_is_not_answered_in_time_is_the_platforms_and_counts(tmp_path):
    async with stage_on(tmp_path) as (house, reports, people):
        shown = await first(reports, people["mia"])
        house.clock.now_ms += ANSWER_WITHIN_MS

        with pytest.raises(Coded) as refused:
            await reports.answer(people["mia"], DEMO, shown.row.seq, Finding.UPHELD)

        assert refused.value.code is Code.NOT_GRANTED
        assert (await reports.duty(people["mia"], DEMO)).overdue == 1
        await reports.answer(people["rey"], DEMO, shown.row.seq, Finding.UPHELD)
        assert await house.texts() == {1: None}


async def test_nobody_answers_a_report_about_their_own_comment(tmp_path):
    async with stage_on(tmp_path) as (house, reports, people):
        await house.say(people["tom"], "mine")
        await house.moderation.report(None, ReportDraft("spam", DEMO, 2), source="there")
        newest = await first(reports, people["tom"])

        with pytest.raises(Coded) as refused:
            await reports.answer(people["tom"], DEMO, newest.row.seq, Finding.REJECTED)

        assert refused.value.code is Code.OWN_INTEREST


async def test_who_keeps_no_room_sees_no_reports(tmp_path):
    async with stage_on(tmp_path) as (_, reports, people):
        for act in (reports.of_room, reports.duty):
            with pytest.raises(NotAllowed):
                await act(people["ann"], DEMO)


async def test_hiding_tells_the_author_and_restoring_takes_the_measure_back(tmp_path):
    async with stage_on(tmp_path) as (house, _, people):
        await house.comments.recall(people["mia"], DEMO, 1, "spoiler")
        [row] = await house.offices.measures.own(people["ann"])
        assert not row.is_reversed

        await house.comments.restore(people["tom"], DEMO, 1)

        [row] = await house.offices.measures.own(people["ann"])
        assert row.is_reversed
        assert await house.texts() == {1: "the butler did it"}


async def test_a_mute_for_the_session_refuses_the_next_comment_with_its_end(tmp_path):
    async with stage_on(tmp_path) as (house, _, people):
        mutes = house.offices.keeping.mutes

        measure = await mutes.mute(people["mia"], DEMO, 1, Term.SESSION, category="spoiler")

        with pytest.raises(Coded) as refused:
            await house.say(people["ann"], "again")
        assert (refused.value.code, refused.value.until_ms) == (Code.MUTED, measure.until_ms)


async def test_nobody_mutes_themselves(tmp_path):
    async with stage_on(tmp_path) as (house, _, people):
        await house.say(people["tom"], "mine")

        with pytest.raises(Coded) as refused:
            await house.offices.keeping.mutes.mute(people["tom"], DEMO, 2, Term.ONCE)

        assert refused.value.code is Code.OWN_INTEREST
