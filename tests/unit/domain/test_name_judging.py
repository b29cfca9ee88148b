import pytest

from danmaku.domain.looks import Look
from danmaku.domain.name_judging import judged
from danmaku.domain.naming import NameState, Surface
from danmaku.filter.normalize import scanned_of
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen

SCREEN = Screen(
    parse_rules(
        "\n".join(
            f'[[rule]]\nid = "{action}"\ncategory = "spam"\nclass = "negative"\n'
            f'action = "{action}"\nwords = ["zz{action}"]'
            for action in ("neutral", "mask", "hold", "refuse")
        )
    )
)


def given(text, *, deceives=False, surface=Surface.NAME):
    look = Look(SCREEN.findings(scanned_of(text), 0), micros=3)
    return judged(surface, text, look, deceives=deceives, mark="3f9a")


@pytest.mark.parametrize(
    ("text", "deceives", "state", "shown", "category"),
    [
        ("Ann", False, NameState.SHOWN, "Ann", None),
        ("zzneutral", False, NameState.SHOWN, "zzneutral", "spam"),
        ("zzmask Ann", False, NameState.SHOWN, "****** Ann", "spam"),
        ("zzhold", False, NameState.HELD, "user 3f9a", "spam"),
        ("zzrefuse", False, NameState.REFUSED, "user 3f9a", "spam"),
        ("Ann", True, NameState.HELD, "user 3f9a", "impersonation"),
        ("zzhold", True, NameState.HELD, "user 3f9a", "spam"),
        ("zzrefuse", True, NameState.REFUSED, "user 3f9a", "spam"),
    ],
)
def test_what_becomes_of_a_name(text, deceives, state, shown, category):
    one = given(text, deceives=deceives)

    assert (one.state, one.shown, one.category, one.text) == (state, shown, category, text)


def test_the_fact_keeps_the_verdict_and_the_words():
    fact = given("zzhold", surface=Surface.TITLE).fact(None, "demo")

    assert (fact.verdict.action, fact.verdict.micros, fact.text) == ("hold", 3, "zzhold")
