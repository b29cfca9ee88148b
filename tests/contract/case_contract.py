"""What every store tells of cases; see `store_contract`."""

from dataclasses import replace

import pytest

from danmaku.domain.case_facts import (
    CaseClaimed,
    CaseDecided,
    CaseEscalated,
    CaseFiled,
    CaseMerged,
    CaseReleased,
    CaseWithdrawn,
    ResultTold,
)
from danmaku.domain.case_lists import CaseFilter
from danmaku.domain.cases import (
    CaseKind,
    CaseOutcome,
    CaseState,
    Desk,
    Subject,
    SubjectKind,
    Terms,
    reported,
)
from danmaku.domain.delay import DELAY_CATEGORY, KEPT_MS
from danmaku.domain.ids import Millis, Seq
from danmaku.domain.keeping import Finding
from danmaku.domain.keeping_facts import ReportAnswered
from danmaku.domain.times import HOUR_MS
from danmaku.errors import Code, Coded, Stale
from danmaku.filter.rules import Klass
from tests.contract.facts import (
    ANN,
    BEN,
    DEMO,
    SECRET,
    filed_report,
    held,
    in_demo,
    on_platform,
    published,
    refused,
)

SOON, LATER = Millis(100_000), Millis(900_000)
ANYTHING = CaseFilter()
PLATFORM_DESK = frozenset({Desk.PLATFORM})
TERMS = Terms(dict.fromkeys(CaseKind, 50_000), grave=10)


def complaint(receipt="k1", subject=None, *, kind=CaseKind.COMPLAINT, filer=None, against=None):
    subject = subject or Subject(SubjectKind.SITE)
    return CaseFiled(receipt, kind, subject, "privacy", filer, against, SECRET, "me@a.example")


def decided(case_id, actor=BEN, outcome=CaseOutcome.UPHELD):
    return CaseDecided(case_id, actor, outcome, "spam", SECRET)


