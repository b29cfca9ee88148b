import json
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.findings import Findings, Hit
from danmaku.filter.rules import Action, Klass, parse_rules
from danmaku.filter.screen import Screen

HERE = Path(__file__).parent
SAMPLE = Screen(parse_rules(files("danmaku.filter").joinpath("sample_rules.toml").read_text()))
BASE = Screen(parse_rules((HERE / "base_rules.toml").read_text("utf-8")))
CASES = [json.loads(line) for line in (HERE / "cases.jsonl").read_text("utf-8").splitlines()]
EVASIONS = [case for case in CASES if case["spans"]]
BENIGN = [case for case in CASES if not case["spans"]]

TWO_OF_A_KIND = """
[[rule]]
id = "mild"
category = "abuse"
class = "house"
action = "mask"
words = ["大笨蛋先生", "笨蛋"]
[[rule]]
id = "grave"
category = "abuse"
class = "illegal"
action = "refuse"
words = ["蛋先"]
"""

# text, action, category
SAMPLES = [
    ("主播好厉害", Action.PASS, None),
    ("what a fizzlebug", Action.MASK, "demo"),
    ("咕噜待审", Action.HOLD, "demo"),
    ("Grumble wock? grumblewock!", Action.REFUSE, "demo"),
    ("free followers here", Action.REFUSE, "spam"),
    ("加 微 信", Action.HOLD, "contact"),
    ("废物利用", Action.PASS, None),
    ("你这废物", Action.MASK, "abuse"),
    ("笨蛋，加微信", Action.HOLD, "contact"),
    ("咕噜打码 咕噜待审 咕噜禁语", Action.REFUSE, "demo"),
]


@pytest.mark.parametrize(("text", "action", "category"), SAMPLES)
def test_strongest_action_decides(text, action, category):
    findings = SAMPLE.inspect(text)

    assert (findings.action, findings.category) == (action, category)


def test_findings_tell_rule_place_and_version():
    findings = SAMPLE.inspect("你这废·物")

    assert findings == Findings(
        action=Action.MASK,
        category="abuse",
        klass=Klass.NEGATIVE,
        hits=(
            Hit(
                rule_id="rude",
                category="abuse",
                klass=Klass.NEGATIVE,
                action=Action.MASK,
                start=2,
                end=5,
                term="废物",
            ),
        ),
        ruleset=SAMPLE.ruleset.version,
        masked="你这***",
    )


def test_text_without_hits_passes_unmasked():
    findings = SAMPLE.inspect("你好")

    assert (findings.action, findings.hits, findings.masked) == (Action.PASS, (), None)
    assert findings.ruleset == SAMPLE.ruleset.version


def test_held_text_is_not_masked_unless_a_mask_rule_hits_too():
    assert SAMPLE.inspect("加微信").masked is None
    assert SAMPLE.inspect("笨蛋，加微信").masked == "**，加微信"


def test_longest_of_equals_is_told_and_a_graver_one_inside_it_too():
    findings = Screen(parse_rules(TWO_OF_A_KIND)).inspect("大笨蛋先生")

    assert [(hit.term, hit.action) for hit in findings.hits] == [
        ("大笨蛋先生", Action.MASK),
        ("蛋先", Action.REFUSE),
    ]
    assert (findings.action, findings.klass) == (Action.REFUSE, Klass.ILLEGAL)


def test_overlapping_equals_are_told_leftmost_first():
    findings = Screen(parse_rules(TWO_OF_A_KIND)).inspect("笨蛋笨蛋")

    assert [(hit.start, hit.end) for hit in findings.hits] == [(0, 2), (2, 4)]


def test_fault_holds():
    assert Findings.fault("v1") == Findings(
        action=Action.HOLD,
        category="filter_fault",
        klass=None,
        hits=(),
        ruleset="v1",
        masked=None,
    )


def test_evasions_that_folding_and_gaps_answer_are_found_at_their_place():
    found = [
        case
        for case in EVASIONS
        if [[hit.start, hit.end] for hit in BASE.inspect(case["text"]).hits] == case["spans"]
    ]

    assert len(found) >= 0.9 * len(EVASIONS)


def test_benign_look_alikes_pass():
    wrong = [case["text"] for case in BENIGN if BASE.inspect(case["text"]).hits]

    assert len(wrong) <= 0.01 * len(BENIGN), wrong


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_any_text_is_inspected_and_masked_at_its_length(text):
    findings = BASE.inspect(text + "笨f.u.c.k" + text)

    assert findings.masked is None or len(findings.masked) == 2 * len(text) + 8
    for hit in findings.hits:
        assert 0 <= hit.start < hit.end <= 2 * len(text) + 8
