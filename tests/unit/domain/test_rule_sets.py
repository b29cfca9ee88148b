from dataclasses import replace

import pytest

from danmaku.domain.ids import AccountId, Millis, RoomId, Seq
from danmaku.domain.rule_facts import UrgentRule, UrgentRuleSet
from danmaku.domain.rule_sets import (
    UrgentRow,
    basis_of,
    checked,
    difference,
    laid_over,
    rule_in,
    scan_measure_id,
    scan_measures,
    scan_receipt,
    urgent_id,
)
from danmaku.errors import BadMessage
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import Action, Klass
from danmaku.filter.screen import Screen

RULES = (
    '[[rule]]\nid = "a"\ncategory = "spam"\nclass = "negative"\naction = "hold"\nwords = ["darn"]\n'
)


def urgent(text="buynow", *, is_pattern=False, action=Action.HOLD):
    return UrgentRule(text, is_pattern, "spam", Klass.NEGATIVE, action)


END = Millis(9_000)


def row(rule, *, until_ms=END, reached=(), nodes=2):
    fact = UrgentRuleSet(Millis(9_000), nodes, AccountId(1), rule, "a wave")
    return UrgentRow(Seq(5), Millis(1_000), fact, until_ms, reached)


def test_an_urgent_word_is_found_until_its_end_and_no_longer():
    screen = Screen(laid_over([row(urgent())]))

    assert screen.inspect("b u y n o w", 8_999).hits[0].rule_id == urgent_id(Seq(5))
    assert screen.inspect("b u y n o w", 9_000).action is Action.PASS


def test_an_adopted_pattern_has_no_end():
    screen = Screen(laid_over([row(urgent(r"buy\d+", is_pattern=True), until_ms=None)]))

    assert screen.inspect("buy77", 10**15).action is Action.HOLD


def test_the_same_rules_give_the_same_version_and_erased_ones_lay_nothing_over():
    assert laid_over([row(urgent())]) == laid_over([row(urgent())])
    assert laid_over([row(None)]).rules == ()


@pytest.mark.parametrize(
    "rule",
    [
        urgent("!!"),
        urgent("(", is_pattern=True),
        urgent(action=Action.PASS),
        replace(urgent(), category="delay"),  # it would appear by itself
    ],
)
def test_what_cannot_be_looked_for_is_refused(rule):
    with pytest.raises(BadMessage):
        checked(rule)


def test_the_slowest_server_tells_how_long_it_took_once_all_have_it():
    one, both = (("n1", Millis(1_200)),), (("n1", Millis(1_200)), ("n2", Millis(1_450)))

    assert row(urgent(), reached=one).reach_ms is None
    assert row(urgent(), reached=both).reach_ms == 450


def test_a_scan_names_its_measures_so_that_looking_twice_names_the_same():
    measure = scan_measure_id(Seq(7), RoomId("lounge"), Seq(3))

    assert measure == scan_measure_id(Seq(7), RoomId("lounge"), Seq(3))
    assert measure.startswith(scan_measures(Seq(7)))
    assert not measure.startswith(scan_measures(Seq(70)))
    assert scan_receipt("secret", measure) != scan_receipt("another", measure)


def test_a_measure_leads_back_to_its_rule():
    assert rule_in(basis_of("a-b", "abc123")) == "a-b"
    assert rule_in("rules of the platform") is None


def test_what_differs_is_told_by_rule():
    before = parse_rules(RULES)
    after = parse_rules(
        RULES.replace("darn", "golly") + RULES.replace('"a"', '"b"') + '[[allow]]\nphrases=["x y"]'
    )

    told = difference(before, after)

    assert (told.added, told.removed, told.changed) == (("b",), (), ("a",))
    assert (told.allowed_added, told.allowed_removed) == (("x y",), ())
