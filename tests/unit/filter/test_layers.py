import pytest

from danmaku.filter.layers import Layers
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Action
from danmaku.filter.screen import Screen

RULE = '[[rule]]\nid = "{}"\ncategory = "c"\nclass = "house"\naction = "{}"\nwords = ["{}"]\n'
ALLOW = '[[allow]]\nphrases = ["{}"]\n'


def screen(*parts):
    return Screen(parse_rules("".join(parts)))


LARGE = screen(RULE.format("one", "hold", "quux"), ALLOW.format("blorp museum"))
URGENT = screen(RULE.format("new", "refuse", "blorp"), ALLOW.format("quux street"))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("quux", Action.HOLD),
        ("b.l.o.r.p", Action.REFUSE),
        ("quux blorp", Action.REFUSE),
        ("quux street", Action.PASS),
        ("blorp museum", Action.PASS),
        ("hello", Action.PASS),
    ],
)
def test_two_layers_answer_as_one(text, action):
    both = Layers(LARGE, URGENT)

    findings = both.inspect(text)

    assert (findings.action, findings.ruleset) == (action, both.ruleset.version)
    whole = Screen(both.ruleset).inspect(text)
    assert findings == whole


def test_an_urgent_rule_takes_the_place_of_one_of_its_id():
    both = Layers(LARGE, screen(RULE.format("one", "mask", "zork")))

    assert both.inspect("quux").action is Action.PASS
    assert both.inspect("zork").masked == "****"


def test_layers_name_themselves_by_both():
    versions = {one.ruleset.version for one in (LARGE, URGENT, Layers(LARGE, URGENT))}

    assert len(versions) == 3
