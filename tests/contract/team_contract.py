"""What every store tells of the staff; see `store_contract`."""

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.case_facts import CaseClaimed, CaseDecided, CaseFiled
from danmaku.domain.cases import CaseKind, CaseOutcome, Desk, Subject, SubjectKind
from danmaku.domain.comment import RecalledBy
from danmaku.domain.facts import PowersRevoked
from danmaku.domain.ids import PLATFORM, Millis, Number, Seq
from danmaku.domain.measures import Measure, Step
from danmaku.domain.people_facts import MeasureReversed, MeasureTaken
from danmaku.domain.recheck import BEGINNING, Cursor
from danmaku.domain.team_facts import (
    DutyBegun,
    DutyEnded,
    LotsDrawn,
    QuestionsIssued,
    RecheckDrawn,
    RecheckJudged,
    TrainingTaken,
)
from danmaku.domain.training import Question, QuestionSet, Trained
from danmaku.errors import Code, Coded, Stale
from tests.contract.facts import (
    ANN,
    BEN,
    DEMO,
    SECRET,
    filed_report,
    granted,
    held,
    in_demo,
    on_platform,
    published,
    recalled,
    refused,
)

SOON, LATER = Millis(100_000), Millis(900_000)
ASKED = (Question("spam", SECRET, SECRET, ("甲", "乙"), ("one", "two"), 1),)


def drawn(*, violates=True):
    return RecheckDrawn(
        decided_chain=PLATFORM,
        decided_seq=Seq(1),
        decided_ms=Millis(5),
        actor=BEN,
        room=DEMO,
        origin=Seq(2),
        number=None,
        measure_id=None,
        violates=violates,
        category="spam",
    )


def removal(measure_id="m1", number=1):
    measure = Measure(
        measure_id, Step.DELETE, "spam", "rule 1", Millis(5),
        room=DEMO, number=Number(number), origin=Seq(2),
    )  # fmt: skip
    taken = MeasureTaken(measure, ANN, BEN)
    return [in_demo(recalled(number, actor=BEN, by=RecalledBy.PLATFORM)), on_platform(taken)]


def lots(after, upto):
    """Decisions were looked through between two cursors: a seq, and a time."""
    return LotsDrawn(Seq(after[0]), Millis(after[1]), Seq(upto[0]), Millis(upto[1]))


