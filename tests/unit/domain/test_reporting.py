import pytest

from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.case_facts import CaseFiled
from danmaku.domain.cases import CaseKind, CaseOutcome, Subject, SubjectKind
from danmaku.domain.ids import AccountId, Millis, Seq
from danmaku.domain.reporting import VEIL, is_abusive, right_percent, told_to

UPHELD, PARTLY, REJECTED = CaseOutcome


@pytest.mark.parametrize(
    ("outcomes", "percent", "abusive"),
    [
        ([], None, False),
        ([REJECTED] * 9, None, False),
        ([REJECTED] * 10, 0, True),
        ([UPHELD] + [REJECTED] * 9, 10, False),
        ([PARTLY] + [REJECTED] * 10, 9, True),
        ([UPHELD] * 20, 100, False),
    ],
)
def test_of_ten_reports_one_has_to_be_right(outcomes, percent, abusive):
    assert right_percent(outcomes) == percent
    assert is_abusive(outcomes) is abusive


@pytest.mark.parametrize(
    ("bundle", "contact", "told"),
    [
        (Bundle.INSPECTOR, "a@b.example", VEIL),
        (Bundle.INSPECTOR, "", ""),
        (Bundle.REVIEWER, "a@b.example", "a@b.example"),
        (None, "a@b.example", "a@b.example"),
    ],
)
def test_how_to_reach_a_reporter_is_told_to_who_answers_them(bundle, contact, told):
    subject = Subject(SubjectKind.SITE)
    filed = CaseFiled("r", CaseKind.COMPLAINT, subject, "privacy", None, contact=contact)
    who = None
    if bundle is not None:
        grants = (PowerGrant("g", bundle, None, None),)
        who = Standing(AccountId("a"), "ann", "Ann", Seq(1), grants)

    assert told_to(who, filed, Millis(1)).contact == told