class CaseContract:
    async def commit(self, store, *facts):
        return [(await store.commit(on_platform(fact)))[0] for fact in facts]

    async def queue(self, store, now_ms=SOON, wanted=ANYTHING):
        return [case.case_id for case in await store.cases(wanted, now_ms)]

    async def test_a_held_comment_is_its_own_case_until_it_is_judged(self, store):
        [entry] = await store.commit(in_demo(held()))
        [case] = await store.cases(ANYTHING, SOON)
        assert (case.case_id, case.kind) == (f"h.demo.{entry.seq}", CaseKind.REVIEW)
        assert (case.against, case.subject.origin) == (ANN, entry.seq)

        await store.commit(in_demo(refused(origin=entry.seq)))

        assert await self.queue(store) == []
        [ended] = await store.ended_cases(ANYTHING)
        assert (ended.state(SOON), ended.outcome) == (CaseState.DECIDED, CaseOutcome.UPHELD)

    async def test_what_appears_by_itself_was_its_rooms_and_nobody_decided_it(self, store):
        [entry] = await store.commit(in_demo(replace(held(), category=DELAY_CATEGORY)))
        assert await store.next_cases(PLATFORM_DESK, SOON, limit=9) == []
        [left] = await store.next_cases(PLATFORM_DESK, Millis(SOON + KEPT_MS), limit=9)
        assert left.case_id == f"h.demo.{entry.seq}"

        await store.commit(in_demo(published(origin=entry.seq)))

        [ended] = await store.ended_cases(ANYTHING)
        assert (ended.ending, ended.outcome, ended.decider) == (CaseState.WITHDRAWN, None, None)

    async def test_what_does_not_appear_by_itself_after_all_is_the_platform_s_at_once(self, store):
        [entry] = await store.commit(in_demo(replace(held(), category=DELAY_CATEGORY)))

        await store.commit(in_demo(replace(held(), origin=entry.seq)))

        [case] = await store.next_cases(PLATFORM_DESK, SOON, limit=9)
        assert (case.case_id, case.category) == (f"h.demo.{entry.seq}", "abuse")

        await store.commit(in_demo(refused(origin=entry.seq)))

        [ended] = await store.ended_cases(ANYTHING)
        assert (ended.case_id, ended.outcome) == (case.case_id, CaseOutcome.UPHELD)

    async def test_reports_on_one_thing_are_one_case_that_rises(self, store):
        first, other, second = await self.commit(
            store, filed_report("r1"), filed_report("r2", number=2), filed_report("r3")
        )

        cases = await store.cases(ANYTHING, SOON)

        assert [case.case_id for case in cases] == [f"r{first.seq}", f"r{other.seq}"]
        assert [case.reports_count for case in cases] == [2, 1]
        assert (first.fact.case_id, second.fact.case_id) == (None, f"r{first.seq}")
        assert cases[0].rank < cases[0].opened_ms - 5 * HOUR_MS
        assert (await store.filed("r3")).case == cases[0]

    async def test_a_list_shows_what_its_comments_say_read_at_once(self, store):
        [waiting] = await store.commit(in_demo(held(text="wait for me")))
        await store.commit(in_demo(published("c2", text="look here")))
        await self.commit(store, filed_report("r1"), filed_report("r2", number=None))
        cases = await store.cases(ANYTHING, SOON)
        by_kind = {(one.kind, one.subject.kind): one.case_id for one in cases}

        glimpses = await store.glimpses(cases)

        assert {case_id: one.text for case_id, one in glimpses.items()} == {
            f"h.demo.{waiting.seq}": "wait for me",
            by_kind[CaseKind.REPORT, SubjectKind.COMMENT]: "look here",
        }
        assert await store.glimpses([]) == {}

    async def test_cases_of_several_kinds_on_one_comment_all_show_what_it_says(self, store):
        await store.commit(in_demo(published(text="look here")))
        await self.commit(store, filed_report("r1"), complaint("c1", reported(DEMO, 1)))
        cases = await store.cases(ANYTHING, SOON)

        glimpses = await store.glimpses(cases)

        assert [glimpses[one.case_id].text for one in cases] == ["look here"] * 2

    async def test_a_list_is_of_one_class_whatever_word_a_rule_has_for_it(self, store):
        await store.commit(in_demo(replace(held(), category="a rule's own word")))
        await self.commit(store, filed_report("r1", category="fraud"))
        await self.commit(store, filed_report("r2", number=2, category="spam"))

        kinds = {
            klass: [case.category for case in await store.cases(CaseFilter(klass=klass), SOON)]
            for klass in Klass
        }

        assert kinds == {
            Klass.ILLEGAL: ["fraud"],
            Klass.NEGATIVE: ["spam"],
            Klass.HOUSE: ["a rule's own word"],
        }

    async def test_a_report_after_the_end_is_a_new_case(self, store):
        [first] = await self.commit(store, filed_report("r1"))
        case_id = f"r{first.seq}"
        await self.commit(store, CaseClaimed(case_id, BEN, LATER), decided(case_id))

        [second] = await self.commit(store, filed_report("r2"))

        assert await self.queue(store) == [f"r{second.seq}"]
        assert (await store.filed("r1")).case.outcome is CaseOutcome.UPHELD

    async def test_who_filed_what_is_told_while_it_is_open(self, store):
        subject = reported(DEMO, 1)
        first, _ = await self.commit(
            store,
            filed_report("r1", reporter=ANN),
            complaint("k1", subject, filer=BEN, against=ANN),
        )
        ask = (ANN, CaseKind.REPORT, subject, None)
        assert (await store.filed_on(*ask)).receipt == "r1"
        assert await store.filed_on(ANN, CaseKind.COMPLAINT, subject, None) is None
        assert (await store.filed_on(BEN, CaseKind.COMPLAINT, subject, ANN)).receipt == "k1"
        assert [await store.waiting_count(one) for one in (ANN, BEN)] == [1, 1]

        case_id = f"r{first.seq}"
        await self.commit(store, CaseClaimed(case_id, BEN, LATER), decided(case_id))

        assert await store.filed_on(*ask) is None
        assert await store.waiting_count(ANN) == 0
        [turned] = (await store.turned_ms([case_id, "k"])).items()
        assert turned[0] == case_id

    async def test_newest_outcomes_of_reports_are_those_that_the_platform_decided(self, store):
        outcomes = [CaseOutcome.UPHELD, CaseOutcome.REJECTED, CaseOutcome.PARTLY]
        for n, outcome in enumerate(outcomes):
            [entry] = await self.commit(store, filed_report(f"r{n}", reporter=ANN))
            case_id = f"r{entry.seq}"
            await self.commit(
                store, CaseClaimed(case_id, BEN, LATER), decided(case_id, outcome=outcome)
            )
        [kept] = await self.commit(store, filed_report("kept", reporter=ANN))
        await self.commit(store, ReportAnswered(kept.seq, BEN, Finding.REJECTED))
        await self.commit(store, filed_report("open", reporter=ANN))

        assert await store.outcomes_of([ANN, BEN], limit=9) == {ANN: outcomes[::-1]}
        assert await store.outcomes_of([ANN], limit=2) == {ANN: outcomes[:0:-1]}

    async def test_the_next_of_a_kind_is_found_behind_whatever_is_of_another(self, store):
        reports = [filed_report(f"r{n}", number=n + 1, category="fraud") for n in range(5)]
        *_, asked = await self.commit(store, *reports, complaint())

        [first] = await store.next_cases(PLATFORM_DESK, SOON, limit=1)
        [found] = await store.next_cases(
            PLATFORM_DESK, SOON, kinds=frozenset({CaseKind.COMPLAINT}), limit=1
        )

        assert first.kind is CaseKind.REPORT
        assert found.case_id.endswith(str(asked.seq))

    async def test_what_its_keepers_answer_is_the_platforms_by_time_alone(self, store):
        [entry] = await self.commit(store, filed_report("r1", kept_until_ms=LATER))
        case_id = f"r{entry.seq}"

        early = await store.next_cases(PLATFORM_DESK, SOON, limit=5)
        late = await store.next_cases(PLATFORM_DESK, LATER, limit=5)

        assert (early, [case.case_id for case in late]) == ([], [case_id])
        assert late[0].waits_at(SOON) is Desk.KEEPERS
        await self.commit(store, CaseEscalated(case_id, ANN, Desk.PLATFORM, SECRET))
        [passed_on] = await store.next_cases(PLATFORM_DESK, SOON, limit=5)
        assert passed_on.waits_at(SOON) is Desk.PLATFORM

    async def test_an_answer_of_its_keepers_ends_it(self, store):
        [entry] = await self.commit(store, filed_report("r1", kept_until_ms=LATER))

        await self.commit(store, ReportAnswered(entry.seq, ANN, Finding.REJECTED, SECRET))

        case = (await store.filed("r1")).case
        assert (case.outcome, case.decider) == (CaseOutcome.REJECTED, ANN)

    async def test_of_two_who_claim_one_has_it_and_a_lease_ends_by_time_alone(self, store):
        [entry] = await self.commit(store, complaint())
        case_id = f"c{entry.seq}"
        await self.commit(store, CaseClaimed(case_id, ANN, Millis(5_000)))

        with pytest.raises(Stale):
            await self.commit(store, CaseClaimed(case_id, BEN, LATER))
        case = await store.case(case_id)
        assert (case.state(Millis(4_999)), case.state(Millis(5_000))) == (
            CaseState.CLAIMED,
            CaseState.OPEN,
        )
        assert await store.next_cases(PLATFORM_DESK, Millis(4_999), limit=1) == []
        assert await store.next_cases(PLATFORM_DESK, Millis(5_000), limit=1) == [case]

    async def test_who_claimed_last_decides_even_after_the_lease(self, store):
        [one, two] = await self.commit(store, complaint(), complaint("k2", measure_subject("m1")))
        for entry in (one, two):
            await self.commit(store, CaseClaimed(f"c{entry.seq}", ANN, Millis(1)))
        await self.commit(store, CaseClaimed(f"c{two.seq}", BEN, LATER))

        await self.commit(store, decided(f"c{one.seq}", ANN))
        with pytest.raises(Stale):
            await self.commit(store, decided(f"c{two.seq}", ANN))
        await self.commit(store, CaseReleased(f"c{two.seq}", BEN))
        with pytest.raises(Stale):
            await self.commit(store, decided(f"c{two.seq}", BEN))

    async def test_a_held_comment_is_decided_with_its_case_in_one_commit(self, store):
        [entry] = await store.commit(in_demo(held()))
        case_id = f"h.demo.{entry.seq}"
        await self.commit(store, CaseClaimed(case_id, BEN, LATER))

        await store.commit(
            on_platform(decided(case_id, outcome=CaseOutcome.REJECTED)),
            in_demo(published(origin=entry.seq)),
        )

        case = await store.case(case_id)
        assert (case.decider, case.outcome) == (BEN, CaseOutcome.REJECTED)
        with pytest.raises(Stale):
            await self.commit(store, CaseClaimed(case_id, ANN, LATER))

    async def test_a_refused_comment_is_published_by_what_says_that_it_was(self, store):
        [entry] = await store.commit(in_demo(refused()))
        with pytest.raises(Stale):
            await store.commit(in_demo(published(origin=entry.seq)))
        granting = replace(published(origin=entry.seq), was_refused=True, appeal="a9")

        [granted] = await store.commit(in_demo(granting))

        assert (granted.comment.number, granted.comment.late) == (1, True)

    async def test_one_subject_has_one_open_case_of_a_kind(self, store):
        appeal = complaint("a1", measure_subject("m1"), kind=CaseKind.APPEAL, filer=ANN)
        [entry] = await self.commit(store, appeal)

        with pytest.raises(Coded) as twice:
            await self.commit(store, complaint("a2", appeal.subject, kind=CaseKind.APPEAL))

        assert twice.value.code is Code.DUPLICATE
        await self.commit(store, CaseWithdrawn(f"a{entry.seq}", "a1", ANN))
        [again] = await self.commit(store, complaint("a3", appeal.subject, kind=CaseKind.APPEAL))
        on_it = await store.cases_on(appeal.subject, None)
        assert [case.case_id for case in on_it] == [f"a{entry.seq}", f"a{again.seq}"]

    async def test_a_merged_case_goes_on_in_the_other(self, store):
        first, second = await self.commit(
            store, filed_report("r1", reporter=ANN), filed_report("r2", number=2, reporter=BEN)
        )
        one, two = f"r{first.seq}", f"r{second.seq}"
        await self.commit(store, CaseClaimed(two, BEN, LATER), CaseMerged(two, one, BEN))

        assert (await store.filed("r2")).case.case_id == one
        assert (await store.case(one)).reports_count == 2
        assert await store.filers(one, limit=5) == [ANN, BEN]
        assert [entry.seq for entry in await store.filings(one, limit=5)] == [
            first.seq,
            second.seq,
        ]
        assert await store.has_filed(one, BEN)
        assert not await store.has_filed(two, BEN)

    async def test_lists_show_what_is_asked_for_a_page_at_a_time(self, store):
        await store.commit(in_demo(held()))
        filed = [filed_report(f"r{n}", number=n) for n in range(1, 4)]
        entries = await self.commit(store, *filed, complaint(filer=ANN))
        reports = CaseFilter(kinds=frozenset({CaseKind.REPORT}))
        first = await store.cases(reports, SOON, limit=2)
        rest = await store.cases(reports, SOON, after=(first[-1].rank, first[-1].case_id))

        assert [case.case_id for case in (*first, *rest)] == [
            f"r{entry.seq}" for entry in entries[:3]
        ]
        assert len(await self.queue(store, wanted=CaseFilter(room=DEMO))) == 4
        assert (
            len(await self.queue(store, wanted=CaseFilter(categories=frozenset({"privacy"})))) == 1
        )
        [own] = await store.filed_by(ANN)
        assert (own.receipt, await store.filed_by(ANN, before=Seq(1))) == ("k1", [])

    async def test_lists_show_cases_by_how_they_stand(self, store):
        one, two, three = await self.commit(
            store, *(complaint(f"k{n}", measure_subject(f"m{n}")) for n in range(3))
        )
        await self.commit(
            store,
            CaseClaimed(f"c{one.seq}", ANN, LATER),
            CaseEscalated(f"c{two.seq}", ANN, Desk.EDITOR),
        )

        assert await self.queue(store, wanted=CaseFilter(claimant=ANN)) == [f"c{one.seq}"]
        for state, entry in (
            (CaseState.CLAIMED, one),
            (CaseState.ESCALATED, two),
            (CaseState.OPEN, three),
        ):
            assert await self.queue(store, wanted=CaseFilter(state=state)) == [f"c{entry.seq}"]

    async def test_what_is_overdue_is_counted(self, store):
        await self.commit(store, complaint(), filed_report("r1", category="fraud"))
        overdue = CaseFilter(overdue_by=TERMS)

        early, late = [await store.backlog(TERMS, now) for now in (Millis(5_000), LATER)]

        assert early.open_count == {CaseKind.COMPLAINT: 1, CaseKind.REPORT: 1}
        assert (early.overdue_count, late.overdue_count) == (
            {CaseKind.REPORT: 1},
            {CaseKind.COMPLAINT: 1, CaseKind.REPORT: 1},
        )
        assert len(await self.queue(store, Millis(5_000), overdue)) == 1

    async def test_the_last_word_on_a_comment_is_found(self, store):
        [entry] = await store.commit(in_demo(held()))
        assert (await store.judged(DEMO, entry.seq)).seq == entry.seq

        [later] = await store.commit(in_demo(refused(origin=entry.seq)))

        assert (await store.judged(DEMO, entry.seq)).seq == later.seq
        assert await store.judged(DEMO, Seq(99)) is None

    async def test_results_are_told_to_accounts(self, store, announced):
        [told] = await self.commit(store, ResultTold("r1", ANN, CaseOutcome.PARTLY, SECRET))

        assert (told.account, announced) == (ANN, [told])


def measure_subject(measure_id):
    return Subject(SubjectKind.MEASURE, measure_id=measure_id)
