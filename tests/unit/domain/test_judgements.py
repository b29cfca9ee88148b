from danmaku.domain.ids import AccountId, Seq
from danmaku.domain.judgements import approved, rejected
from tests.contract.facts import held

REY = AccountId(9)


def test_an_approved_comment_is_late_and_its_own():
    fact = approved(held(), Seq(2), REY)

    assert (fact.late, fact.origin, fact.actor, fact.author) == (True, 2, REY, held().author)
    assert (fact.content, fact.at_ms, fact.appeal) == (held().content, held().at_ms, None)


def test_one_granted_on_appeal_says_so():
    fact = approved(held(), Seq(2), REY, was_refused=True, appeal="a7")

    assert (fact.was_refused, fact.appeal) == (True, "a7")


def test_a_rejected_one_says_why():
    fact = rejected(held(), Seq(2), REY, "spam")

    assert (fact.category, fact.origin, fact.content) == ("spam", 2, held().content)
