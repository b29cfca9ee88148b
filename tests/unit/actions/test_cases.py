"""The queue, decisions and appeals, each on a record of its own."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from danmaku.actions.appeals import AppealDraft, ComplaintDraft
from danmaku.actions.measures import MeasureDraft
from danmaku.actions.moderation import ReportDraft
from danmaku.domain.account import Bundle
from danmaku.domain.case_facts import CaseFiled, ResultTold
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import (
    APPEAL_WITHIN_MS,
    CaseKind,
    CaseOutcome,
    CaseState,
    Desk,
    SubjectKind,
    reported,
)
from danmaku.domain.comment import CommentStatus
from danmaku.domain.ids import PLATFORM
from danmaku.domain.keeping import Finding
from danmaku.domain.measures import Function, Step
from danmaku.domain.rulings import Decision, FurtherStep
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, NotSignedIn
from danmaku.ports import Append
from tests.unit.actions.house import DEMO, house_on

UPHELD, REJECTED = Decision(CaseOutcome.UPHELD), Decision(CaseOutcome.REJECTED)
ANYTHING = CaseFilter()
LEASE_MS = 600_000


@asynccontextmanager
async def stage_on(folder):
    """A room that nobody keeps; two reviewers, an editor, ann who writes and bob who reports."""
    async with house_on(folder) as house:
        people = await house.cast(
            ann=None,
            bob=None,
            rey=Bundle.REVIEWER,
            ria=Bundle.REVIEWER,
            eve=Bundle.CHIEF_EDITOR,
            ins=Bundle.INSPECTOR,
        )
        await house.room()
        yield house, house.offices.casework, people


async def report(house, who, number=1, category="spam", source="here"):
    draft = ReportDraft(category, DEMO, number)
    return (await house.moderation.report(who, draft, source=source)).receipt


async def refuses(code, doing):
    with pytest.raises(Coded) as refused:
        await doing
    assert refused.value.code is code
    return refused.value


async def test_a_report_is_claimed_and_decided_and_all_are_told(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        await house.say(people["ann"], "look here")
        receipt = await report(house, people["bob"])
        claimed = await work.cases.claim_next(people["rey"])
        assert (claimed.claimant, claimed.due_ms) == ("rey", house.clock() + DAY_MS)

        decision = Decision(CaseOutcome.UPHELD, note="an advert", steps=(FurtherStep(Step.WARN),))
        await work.rulings.decide(people["rey"], claimed.case.case_id, decision)

        assert await house.texts() == {1: None}
        steps = {row.fact.measure.step for row in await house.offices.measures.own(people["ann"])}
        assert steps == {Step.DELETE, Step.WARN}
        told = [one.fact for one in house.announced if isinstance(one.fact, ResultTold)]
        assert {one.account for one in told} == {people["bob"].account, people["ann"].account}
        filed = await work.appeals.state(receipt, source="here")
        assert (filed.case.outcome, filed.case.ending) == (CaseOutcome.UPHELD, CaseState.DECIDED)
        view = await work.cases.look(people["ins"], claimed.case.case_id)
        assert (len(view.measures), view.filings[0].fact.receipt) == (2, receipt)


async def test_a_rejected_report_leaves_the_comment_and_its_author_in_peace(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        await house.say(people["ann"], "look here")
        await report(house, people["bob"])
        claimed = await work.cases.claim_next(people["rey"])

        await work.rulings.decide(people["rey"], claimed.case.case_id, REJECTED)

        assert await house.texts() == {1: "look here"}
        told = [one.fact for one in house.announced if isinstance(one.fact, ResultTold)]
        assert [one.account for one in told] == [people["bob"].account]


async def test_two_reviewers_race_and_the_other_is_told_who_has_it(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        await house.say(people["ann"])
        await report(house, None)
        [waiting] = await work.cases.queue(people["ins"], ANYTHING)
        case_id = waiting.case.case_id

        outcomes = await asyncio.gather(
            *(work.cases.claim(people[name], case_id) for name in ("rey", "ria")),
            return_exceptions=True,
        )

        [won] = [one for one in outcomes if not isinstance(one, Exception)]
        [lost] = [one for one in outcomes if isinstance(one, Exception)]
        assert lost.code is Code.NOT_GRANTED
        assert won.claimant in str(lost)
        assert lost.until_ms == won.case.lease_until_ms
        assert await work.cases.claim_next(people["eve"]) is None


async def test_a_lease_that_ended_in_mid_decision_holds_unless_somebody_came(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        for number in (1, 2):
            await house.say(people["ann"], f"look {number}")
            house.clock.now_ms += 10_000
            await report(house, None, number)
        first = (await work.cases.claim_next(people["rey"])).case.case_id
        second = (await work.cases.claim_next(people["rey"])).case.case_id
        house.clock.now_ms += LEASE_MS
        await work.cases.claim(people["ria"], second)

        await work.rulings.decide(people["rey"], first, REJECTED)

        refused = await refuses(
            Code.NOT_GRANTED, work.rulings.decide(people["rey"], second, REJECTED)
        )
        assert "ria" in str(refused)
        house.clock.now_ms += LEASE_MS  # over for ria as well: but it was hers last
        await refuses(Code.NOT_GRANTED, work.rulings.decide(people["rey"], second, REJECTED))
        await work.rulings.decide(people["ria"], second, REJECTED)


async def test_a_held_comment_is_decided_from_the_queue_or_by_approving_it(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        first = await house.say(people["ann"], "callme one")
        second = await house.say(people["ann"], "callme two")
        await house.moderation.approve(people["ria"], DEMO, first.seq)
        claimed = await work.cases.claim_next(people["rey"])
        assert claimed.case.subject.origin == second.seq

        await work.rulings.decide(people["rey"], claimed.case.case_id, REJECTED)

        assert await house.texts() == {1: "callme one", 2: "callme two"}
        ended = await work.cases.ended(people["ins"], ANYTHING)
        assert [one.case.decider for one in ended] == [
            people["rey"].account,
            people["ria"].account,
        ]


async def test_nobody_decides_their_own(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        await house.say(people["ria"], "from the staff")
        await report(house, people["rey"])
        [waiting] = await work.cases.queue(people["ins"], ANYTHING)

        for name in ("ria", "rey"):
            await refuses(Code.OWN_INTEREST, work.cases.claim(people[name], waiting.case.case_id))
            assert await work.cases.claim_next(people[name]) is None
        assert await work.cases.claim_next(people["eve"]) is not None


async def test_an_appeal_restores_and_is_decided_by_another(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        await house.say(people["ann"], "fine words", DEMO)
        await house.comments.recall(people["rey"], DEMO, 1, "spam")
        people["ann"] = await house.people.known("ann")
        receipt = await work.appeals.appeal(
            people["ann"], AppealDraft("it is no advert", room=DEMO, number=1)
        )
        [waiting] = await work.cases.queue(people["ins"], ANYTHING)
        case_id = waiting.case.case_id
        await refuses(Code.OWN_INTEREST, work.cases.claim(people["rey"], case_id))
        await work.cases.claim(people["ria"], case_id)

        await work.rulings.decide(people["ria"], case_id, UPHELD)

        assert await house.texts() == {1: "fine words"}
        [row] = await house.offices.measures.own(people["ann"])
        assert row.is_reversed
        filed = await work.appeals.state(receipt, source="here")
        assert filed.case.outcome is CaseOutcome.UPHELD


async def test_a_refused_comment_is_published_late_at_its_place(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        draft = house.draft("buynow it says in the film", position_ms=4_000)
        refused = await house.comments.post(people["ann"], DEMO, draft)
        assert refused.comment.status is CommentStatus.REFUSED
        await house.say(people["bob"], "after it")
        await work.appeals.appeal(
            people["ann"], AppealDraft("I quote", room=DEMO, origin=refused.seq)
        )
        claimed = await work.cases.claim_next(people["rey"])

        await work.rulings.decide(people["rey"], claimed.case.case_id, UPHELD)

        _, comment = await house.store.comment(DEMO, 2)
        assert (comment.position_ms, comment.late, comment.origin) == (4_000, True, refused.seq)


async def test_a_second_appeal_goes_to_yet_another_and_is_final(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        refused = await house.say(people["ann"], "buynow")
        draft = AppealDraft("I quote", room=DEMO, origin=refused.seq)
        for judge in ("rey", "ria"):
            await work.appeals.appeal(people["ann"], draft)
            await refuses(Code.DUPLICATE, work.appeals.appeal(people["ann"], draft))
            house.clock.now_ms += HOUR_MS
            claimed = await work.cases.claim_next(people["rey"])
            if judge == "ria":
                assert claimed is None
                claimed = await work.cases.claim_next(people["ria"])
            await work.rulings.decide(people[judge], claimed.case.case_id, REJECTED)

        house.clock.now_ms += HOUR_MS
        await refuses(Code.OWN_LIMIT, work.appeals.appeal(people["ann"], draft))


async def test_an_appeal_has_six_months_and_ones_own_decisions(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        refused = await house.say(people["ann"], "buynow")
        draft = AppealDraft("I quote", room=DEMO, origin=refused.seq)
        with pytest.raises(NotSignedIn):
            await work.appeals.appeal(None, draft)
        with pytest.raises(NotFound):
            await work.appeals.appeal(people["bob"], draft)
        for nothing in (AppealDraft("why"), AppealDraft("", room=DEMO, origin=refused.seq)):
            with pytest.raises(BadMessage):
                await work.appeals.appeal(people["ann"], nothing)
        house.clock.now_ms += APPEAL_WITHIN_MS + 1
        await refuses(Code.OWN_LIMIT, work.appeals.appeal(people["ann"], draft))


async def test_an_appeal_granted_in_part_takes_a_milder_measure(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        taken = await house.offices.measures.take(
            people["rey"],
            MeasureDraft(Step.SUSPEND, "spam", "rule 3", login="ann", lasts_ms=9 * DAY_MS),
        )
        await work.appeals.appeal(
            people["ann"], AppealDraft("too long", measure_id=taken.measure_id)
        )
        claimed = await work.cases.claim_next(people["ria"])
        shorter = FurtherStep(Step.SUSPEND, lasts_ms=DAY_MS)

        await work.rulings.decide(
            people["ria"], claimed.case.case_id, Decision(CaseOutcome.PARTLY, steps=(shorter,))
        )

        ann = await house.people.known("ann")
        [standing] = ann.measures
        assert standing.until_ms == house.clock() + DAY_MS


async def test_a_provisional_measure_ends_with_its_case_or_by_time(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        for number in (1, 2):
            await house.say(people["ann"], f"look {number}")
            house.clock.now_ms += 10_000
            await report(house, None, number)
        first = (await work.cases.claim_next(people["rey"])).case.case_id
        step = FurtherStep(Step.SUSPEND, lasts_ms=30 * DAY_MS)
        measure = await work.rulings.hold_back(people["rey"], first, step, "rule 3")
        assert measure.until_ms == house.clock() + 72 * HOUR_MS
        with pytest.raises(BadMessage):
            await work.rulings.hold_back(people["rey"], first, FurtherStep(Step.WARN), "rule 3")

        await work.rulings.decide(people["rey"], first, REJECTED)

        assert (await house.people.known("ann")).measures == ()


async def test_a_complaint_needs_no_account_and_its_receipt_tells_how_it_stands(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        draft = ComplaintDraft("privacy", "my address is there", "me@a.example", DEMO)
        receipt = (await work.appeals.complain(None, draft, source="here")).receipt
        other = (await work.appeals.complain(people["bob"], draft, source="there")).receipt
        filed = await work.appeals.state(receipt, source="here")
        assert (filed.case.kind, filed.case.reports_count) == (CaseKind.COMPLAINT, 2)
        await refuses(Code.OWN_LIMIT, work.appeals.withdraw(None, receipt, source="here"))
        with pytest.raises(NotFound):
            await work.appeals.withdraw(None, other, source="here")
        with pytest.raises(NotFound):
            await work.appeals.state("nothing", source="here")
        [own] = await work.appeals.own(people["bob"])
        assert own.receipt == other

        site = ComplaintDraft("privacy", "and the site")
        alone = (await work.appeals.complain(None, site, source="here")).receipt
        await work.appeals.withdraw(None, alone, source="here")
        state = (await work.appeals.state(alone, source="here")).case.state(house.clock())
        assert state is CaseState.WITHDRAWN


async def test_a_complaint_about_an_account_names_it_by_a_comment_and_reaches_it(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        await house.say(people["ann"], "I am somebody else")
        draft = ComplaintDraft("impersonation", "That is me", "", DEMO, 1, is_of_author=True)
        given = await work.appeals.complain(None, draft, source="here", browser="b")
        again = await work.appeals.complain(None, draft, source="here", browser="b")
        assert (again.receipt, again.is_repeated) == (given.receipt, True)
        claimed = (await work.cases.claim_next(people["rey"])).case
        assert (claimed.subject.kind, claimed.against) == (
            SubjectKind.ACCOUNT,
            people["ann"].account,
        )

        steps = (FurtherStep(Step.SUSPEND, HOUR_MS),)
        decision = Decision(CaseOutcome.UPHELD, note="so it is", steps=steps)
        await work.rulings.decide(people["rey"], claimed.case_id, decision)

        assert await house.texts() == {1: "I am somebody else"}
        [measure] = (await house.people.known("ann")).measures
        assert (measure.step, measure.room) == (Step.SUSPEND, None)


@pytest.mark.parametrize(
    ("room", "number", "error"),
    [(None, 1, BadMessage), (None, None, BadMessage), (DEMO, None, NotFound), (DEMO, 9, NotFound)],
)
async def test_a_complaint_about_nobody_is_not_taken(tmp_path, room, number, error):
    async with stage_on(tmp_path) as (_, work, __):
        draft = ComplaintDraft("attack", "so there", "", room, number, is_of_author=True)
        with pytest.raises(error):
            await work.appeals.complain(None, draft, source="here")


async def test_who_reports_nothing_but_nothing_is_stopped_and_may_appeal(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        bob = people["bob"]
        for number in range(1, 11):
            await house.say(people["ann"], f"look {number}")
            house.clock.now_ms += HOUR_MS
            await report(house, bob, number)
            claimed = await work.cases.claim_next(people["rey"])
            await work.rulings.decide(people["rey"], claimed.case.case_id, REJECTED)

        [measure] = await house.offices.measures.own(bob)
        assert measure.fact.measure.functions == {Function.REPORTS}
        assert measure.fact.measure.until_ms == house.clock() + 7 * DAY_MS
        bob = await house.people.known("bob")
        refused = await refuses(Code.MUTED, report(house, bob, 1))
        assert refused.until_ms == measure.fact.measure.until_ms
        await work.appeals.complain(bob, ComplaintDraft("attack", "me", "", DEMO, 1), source="here")
        looked = await work.cases.look(people["rey"], claimed.case.case_id)
        assert [*looked.right_percents.values()] == [0]
        appeal = AppealDraft("I meant well", measure_id=measure.fact.measure.measure_id)
        await work.appeals.appeal(bob, appeal)
        claimed = await work.cases.claim_next(people["ria"], frozenset({CaseKind.APPEAL}))
        await work.rulings.decide(people["ria"], claimed.case.case_id, UPHELD)
        await report(house, await house.people.known("bob"), 1)


async def test_what_keepers_answer_says_nothing_about_who_reports(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        mia = await house.person("mia", (Bundle.STREAMER, DEMO))
        for number in range(1, 11):
            await house.say(people["ann"], f"look {number}")
            house.clock.now_ms += HOUR_MS
            receipt = await report(house, people["bob"], number)
            [shown] = [
                one
                for one in await house.offices.keeping.reports.of_room(mia, DEMO)
                if one.row.fact.receipt == receipt
            ]
            reports = house.offices.keeping.reports
            await reports.answer(mia, DEMO, shown.row.seq, Finding.REJECTED)

        [ended, *_] = await work.cases.ended(people["rey"], ANYTHING)
        assert (await work.cases.look(people["rey"], ended.case.case_id)).right_percents == {}
        assert (await house.people.known("bob")).measures == ()


async def test_cases_are_released_escalated_and_merged(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        for number in (1, 2):
            await house.say(people["ann"], f"look {number}")
            house.clock.now_ms += 10_000
            await report(house, None, number)
        one = (await work.cases.claim_next(people["rey"])).case.case_id
        two = (await work.cases.claim_next(people["rey"])).case.case_id
        assert (await work.cases.release(people["rey"], one)).claimant is None
        await refuses(Code.NOT_GRANTED, work.cases.release(people["rey"], one))

        merged = await work.cases.merge(people["rey"], two, one)
        assert (merged.case.case_id, merged.case.reports_count) == (one, 2)
        await work.cases.claim(people["rey"], one)
        with pytest.raises(BadMessage):
            await work.cases.merge(people["rey"], one, one)
        await work.cases.escalate(people["rey"], one, "too hard for me")

        with pytest.raises(NotAllowed):
            await work.cases.claim(people["ria"], one)
        assert await work.cases.claim_next(people["ria"]) is None
        claimed = await work.cases.claim_next(people["eve"])
        assert (claimed.case.case_id, claimed.case.desk) == (one, Desk.EDITOR)


async def test_the_keepers_of_a_room_have_its_reports_first(tmp_path):
    async with house_on(tmp_path) as house:
        people = await house.cast(mia=None, ann=None, bob=None, rey=Bundle.REVIEWER)
        work = house.offices.casework
        await house.room(owner=people["mia"].account)
        people["mia"] = await house.people.known("mia")
        for number, category in ((1, "spoiler"), (2, "spoiler"), (3, "fraud")):
            await house.say(people["ann"], f"number {number}")
            house.clock.now_ms += 10_000
            await report(house, people["bob"], number, category)
        grave = await work.cases.claim_next(people["rey"])
        assert (grave.case.category, await work.cases.claim_next(people["rey"])) == ("fraud", None)
        keeping = house.offices.keeping.reports
        first, second, _ = reversed(await keeping.of_room(people["mia"], DEMO))

        await keeping.answer(people["mia"], DEMO, first.row.seq, Finding.UPHELD)
        await keeping.pass_on(people["mia"], DEMO, second.row.seq, "yours")

        told = [one.fact for one in house.announced if isinstance(one.fact, ResultTold)]
        assert [one.account for one in told] == [people["bob"].account]
        passed_on = await work.cases.claim_next(people["rey"])
        assert passed_on.case.subject.number == 2
        with pytest.raises(NotFound):
            await keeping.pass_on(people["mia"], DEMO, second.row.seq, "again")


async def test_only_those_look_whose_duty_it_is(tmp_path):
    async with stage_on(tmp_path) as (_house, work, people):
        with pytest.raises(NotAllowed):
            await work.cases.queue(people["ann"], ANYTHING)
        with pytest.raises(NotAllowed):
            await work.cases.claim_next(people["ins"])
        with pytest.raises(NotSignedIn):
            await work.cases.claim_next(None)
        with pytest.raises(NotFound):
            await work.cases.look(people["ins"], "r99")
        assert await work.cases.queue(None, ANYTHING) == []


async def test_what_a_patrol_finds_is_a_case_that_its_finder_may_decide(tmp_path):
    async with stage_on(tmp_path) as (house, work, people):
        await house.say(people["ann"], "look here")
        seen = CaseFiled("r1", CaseKind.PATROL, reported(DEMO, 1), "spam", people["rey"].account)
        await house.store.commit(Append(PLATFORM, seen))

        claimed = await work.cases.claim_next(people["rey"])
        await work.rulings.decide(people["rey"], claimed.case.case_id, UPHELD)

        assert (claimed.case.kind, await house.texts()) == (CaseKind.PATROL, {1: None})
