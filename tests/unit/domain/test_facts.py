import pytest

from danmaku.domain.facts import NameJudged, Verdict
from danmaku.domain.naming import NameState, Surface

VERDICT = Verdict(ruleset="1", action="pass", category=None, micros=7)


def judged(state, **more):
    return NameJudged(Surface.NAME, state, 7, "Ann", "user 3f9a", VERDICT, **more)


@pytest.mark.parametrize(
    ("state", "actor", "is_void"),
    [
        (NameState.SHOWN, None, False),
        (NameState.HELD, None, False),
        (NameState.REFUSED, None, True),
        (NameState.REFUSED, 3, False),
    ],
)
def test_what_the_filter_alone_refused_changes_nothing(state, actor, is_void):
    assert judged(state, actor=actor).is_void == is_void


def test_a_name_is_of_an_account_or_of_a_room():
    assert judged(NameState.SHOWN).subject == "7"
    assert judged(NameState.SHOWN, room="demo").subject == "demo"
