import pytest

from danmaku.filter.changes import Change, change_of
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Action
from danmaku.filter.screen import Screen

OTHER = Screen(
    parse_rules("""
[[rule]]
id = "adverts"
category = "spam"
class = "house"
action = "hold"
words = ["buynow"]
""")
).inspect


@pytest.mark.parametrize(
    ("action", "category", "text", "change"),
    [
        (Action.PASS, None, "hello", Change.SAME),
        (Action.HOLD, "spam", "buynow", Change.SAME),
        (Action.HOLD, "contact", "buynow", Change.CATEGORY),
        (Action.PASS, None, "buynow", Change.STRICTER),
        (Action.MASK, "spam", "buynow", Change.STRICTER),
        (Action.REFUSE, "spam", "buynow", Change.MILDER),
        (Action.NEUTRAL, "mild", "hello", Change.MILDER),
    ],
)
def test_other_rules_are_the_same_stricter_milder_or_have_another_reason(
    action, category, text, change
):
    assert change_of(action, category, OTHER(text)) is change
