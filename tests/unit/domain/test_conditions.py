from dataclasses import replace

import pytest

from danmaku.domain.account import Standing
from danmaku.domain.conditions import Conditions, require_ready
from danmaku.domain.documents import DocumentKind, Edition
from danmaku.domain.identity import Identity, Strength
from danmaku.domain.ids import AccountId, Millis, Seq
from danmaku.errors import Code, Coded

AGREEMENT = Edition(DocumentKind.AGREEMENT, 1, Millis(0), is_mandatory=True)
CLAUSES = Edition(DocumentKind.OPERATOR_CLAUSES, 1, Millis(0), is_mandatory=True)
ANN = Standing(AccountId(1), "ann", "Ann", Seq(1))
VERIFIED = replace(ANN, identity=Identity("sms", Strength.PHONE))


@pytest.mark.parametrize(
    ("who", "conditions", "code"),
    [
        (ANN, Conditions(identity_required=True), Code.NOT_VERIFIED),
        (VERIFIED, Conditions(editions=(AGREEMENT,)), Code.AGREEMENT_OUTDATED),
        (ANN, Conditions(editions=(AGREEMENT,), identity_required=True), Code.NOT_VERIFIED),
    ],
)
def test_what_is_missing_is_said(who, conditions, code):
    with pytest.raises(Coded) as refusal:
        require_ready(who, conditions, Millis(5))

    assert refusal.value.code is code


@pytest.mark.parametrize(
    ("who", "conditions"),
    [
        (ANN, Conditions()),
        (VERIFIED, Conditions(identity_required=True)),
        (replace(ANN, accepted={DocumentKind.AGREEMENT: 1}), Conditions(editions=(AGREEMENT,))),
        (ANN, Conditions(editions=(CLAUSES,))),
    ],
)
def test_who_has_done_what_is_asked_passes(who, conditions):
    require_ready(who, conditions, Millis(5))
