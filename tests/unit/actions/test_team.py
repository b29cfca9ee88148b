"""Training, duty and second looks, each on a record of its own."""

from contextlib import asynccontextmanager

import pytest

from danmaku.actions.rechecks import MARGIN_MS
from danmaku.actions.team import Team
from danmaku.actions.team_watch import TeamWatch
from danmaku.config import TeamSettings
from danmaku.domain.account import Bundle
from danmaku.domain.anomalies import HASTY_COUNT, Oddity
from danmaku.domain.case_facts import ResultTold
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import CaseKind, CaseOutcome
from danmaku.domain.ids import Number, Seq
from danmaku.domain.recheck import WAITS_MS, Agreement
from danmaku.domain.rulings import Decision
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.domain.training import AGAIN_AFTER_MS, Question, QuestionSet
from danmaku.errors import BadMessage, Code, Coded, NotAllowed, NotFound, NotSignedIn
from tests.unit.actions.house import DEMO, house_on

UPHELD, REJECTED = Decision(CaseOutcome.UPHELD), Decision(CaseOutcome.REJECTED)
ASKED = QuestionSet(
    1,
    100,
    (
        Question("spam", "广告？", "An advert?", ("删", "留"), ("remove", "leave"), 0),
        Question("spoiler", "剧透？", "A spoiler?", ("删", "留"), ("remove", "leave"), 1),
    ),
)
RIGHT, WRONG = [0, 1], [1, 1]
ALL = TeamSettings(recheck_permille=1000)


@asynccontextmanager
async def stage_on(folder):
    """Two reviewers, an editor, ann who writes; every decision of the staff is drawn."""
    async with house_on(folder, team=ALL) as house:
        people = await house.cast(
            ann=None,
            rey=Bundle.REVIEWER,
            ria=Bundle.REVIEWER,
            eve=Bundle.CHIEF_EDITOR,
            ins=Bundle.INSPECTOR,
        )
        await house.room()
        yield house, house.offices.team, people


async def refuses(code, doing):
    with pytest.raises(Coded) as refused:
        await doing
    assert refused.value.code is code
    return refused.value


async def trained(team, *people, questions=ASKED):
    version = await team.training.issue(None, questions)
    for person in people:
        await team.training.take(person, version, RIGHT)


# --- training


