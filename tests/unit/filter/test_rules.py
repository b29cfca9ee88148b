from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.rules import (
    WORD_CODE_POINTS_MAX,
    WORDS_MAX,
    Action,
    Klass,
    Rule,
    RuleFileError,
    parse_rules,
)

RULE = """
[[rule]]
id = "one"
category = "spam"
class = "negative"
action = "hold"
words = ["加微信", "free money"]
latin_boundary = false
"""
SAMPLE = files("danmaku.filter").joinpath("sample_rules.toml").read_text("utf-8")

# what is changed in RULE, what it becomes, what the message names
WRONG = [
    ('id = "one"', "", "rule 1: id must be"),
    ('id = "one"', 'id = "Eins!"', "rule 1: id must be"),
    ('"spam"', '"filter_fault"', 'rule 1 ("one"): category filter_fault'),
    ('"spam"', "7", 'rule 1 ("one"): category must be'),
    ('"negative"', '"evil"', 'rule 1 ("one"): class must be one of illegal, negative, house'),
    ('"hold"', '"ban"', 'rule 1 ("one"): action must be one of pass, mask, hold, refuse'),
    ('["加微信", "free money"]', "[]", 'rule 1 ("one"): words must be'),
    ('["加微信", "free money"]', '"加微信"', 'rule 1 ("one"): words must be'),
    ('["加微信", "free money"]', "[7]", 'rule 1 ("one"): 7 must be text'),
    ('["加微信", "free money"]', f'["{"x" * (WORD_CODE_POINTS_MAX + 1)}"]', "must be text of at"),
    ('["加微信", "free money"]', '["🔞 !"]', "has no letter"),
    ("= false", "= 1", 'rule 1 ("one"): latin_boundary must be true or false'),
    ("latin_boundary", "lattin_boundary", 'rule 1 ("one"): unknown lattin_boundary'),
    ("[[rule]]", "[rule]", "rule: write it as [[rule]]"),
    ("[[rule]]", "[[rules]]", "rule file: unknown rules"),
    ("[[rule]]", "allow = [1]\n[[rule]]", "allow: write it as [[allow]]"),
    ("[[rule]]", "[[allow]]\nwords = []\n[[rule]]", "allow 1: unknown words"),
    ("[[rule]]", "[[allow]]\n[[rule]]", "allow 1: phrases must be"),
    ('"hold"', '"hold', "at line 6"),
]


def test_rule_is_read_as_written():
    ruleset = parse_rules(RULE)

    assert ruleset.rules == (
        Rule(
            rule_id="one",
            category="spam",
            klass=Klass.NEGATIVE,
            action=Action.HOLD,
            words=("加微信", "free money"),
            latin_boundary=False,
        ),
    )
    assert ruleset.allowed == ()


def test_words_end_at_a_latin_boundary_unless_told_otherwise():
    [rule] = parse_rules(RULE.replace("latin_boundary = false", "")).rules

    assert rule.latin_boundary


@pytest.mark.parametrize(("part", "changed", "message"), WRONG)
def test_message_names_the_place_and_what_is_wrong(part, changed, message):
    with pytest.raises(RuleFileError) as refused:
        parse_rules(RULE.replace(part, changed, 1))

    assert message in str(refused.value)
    assert str(refused.value).startswith(refused.value.where)


def test_two_rules_of_one_id_are_refused():
    with pytest.raises(RuleFileError, match='rule "one": two rules'):
        parse_rules(RULE + RULE)


def test_too_many_words_are_refused():
    words = ",".join(f'"w{number}"' for number in range(WORDS_MAX))

    with pytest.raises(RuleFileError, match=f"{WORDS_MAX + 1} words"):
        parse_rules(RULE.replace('"加微信", "free money"', words) + '[[allow]]\nphrases = ["a"]')


def test_words_of_a_pass_rule_are_allowed_phrases():
    ruleset = parse_rules(RULE.replace("hold", "pass") + '[[allow]]\nphrases = ["加微信群"]')

    assert ruleset.rules == ()
    assert ruleset.allowed == ("加微信群", "加微信", "free money")


def test_version_changes_with_the_file_and_only_with_it():
    assert parse_rules(RULE).version == parse_rules(RULE).version
    assert parse_rules(RULE).version != parse_rules(RULE + "# later\n").version


def test_empty_file_is_an_empty_rule_set():
    assert (parse_rules("").rules, parse_rules("").allowed) == ((), ())


def test_deep_nesting_is_refused():
    with pytest.raises(RuleFileError):
        parse_rules("a = " + "[" * 50_000)


def test_sample_rules_have_every_action_that_acts():
    actions = {rule.action for rule in parse_rules(SAMPLE).rules}

    assert actions == {Action.MASK, Action.HOLD, Action.REFUSE}


def test_actions_outweigh_each_other_in_order():
    assert sorted(Action, key=lambda action: action.weight) == [
        Action.PASS,
        Action.MASK,
        Action.HOLD,
        Action.REFUSE,
    ]


@given(st.text(max_size=200))
def test_no_text_raises_anything_but_its_own_error(text):
    try:
        parse_rules(text)
    except RuleFileError as refused:
        assert refused.where