class TeamContract:
    async def put(self, store, *facts):
        return [(await store.commit(on_platform(fact)))[0] for fact in facts]

    async def reviewer(self, store):
        await self.put(store, granted("g9", holder=BEN, bundle=Bundle.REVIEWER))

    async def draw(self, store, cursor=BEGINNING, permille=1000, limit=10):
        return await store.team.drawn_since(cursor, LATER, permille=permille, limit=limit)

    # --- training

    async def test_the_newest_questions_are_asked(self, store):
        assert await store.team.questions() is None
        await self.put(
            store, QuestionsIssued(1, 50, None, ASKED), QuestionsIssued(2, 80, BEN, ASKED)
        )

        assert await store.team.questions() == QuestionSet(2, 80, ASKED)
        assert (await store.team.trained(BEN)) == Trained(version=2)

    async def test_a_failed_test_takes_nothing_from_one_that_was_passed(self, store):
        await self.put(store, QuestionsIssued(1, 50, None, ASKED))
        passed, failed = await self.put(
            store, TrainingTaken(BEN, 1, 1, 1, LATER), TrainingTaken(BEN, 1, 0, 1)
        )

        assert await store.team.trained(BEN) == Trained(1, LATER, failed.at_ms)
        assert await store.team.trained(ANN) == Trained(1)
        assert passed.fact.until_ms == LATER

    # --- roster

    async def test_duty_begins_ends_and_ends_by_itself(self, store):
        await self.reviewer(store)
        await self.put(store, granted("g8", holder=ANN, bundle=Bundle.CHIEF_EDITOR))
        assert await store.team.on_duty(SOON) == 0
        await self.put(store, DutyBegun(BEN, LATER), DutyBegun(ANN, LATER))
        assert [await store.team.on_duty(now) for now in (SOON, LATER)] == [2, 0]

        await self.put(store, DutyEnded(ANN))

        assert await store.team.on_duty(SOON) == 1

    async def test_whose_powers_end_is_on_duty_no_longer(self, store):
        await self.reviewer(store)
        await self.put(store, granted("g8", holder=ANN, bundle=Bundle.REVIEWER, until_ms=SOON))
        await self.put(store, DutyBegun(BEN, LATER), DutyBegun(ANN, LATER))
        before = await store.team.on_duty(Millis(SOON - 1))

        ended = [await store.team.on_duty(SOON)]
        await self.put(store, PowersRevoked(BEN, "g9", None))

        assert (before, [*ended, await store.team.on_duty(SOON)]) == (2, [1, 0])

    async def test_open_rooms_are_counted(self, store):
        assert await store.team.open_rooms() == 1

    async def test_loads_tell_what_each_of_the_staff_has_done(self, store):
        await self.reviewer(store)
        await self.put(store, DutyBegun(BEN, LATER), TrainingTaken(BEN, 1, 1, 1, LATER))
        first, second = await self.put(
            store, filed_report("r1", number=1), filed_report("r2", number=2)
        )
        ids = [f"r{one.seq}" for one in (first, second)]
        await self.put(
            store,
            *(CaseClaimed(one, BEN, LATER) for one in ids),
            CaseDecided(ids[0], BEN, CaseOutcome.REJECTED, "spam"),
        )

        [load] = await store.team.loads(SOON)

        assert (load.account, load.login, load.trained_until_ms) == (BEN, "Ben", LATER)
        assert load.shift.is_on(SOON)
        assert (load.claimed_count, load.today_count, load.decided_count) == (1, 1, 1)
        assert load.median_ms is not None
        assert load.overturned_count == 0

    async def test_an_appeal_that_is_granted_counts_against_who_decided(self, store):
        await self.reviewer(store)
        await store.commit(in_demo(published()))
        await store.commit(*removal())
        subject = Subject(SubjectKind.MEASURE, DEMO, measure_id="m1")
        [filed] = await self.put(store, CaseFiled("k1", CaseKind.APPEAL, subject, "spam", ANN, ANN))
        case_id = f"a{filed.seq}"
        await self.put(
            store,
            CaseClaimed(case_id, ANN, LATER),
            CaseDecided(case_id, ANN, CaseOutcome.UPHELD, "spam"),
            MeasureReversed("m1", ANN, ANN),
        )

        [load] = await store.team.loads(SOON)

        assert load.overturned_count == 1

    async def test_a_refusal_that_is_granted_after_all_counts_too(self, store):
        await self.reviewer(store)
        [came] = await store.commit(in_demo(held()))
        await self.put(store, CaseClaimed(f"h.demo.{came.seq}", BEN, LATER))
        await self.put(store, CaseDecided(f"h.demo.{came.seq}", BEN, CaseOutcome.UPHELD, "spam"))
        subject = Subject(SubjectKind.COMMENT, DEMO, origin=came.seq)
        [filed] = await self.put(store, CaseFiled("k1", CaseKind.APPEAL, subject, "spam", ANN, ANN))
        case_id = f"a{filed.seq}"
        await self.put(
            store,
            CaseClaimed(case_id, ANN, LATER),
            CaseDecided(case_id, ANN, CaseOutcome.PARTLY, "spam"),
        )

        [load] = await store.team.loads(SOON)

        assert load.overturned_count == 1

    # --- second looks

    async def test_what_staff_took_away_refused_and_let_stand_is_drawn_once(self, store):
        await self.reviewer(store)
        await store.commit(in_demo(published("c1")))
        await store.commit(in_demo(published("c2")))
        await store.commit(*removal())
        [came] = await store.commit(in_demo(held("c3")))
        case_id = f"h.demo.{came.seq}"
        [report] = await self.put(store, filed_report("r1", number=2))
        for one, outcome in (
            (case_id, CaseOutcome.UPHELD),
            (f"r{report.seq}", CaseOutcome.REJECTED),
        ):
            await self.put(
                store, CaseClaimed(one, BEN, LATER), CaseDecided(one, BEN, outcome, "spam")
            )

        draw = await self.draw(store)

        assert not draw.has_more
        assert {(one.number, one.measure_id, one.violates) for one in draw.drawn} == {
            (1, "m1", True),
            (None, None, True),
            (2, None, False),
        }
        assert {one.decider for one in draw.drawn} == {BEN}
        assert (await self.draw(store, draw.after)).drawn == ()
        assert (await self.draw(store, permille=0)).drawn == ()

    async def test_what_others_than_the_staff_decide_is_not_drawn(self, store):
        await store.commit(in_demo(published("c1")))
        await store.commit(*removal())

        draw = await self.draw(store)

        assert (draw.drawn, draw.after.seq > 0) == ((), True)

    async def test_what_the_filter_refused_is_nobodys_decision(self, store):
        await self.reviewer(store)
        await store.commit(in_demo(refused("c1")))

        assert (await self.draw(store)).drawn == ()

    async def test_of_two_who_draw_at_once_the_first_does(self, store):
        await self.put(store, lots((0, 0), (4, 9)))

        for before in ((0, 0), (4, 5)):  # measures were looked through since, or cases alone
            with pytest.raises(Stale):
                await self.put(store, lots(before, (5, 9)))
        await self.put(store, lots((4, 9), (6, 10)))

        assert await store.team.cursor() == Cursor(Seq(6), Millis(10))

    async def test_of_two_who_issue_a_test_at_once_the_first_does(self, store):
        await self.put(store, QuestionsIssued(1, 80, ANN, ASKED))

        with pytest.raises(Stale):
            await self.put(store, QuestionsIssued(1, 100, BEN, ASKED))
        await self.put(store, QuestionsIssued(2, 90, BEN, ASKED))

        assert (await store.team.questions()).pass_percent == 90

    async def test_a_second_look_is_taken_once(self, store):
        [entry] = await self.put(store, drawn())
        [waiting] = await store.team.waiting(Millis(0), limit=9)
        assert await store.team.waiting(Millis(waiting.drawn_ms + 1), limit=9) == []
        assert (waiting.recheck, waiting.judged.decider, waiting.agrees) == (entry.seq, BEN, None)

        await self.put(store, RecheckJudged(entry.seq, ANN, violates=False, category="other"))

        assert await store.team.waiting(Millis(0), limit=9) == []
        found = await store.team.recheck(entry.seq)
        assert (found.second, found.says_violates, found.agrees) == (ANN, False, False)
        assert await store.team.looked_again() == [("spam", BEN, False, 1)]
        with pytest.raises(Stale):
            await self.put(store, RecheckJudged(entry.seq, BEN, violates=True, category="spam"))
        with pytest.raises(Coded) as refused_:
            await self.put(store, RecheckJudged(Seq(999), BEN, violates=True, category="spam"))
        assert refused_.value.code is Code.NOT_FOUND

    async def test_a_dispute_waits_for_an_editor(self, store):
        subject = Subject(SubjectKind.COMMENT, DEMO, Number(1))
        await self.put(store, CaseFiled("k1", CaseKind.RECHECK, subject, "spam", ANN, BEN))

        [case] = await store.next_cases(frozenset({Desk.EDITOR}), SOON, limit=9)

        assert (case.kind, case.against) == (CaseKind.RECHECK, BEN)

    async def test_acts_tell_whom_they_concerned_and_how_long_they_took(self, store):
        await self.reviewer(store)
        [came] = await store.commit(in_demo(held("c3")))
        case_id = f"h.demo.{came.seq}"
        await self.put(
            store,
            CaseClaimed(case_id, BEN, LATER),
            CaseDecided(case_id, BEN, CaseOutcome.UPHELD, "spam"),
        )

        [act] = await store.team.acts(Millis(0))

        assert (act.actor, act.author, act.took_ms is not None) == (BEN, ANN, True)
        assert await store.team.logins({BEN}) == {BEN: "Ben"}