async def test_nobody_is_asked_while_there_is_no_test(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        await team.training.require(people["rey"].account)
        assert await house.offices.casework.cases.claim_next(people["rey"]) is None
        with pytest.raises(NotFound):
            await team.training.questions(people["rey"])


async def test_from_the_first_question_set_on_only_the_trained_claim(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        held = await house.say(people["ann"], "callme")
        case_id = f"h.demo.{held.seq}"
        cases = house.offices.casework.cases
        assert await team.training.issue(people["eve"], ASKED) == 1

        await refuses(Code.TRAINING_REQUIRED, cases.claim(people["rey"], case_id))
        await refuses(Code.TRAINING_REQUIRED, cases.claim_next(people["rey"]))
        taken = await team.training.take(people["rey"], 1, RIGHT)

        assert taken.until_ms == house.clock() + 365 * DAY_MS
        assert (await cases.claim(people["rey"], case_id)).claimant == "rey"
        house.clock.now_ms += 365 * DAY_MS
        await refuses(Code.TRAINING_REQUIRED, cases.claim(people["rey"], case_id))
        await team.training.take(people["rey"], 1, RIGHT)
        await cases.claim(people["rey"], case_id)


async def test_who_fails_is_told_what_was_missed_and_waits(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        await team.training.issue(None, ASKED)

        taken = await team.training.take(people["rey"], 1, WRONG)

        assert (taken.until_ms, taken.result.missed) == (None, {"spam"})
        await refuses(Code.OWN_LIMIT, team.training.take(people["rey"], 1, RIGHT))
        house.clock.now_ms += AGAIN_AFTER_MS
        assert (await team.training.take(people["rey"], 1, RIGHT)).until_ms is not None


async def test_a_record_holds_when_other_questions_are_issued(tmp_path):
    async with stage_on(tmp_path) as (_, team, people):
        await trained(team, people["rey"])

        assert await team.training.issue(people["eve"], ASKED) == 2

        await team.training.require(people["rey"].account)
        with pytest.raises(BadMessage):
            await team.training.take(people["ria"], 1, RIGHT)
        assert (await team.training.questions(people["ria"])).version == 2


async def test_only_an_editor_issues_and_only_who_decides_is_asked(tmp_path):
    async with stage_on(tmp_path) as (_, team, people):
        with pytest.raises(NotAllowed):
            await team.training.issue(people["rey"], ASKED)
        await team.training.issue(people["eve"], ASKED)
        with pytest.raises(NotAllowed):
            await team.training.take(people["ann"], 1, RIGHT)
        with pytest.raises(NotSignedIn):
            await team.training.take(None, 1, RIGHT)


# --- roster


async def test_duty_is_begun_and_ended_and_ends_by_itself(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        until_ms = await team.roster.begin(people["rey"])
        await team.roster.begin(people["ria"])
        assert until_ms == house.clock() + 8 * HOUR_MS
        assert (await team.roster.cover()).on_duty == 2

        await team.roster.end(people["ria"])

        loads = {one.login: one for one in await team.roster.loads(people["eve"])}
        assert loads.keys() == {"eve", "rey", "ria"}
        assert (loads["rey"].shift.until_ms, loads["ria"].shift) == (until_ms, None)
        house.clock.now_ms = until_ms
        assert (await team.roster.cover()).on_duty == 0
        with pytest.raises(NotAllowed):
            await team.roster.begin(people["ann"])


async def test_colleagues_do_not_see_each_others_errors(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        held = await house.say(people["ann"], "callme")
        work = house.offices.casework
        await work.cases.claim(people["rey"], f"h.demo.{held.seq}")
        house.clock.now_ms += 30_000
        await work.rulings.decide(people["rey"], f"h.demo.{held.seq}", UPHELD)

        seen = {
            name: {one.login: one for one in await team.roster.loads(people[name])}["rey"]
            for name in ("rey", "ria", "eve", "ins")
        }

        assert {name: one.decided_count for name, one in seen.items()} == {
            "rey": 1, "ria": 0, "eve": 1, "ins": 1,
        }  # fmt: skip
        assert (seen["rey"].median_ms, seen["ria"].median_ms) == (30_000, None)
        assert seen["ria"].today_count == 1
        with pytest.raises(NotAllowed):
            await team.roster.loads(people["ann"])


async def test_too_few_on_duty_are_counted_and_told_once(tmp_path, caplog):
    async with stage_on(tmp_path) as (house, team, people):
        watch = TeamWatch(team.roster, house.telemetry)

        assert (await watch.look()).is_thin
        await watch.look()
        await team.roster.begin(people["rey"])

        assert not (await watch.look()).is_thin
        assert house.telemetry.rooms_per_reviewer._value.get() == 1.0
        assert house.telemetry.reviewers_on_duty._value.get() == 1
        assert caplog.messages == []


# --- second looks


async def recalled(house, people):
    """A comment of ann's that rey took away; and a second look at that is drawn."""
    await house.say(people["ann"], "look here")
    await house.comments.recall(people["rey"], DEMO, Number(1), "spam")
    house.clock.now_ms += MARGIN_MS
    assert await house.offices.team.rechecks.draw() == 1
    [look] = await house.offices.team.rechecks.waiting(people["ria"])
    return look


async def test_a_second_look_shows_the_comment_and_nothing_of_the_first(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        look = await recalled(house, people)

        assert (look.room, look.content.text) == (DEMO, "look here")
        assert set(look.__dataclass_fields__) == {"recheck", "room", "at_ms", "content"}
        assert await team.rechecks.waiting(people["rey"]) == []
        assert await team.rechecks.draw() == 0


async def test_whoever_decided_does_not_look_again(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        look = await recalled(house, people)
        judge = team.rechecks.judge

        await refuses(
            Code.OWN_INTEREST, judge(people["rey"], look.recheck, violates=True, category="spam")
        )
        with pytest.raises(NotAllowed):
            await judge(people["ann"], look.recheck, violates=True, category="spam")
        with pytest.raises(NotFound):
            await judge(people["ria"], Seq(9_999), violates=True, category="spam")
        await trained(team, people["eve"])
        await refuses(
            Code.TRAINING_REQUIRED,
            judge(people["ria"], look.recheck, violates=True, category="spam"),
        )


async def test_where_both_agree_nothing_follows_but_the_number(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        look = await recalled(house, people)

        await team.rechecks.judge(people["ria"], look.recheck, violates=True, category="flood")

        found = await team.rechecks.agreements(people["eve"])
        assert (found.by_category, found.by_login) == (
            {"spam": Agreement(1, 1)},
            {"rey": Agreement(1, 1)},
        )
        assert await house.offices.casework.cases.queue(people["eve"], CaseFilter()) == []
        with pytest.raises(NotFound):
            await team.rechecks.judge(people["ria"], look.recheck, violates=True, category="spam")
        with pytest.raises(NotAllowed):
            await team.rechecks.agreements(people["rey"])


async def test_what_nobody_has_looked_at_for_long_waits_no_longer(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        look = await recalled(house, people)
        house.clock.now_ms += WAITS_MS

        assert len(await team.rechecks.waiting(people["ria"])) == 1
        house.clock.now_ms += 1
        assert await team.rechecks.waiting(people["ria"]) == []
        with pytest.raises(NotFound):
            await team.rechecks.judge(people["ria"], look.recheck, violates=True, category="spam")


async def dispute(house, team, people, look, *, violates):
    """Ria says otherwise; the case that this opens is claimed by eve."""
    await team.rechecks.judge(people["ria"], look.recheck, violates=violates, category="spam")
    cases = house.offices.casework.cases
    assert await cases.claim_next(people["rey"]) is None
    assert await cases.claim_next(people["ria"]) is None
    claimed = await cases.claim_next(people["eve"])
    assert claimed.case.kind is CaseKind.RECHECK
    return claimed.case.case_id


async def test_a_recall_that_was_wrong_is_undone_by_an_editor(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        look = await recalled(house, people)
        case_id = await dispute(house, team, people, look, violates=False)

        await house.offices.casework.rulings.decide(people["eve"], case_id, UPHELD)

        assert await house.texts() == {1: "look here"}
        told = [one.fact.account for one in house.announced if isinstance(one.fact, ResultTold)]
        assert set(told) == {people[name].account for name in ("ria", "rey", "ann")}
        loads = {one.login: one for one in await team.roster.loads(people["eve"])}
        assert loads["rey"].overturned_count == 1
        found = await team.rechecks.agreements(people["ins"])
        assert found.by_login == {"rey": Agreement(1, 0)}


async def test_what_was_let_stand_wrongly_is_taken_away(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        held = await house.say(people["ann"], "callme")
        await house.moderation.approve(people["rey"], DEMO, held.seq)
        house.clock.now_ms += MARGIN_MS
        await team.rechecks.draw()
        [look] = await team.rechecks.waiting(people["ria"])
        case_id = await dispute(house, team, people, look, violates=True)

        await house.offices.casework.rulings.decide(people["eve"], case_id, UPHELD)

        assert await house.texts() == {1: None}


async def test_what_was_refused_wrongly_is_published_late(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        held = await house.say(people["ann"], "callme")
        await house.moderation.reject(people["rey"], DEMO, held.seq, "spam")
        house.clock.now_ms += MARGIN_MS
        await team.rechecks.draw()
        [look] = await team.rechecks.waiting(people["ria"])
        case_id = await dispute(house, team, people, look, violates=False)

        await house.offices.casework.rulings.decide(people["eve"], case_id, UPHELD)

        assert await house.texts() == {1: "callme"}


async def test_a_dispute_that_is_rejected_changes_nothing(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        look = await recalled(house, people)
        case_id = await dispute(house, team, people, look, violates=False)

        await house.offices.casework.rulings.decide(people["eve"], case_id, REJECTED)

        assert await house.texts() == {1: None}
        told = [one.fact.account for one in house.announced if isinstance(one.fact, ResultTold)]
        assert people["ann"].account not in told


async def test_what_an_appeal_has_undone_meanwhile_is_left_as_it_is(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        look = await recalled(house, people)
        case_id = await dispute(house, team, people, look, violates=False)
        await house.comments.restore(people["ria"], DEMO, Number(1))

        await house.offices.casework.rulings.decide(people["eve"], case_id, UPHELD)

        assert await house.texts() == {1: "look here"}


async def test_a_share_of_nothing_draws_nothing(tmp_path):
    async with house_on(tmp_path, team=TeamSettings(recheck_permille=0)) as house:
        people = await house.cast(ann=None, rey=Bundle.REVIEWER)
        await house.room()
        await house.say(people["ann"], "look here")
        await house.comments.recall(people["rey"], DEMO, Number(1), "spam")
        house.clock.now_ms += MARGIN_MS

        assert await house.offices.team.rechecks.draw() == 0
        assert isinstance(house.offices.team, Team)


# --- oddities


async def test_what_is_decided_unread_is_told_to_those_who_look_after_the_staff(tmp_path):
    async with stage_on(tmp_path) as (house, team, people):
        work = house.offices.casework
        for _ in range(HASTY_COUNT):
            await house.say(people["ann"], "callme")
            claimed = await work.cases.claim_next(people["rey"])
            await work.rulings.decide(people["rey"], claimed.case.case_id, REJECTED)

        [(odd, login)] = await team.roster.anomalies(people["eve"])

        assert (odd.oddity, odd.count, login) == (Oddity.HASTY, HASTY_COUNT, "rey")
        with pytest.raises(NotAllowed):
            await team.roster.anomalies(people["rey"])
