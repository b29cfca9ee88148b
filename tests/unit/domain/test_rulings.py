import ast
from itertools import product

import pytest

from danmaku.domain.account import Bundle, PowerGrant, Standing
from danmaku.domain.cases import Case, CaseKind, CaseOutcome, Desk, reported
from danmaku.domain.ids import AccountId, Millis, Number, RoomId, Seq
from danmaku.domain.measures import Step
from danmaku.domain.rulings import Decision, FurtherStep, Role, Ruling, arbiter_of, ruled
from danmaku.errors import BadMessage, Code, Coded, NotAllowed
from tests.house.tree import parsed, python_files

NOW = Millis(1_000)
ALLOWED = {(CaseKind.PATROL, Role.FILER)} | {
    (kind, Role.DECIDER) for kind in (CaseKind.REVIEW, CaseKind.REPORT, CaseKind.PATROL)
}


def somebody(bundle):
    grant = PowerGrant("g", bundle, None, None)
    return Standing(AccountId(7), "rey", "Rey", Seq(1), grants=(grant,))


def case(kind=CaseKind.REPORT, desk=Desk.PLATFORM):
    return Case("c1", kind, reported(RoomId("demo"), Number(1)), None, "spam", NOW, NOW, desk, 1, 0)


@pytest.mark.parametrize(("kind", "role"), list(product(CaseKind, Role)))
def test_nobody_decides_where_they_have_to_do_with_it(kind, role):
    roles = frozenset({role})
    if (kind, role) in ALLOWED:
        assert arbiter_of(somebody(Bundle.REVIEWER), case(kind), roles, NOW).case == case(kind)
        return
    with pytest.raises(Coded) as refused:
        arbiter_of(somebody(Bundle.CHIEF_EDITOR), case(kind), roles, NOW)
    assert refused.value.code is Code.OWN_INTEREST


@pytest.mark.parametrize(("kind", "bundle"), list(product(CaseKind, Bundle)))
def test_cases_are_decided_by_those_whose_duty_it_is(kind, bundle):
    if bundle in {Bundle.REVIEWER, Bundle.CHIEF_EDITOR}:
        arbiter_of(somebody(bundle), case(kind), frozenset(), NOW)
        return
    with pytest.raises(NotAllowed):
        arbiter_of(somebody(bundle), case(kind), frozenset(), NOW)


def test_what_waits_for_an_editor_is_an_editors():
    arbiter_of(somebody(Bundle.CHIEF_EDITOR), case(desk=Desk.EDITOR), frozenset(), NOW)
    with pytest.raises(NotAllowed):
        arbiter_of(somebody(Bundle.REVIEWER), case(desk=Desk.EDITOR), frozenset(), NOW)


@pytest.mark.parametrize(
    ("name", "home"), [("Arbiter", "rulings.py"), ("CaseDecided", "rulings.py")]
)
def test_no_act_on_a_case_finds_another_way(name, home):
    made = [
        path
        for path in python_files("danmaku")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == name
    ]

    assert [(path.parent.name, path.name) for path in made] == [("domain", home)]


@pytest.mark.parametrize(
    ("kind", "decision"),
    [
        (CaseKind.REVIEW, Decision(CaseOutcome.PARTLY)),
        (CaseKind.REPORT, Decision(CaseOutcome.UPHELD, note="x" * 1001)),
        (CaseKind.REPORT, Decision(CaseOutcome.UPHELD, category="nonsense")),
        (CaseKind.REPORT, Decision(CaseOutcome.UPHELD, steps=(FurtherStep(Step.WARN),) * 6)),
        (CaseKind.REPORT, Decision(CaseOutcome.REJECTED, steps=(FurtherStep(Step.WARN),))),
        (CaseKind.APPEAL, Decision(CaseOutcome.UPHELD, steps=(FurtherStep(Step.WARN),))),
    ],
)
def test_decisions_that_make_no_sense_are_refused(kind, decision):
    arbiter = arbiter_of(somebody(Bundle.REVIEWER), case(kind), frozenset(), NOW)

    with pytest.raises(BadMessage):
        ruled(arbiter, decision)


def test_a_decision_has_the_category_of_its_case_unless_it_says_another():
    arbiter = arbiter_of(somebody(Bundle.REVIEWER), case(), frozenset(), NOW)

    assert ruled(arbiter, Decision(CaseOutcome.UPHELD)).category == "spam"
    assert ruled(arbiter, Decision(CaseOutcome.UPHELD, category="fraud")).category == "fraud"


@pytest.mark.parametrize(
    ("kind", "outcome", "confirms"),
    [
        (CaseKind.REPORT, CaseOutcome.UPHELD, True),
        (CaseKind.REPORT, CaseOutcome.REJECTED, False),
        (CaseKind.APPEAL, CaseOutcome.UPHELD, False),
    ],
)
def test_only_what_is_confirmed_is_a_violation(kind, outcome, confirms):
    arbiter = arbiter_of(somebody(Bundle.REVIEWER), case(kind), frozenset(), NOW)
    ruling = Ruling(arbiter.case, ruled(arbiter, Decision(outcome)), None, None, (), NOW)

    assert ruling.confirms_violation is confirms
    assert ruling.klass == arbiter.case.klass
