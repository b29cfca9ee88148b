from dataclasses import replace

from danmaku.domain.comment import Content, Mode, Style
from danmaku.domain.looks import Look, as_shown, verdict_of
from danmaku.filter.findings import Findings
from danmaku.filter.findings import Hit as Found
from danmaku.filter.rules import Action, Klass

SAID = Content("oh darn", Style(mode=Mode.TOP), 1_500, "Ann")
CLEAN = Findings(Action.PASS, None, None, (), "v1", None)


def hit(action):
    return Found("r", "mild", Klass.HOUSE, action, 3, 7, "darn")


def test_what_no_rule_changes_is_shown_as_it_was_said():
    assert as_shown(SAID, CLEAN) is SAID


def test_a_mask_changes_the_text_alone_and_the_verdict_keeps_what_was_said():
    findings = replace(CLEAN, action=Action.MASK, masked="oh ****", hits=(hit(Action.MASK),))

    assert as_shown(SAID, findings) == replace(SAID, text="oh ****")
    assert verdict_of(Look(findings, 7), SAID.text).original == "oh darn"


def test_a_neutral_style_changes_the_style_alone():
    findings = replace(CLEAN, hits=(hit(Action.NEUTRAL),))

    assert as_shown(SAID, findings) == replace(SAID, style=Style())


def test_a_verdict_names_rules_action_and_time():
    findings = replace(CLEAN, action=Action.HOLD, category="mild", hits=(hit(Action.HOLD),))

    verdict = verdict_of(Look(findings, 7), SAID.text)

    assert (verdict.ruleset, verdict.action, verdict.category) == ("v1", "hold", "mild")
    assert (verdict.micros, verdict.original) == (7, None)
    [kept] = verdict.hits
    assert (kept.rule, kept.category, kept.start, kept.end) == ("r", "mild", 3, 7)
