import pytest

from danmaku.domain.case_facts import CaseDecided
from danmaku.domain.cases import CaseKind, CaseOutcome, Subject, SubjectKind
from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.inspection import CaseTimed
from danmaku.domain.rulings import Ruling
from danmaku.domain.transparency import Transparency, timed
from danmaku.store.cases import opened


@pytest.mark.parametrize(
    ("outcomes", "share"),
    [
        ({}, None),
        ({(CaseKind.REPORT, CaseOutcome.UPHELD): 3}, None),
        ({(CaseKind.APPEAL, CaseOutcome.REJECTED): 3}, 0.0),
        (
            {
                (CaseKind.APPEAL, CaseOutcome.REJECTED): 2,
                (CaseKind.APPEAL, CaseOutcome.PARTLY): 1,
                (CaseKind.APPEAL, CaseOutcome.UPHELD): 1,
                (CaseKind.REPORT, CaseOutcome.UPHELD): 9,
            },
            0.5,
        ),
    ],
)
def test_the_share_of_overturned_decisions_is_that_of_appeals(outcomes, share):
    assert Transparency(Millis(0), outcomes=outcomes).overturned_share == share


def test_what_is_told_of_a_decision_names_nobody():
    case = opened(
        "case-1",
        CaseKind.REPORT,
        Subject(SubjectKind.SITE),
        "spam",
        against=AccountId(7),
        opened_ms=Millis(5),
    )
    decided = CaseDecided("case-1", AccountId(9), CaseOutcome.UPHELD, "abuse")
    ruling = Ruling(case, decided, AccountId(7), None, (), Millis(9))

    [fact] = timed(ruling)

    assert fact == CaseTimed(CaseKind.REPORT, CaseOutcome.UPHELD, "abuse", Millis(5), 1)
