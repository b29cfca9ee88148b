import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.learned import (
    LETTERS_MIN,
    ROWS_MAX,
    Band,
    Linear,
    Opinion,
    letters_of,
    rows_of,
)
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Action, Klass
from danmaku.filter.screen import Screen
from tests.unit.filter.models import model, weights

RULES = """
[[rule]]
id = "{0}"
category = "{0}"
class = "house"
action = "{0}"
words = ["{1}"]
"""
SCREEN = Screen(
    parse_rules(
        "".join(
            RULES.format(*one)
            for one in (("mask", "darn"), ("hold", "callme"), ("refuse", "buynow"))
        )
    )
)
SAD = model({"sad": 2.0, "a": 0.25, "好": -1.5}, bias=-0.5)
LETTERS = "abc加微信1. \u200d"

texts = st.text(alphabet=LETTERS, max_size=20)
rows = st.text(alphabet="abc加微信1", min_size=1, max_size=3)
tables_of_weights = st.dictionaries(rows, st.integers(-40, 40).map(lambda n: n / 8), min_size=1)


@given(texts, tables_of_weights, st.integers(-8, 8))
def test_a_score_is_that_of_a_linear_model_counted_by_hand(text, weighed, bias):
    letters = letters_of(text)
    linear = Linear(weights(weighed, bias=bias))

    expected = bias + sum(weighed.get(row, 0.0) for row in rows_of(letters))

    assert linear.score(letters) == (expected if len(letters) >= LETTERS_MIN else None)
    told = sum(ground.times * ground.weight for ground in linear.grounds(letters))
    assert told == expected - bias


@given(st.text(max_size=30))
def test_any_text_has_one_score_however_it_is_spelled(text):
    letters = letters_of(text)

    assert letters_of(letters) == letters_of(" ".join(text)) == letters
    assert (SAD.linear.score(letters) is None) == (len(letters) < LETTERS_MIN)


def test_all_rows_of_a_text_are_counted():
    assert sorted(rows_of("abab")) == ["a", "a", "ab", "ab", "aba", "b", "b", "ba", "bab"]
    assert list(rows_of("")) == []


@pytest.mark.parametrize(
    ("text", "opinion"),
    [
        ("so s.a.d", Opinion(Band.HOLD, 1.75)),
        ("SÁAAD!?s", Opinion(Band.HOLD, 1.75)),
        ("好 the sad", Opinion(Band.SHADOW, 0.25)),
        ("hello", Opinion(Band.PASS, -0.5)),
        ("sad", Opinion(Band.PASS, None)),
        ("哈哈哈哈哈哈", Opinion(Band.PASS, None)),
        ("\ud83d\ud83d", Opinion(Band.PASS, None)),
        ("", Opinion(Band.PASS, None)),
    ],
)
def test_what_comes_of_a_score(text, opinion):
    assert SAD.linear.opinion(letters_of(text)) == opinion


def test_a_text_is_held_as_a_whole_and_says_by_which_model():
    text = "so very s a d"

    findings = SAD.held(SCREEN.inspect(text), text, SAD.linear.opinion(letters_of(text)))

    assert (findings.action, findings.category, findings.klass) == (
        *(Action.HOLD, "learned", Klass.HOUSE),
    )
    [hit] = findings.hits
    assert (hit.rule_id, hit.start, hit.end) == ("learned by-hand +1.75", 0, len(text))
    assert findings.ruleset == SCREEN.ruleset.version
    assert findings.masked is None


@given(
    st.lists(st.sampled_from(["darn ", "callme ", "buynow ", "sad ", "good "]), max_size=4),
    tables_of_weights,
    st.integers(-8, 8),
)
def test_a_model_publishes_nothing_more_and_refuses_nothing(words, weighed, bias):
    text, learned = "".join(words), model(weighed, bias=bias)
    findings = SCREEN.inspect(text)

    together = learned.held(findings, text, learned.linear.opinion(letters_of(text)))

    assert together.action.weight >= findings.action.weight
    if together != findings:
        assert (findings.action, together.action) == (Action.PASS, Action.HOLD)


@pytest.mark.parametrize(
    "faulty",
    [
        weights({}),
        weights({str(number): 1.0 for number in range(100, 1000)} | {"abcd": 1.0}),
        weights({chr(0x4E00 + n): 1.0 for n in range(ROWS_MAX + 1)}),
        weights({"": 1.0}),
        weights({"a": math.nan}),
        weights({"a": 1e308, "ab": -1e308}),
        weights({"a": 1.0}, bias=math.inf),
        weights({"a": 1.0}, shadow_at=2.0, hold_at=1.0),
    ],
)
def test_weights_that_cannot_be_used_say_why(faulty):
    assert faulty.fault() is not None


def test_good_weights_have_no_fault():
    assert SAD.linear.weights.fault() is None
