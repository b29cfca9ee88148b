import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.cases import (
    Case,
    CaseKind,
    CaseState,
    Desk,
    Subject,
    SubjectKind,
    Terms,
    filed_id,
    held_in,
    is_final,
    rank_of,
    reported,
    review_id,
)
from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.times import DAY_MS, HOUR_MS
from danmaku.filter.rules import Klass

DEMO, REY = RoomId("demo"), AccountId(7)
TERMS = Terms(dict.fromkeys(CaseKind, DAY_MS), grave=HOUR_MS)


def case(**more):
    fields = {
        "case_id": "r5",
        "kind": CaseKind.REPORT,
        "subject": reported(DEMO, Number(1)),
        "against": None,
        "category": "spam",
        "opened_ms": Millis(1_000),
        "queue_ms": Millis(1_000),
        "desk": Desk.PLATFORM,
        "reports_count": 1,
        "rank": 0,
    }
    return Case(**(fields | more))


def test_a_claim_is_a_lease_that_ends_by_time_alone():
    claimed = case(claimant=REY, lease_until_ms=Millis(2_000))

    assert claimed.state(Millis(1_999)) is CaseState.CLAIMED
    assert claimed.state(Millis(2_000)) is CaseState.OPEN


def test_an_escalated_case_waits_for_an_editor_until_it_is_claimed():
    escalated = case(desk=Desk.EDITOR)

    assert escalated.state(Millis(0)) is CaseState.ESCALATED
    assert escalated.waits_at(Millis(0)) is Desk.EDITOR


def test_what_ended_stays_so_whatever_its_lease_says():
    ended = case(ending=CaseState.MERGED, claimant=REY, lease_until_ms=Millis(9_000))

    assert ended.state(Millis(0)) is CaseState.MERGED


def test_the_keepers_of_a_room_have_a_case_for_their_time():
    theirs = case(desk=Desk.KEEPERS, queue_ms=Millis(5_000))

    assert theirs.waits_at(Millis(4_999)) is Desk.KEEPERS
    assert theirs.waits_at(Millis(5_000)) is Desk.PLATFORM


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("minors", 1, 0), ("porn", 1, 0)),
        (("porn", 1, 0), ("spam", 1, 0)),
        (("spam", 1, 0), ("spoiler", 1, 0)),
        (("spoiler", 2, 0), ("spoiler", 1, 0)),
        (("spoiler", 1, 0), ("spoiler", 1, 1)),
        (("spoiler", 1, 0), ("minors", 1, 6 * DAY_MS)),  # an old small thing is not starved
    ],
)
def test_class_number_and_age_decide_who_is_first(first, second):
    ranks = [rank_of(CaseKind.REPORT, *each) for each in (first, second)]

    assert ranks[0] < ranks[1]


@given(st.integers(1, 10**9), st.integers(0, 10**13))
def test_no_number_of_reports_gives_more_than_a_bounded_start(count, opened_ms):
    rank = rank_of(CaseKind.REPORT, "spoiler", count, Millis(opened_ms))

    assert opened_ms - 48 * HOUR_MS <= rank <= opened_ms


def test_unlawful_things_are_due_sooner():
    assert TERMS.due_ms(case(category="fraud")) == 1_000 + HOUR_MS
    assert TERMS.due_ms(case()) == 1_000 + DAY_MS
    assert TERMS.due_ms(case(category="fraud", kind=CaseKind.APPEAL)) == 1_000 + DAY_MS


def test_the_time_counts_from_when_the_platform_has_it():
    assert TERMS.due_ms(case(queue_ms=Millis(DAY_MS))) == 2 * DAY_MS


def test_subjects_are_the_same_when_their_keys_are():
    subjects = [
        (reported(None, None), None),
        (reported(DEMO, None), None),
        (reported(DEMO, Number(3)), None),
        (Subject(SubjectKind.COMMENT, DEMO, origin=Seq(3)), None),
        (Subject(SubjectKind.NAME, DEMO, origin=Seq(3)), None),
        (Subject(SubjectKind.MEASURE, measure_id="m1"), None),
        (Subject(SubjectKind.ACCOUNT), REY),
        (Subject(SubjectKind.ACCOUNT), AccountId(8)),
    ]

    assert len({subject.key(against) for subject, against in subjects}) == len(subjects)


def test_the_case_of_a_held_comment_leads_to_it():
    assert held_in(review_id(DEMO, Seq(12))) == (DEMO, 12)
    assert held_in(filed_id(CaseKind.REPORT, Seq(12))) is None
    assert held_in("h.demo.0") is None


def test_the_class_of_a_case_is_that_of_its_category():
    assert case(category="porn").klass is Klass.ILLEGAL


def test_a_second_decision_on_an_appeal_is_final():
    assert [is_final(decided) for decided in range(3)] == [False, False, True]
