import msgspec
import pytest

from danmaku.filter.cases import STRICT, Case, Options, Row, edited, other_rules, word_rules
from danmaku.filter.rules import Action, Contact, Reading


def test_options_decide_how_freely_and_the_rest_is_as_usual():
    options = Options(leet=True, latin_word_boundary=True)

    assert options.reading(STRICT) == Reading(
        gaps=False, repeats=False, variants=False, leet=True, latin_boundary=True
    )


def test_options_that_are_not_known_are_told():
    options = Options(fold_number_style=False, extract=["email", "pigeon"])

    assert options.unsupported(["leet", "colour"]) == [
        *("colour", "extract pigeon"),
        "fold_number_style",
    ]


def test_rows_say_their_own_boundary_and_shortness():
    rule = Row("sb", "abuse", "block", "latin", short=True).kind(Reading())

    assert (rule.category, rule.action) == ("abuse", Action.REFUSE)
    assert rule.reading == Reading(gaps=False, leet=False)


def test_hot_edits_apply_in_order():
    edits = [("add", "b"), ("del", "a"), ("allow", "x"), ("unallow", "y")]

    assert edited([Row("a")], ["y"], edits) == ([Row("b")], ["x"])


def test_words_of_signs_become_patterns():
    [rule] = word_rules([Row("spam"), Row("@@")], STRICT, Options())

    assert (rule.words, rule.patterns) == (("spam",), ("\\@\\@",))


def test_categories_may_be_given_and_chosen():
    options = Options(categories={"a": ["x"], "b": ["y"]}, only_categories=["y"])

    assert [rule.words for rule in word_rules([Row("a"), Row("b")], STRICT, options)] == [("b",)]


def test_options_ask_for_patterns_and_contacts():
    rules = list(other_rules(Options(regex="a+", extract=["phone"])))

    assert [rule.patterns for rule in rules] == [("a+",), ()]
    assert rules[1].contacts == (Contact.PHONE, Contact.LANDLINE)
    with pytest.raises(ValueError, match="no pattern"):
        list(other_rules(Options(regex="(")))


def test_a_case_of_another_shape_is_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"text": 3}, Case)
