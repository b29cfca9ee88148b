import os

import pytest

from danmaku.actions.filter_files import changed_ms_of, learned_of, screens_of
from danmaku.config import FilterSettings
from danmaku.filter.faults import RuleFileError
from danmaku.telemetry import Telemetry

RULES = '[[rule]]\nid = "r"\ncategory = "c"\nclass = "house"\naction = "hold"\nwords = ["quux"]\n'


def test_without_a_file_the_sample_decides():
    large, urgent = screens_of(FilterSettings())

    assert large.ruleset.rules
    assert urgent is None
    assert changed_ms_of(FilterSettings()) == 0
    assert learned_of(FilterSettings(), Telemetry()) is None


def test_the_files_that_are_named_decide_and_the_later_change_counts(tmp_path):
    rules, urgent = tmp_path / "rules.toml", tmp_path / "urgent.toml"
    rules.write_text(RULES)
    urgent.write_text(RULES.replace("quux", "corge"))
    os.utime(rules, (7, 7))
    os.utime(urgent, (9, 9))
    settings = FilterSettings(rules_file=rules, urgent_file=urgent)

    large, over = screens_of(settings)

    assert [rule.rule_id for rule in large.ruleset.rules] == ["r"]
    assert over.inspect("corge").category == "c"
    assert changed_ms_of(settings) == 9_000


def test_a_file_that_is_wrong_or_gone_is_told(tmp_path):
    rules = tmp_path / "rules.toml"
    with pytest.raises(OSError, match="rules"):
        screens_of(FilterSettings(rules_file=rules))

    rules.write_text("no rules at all")
    with pytest.raises(RuleFileError):
        screens_of(FilterSettings(rules_file=rules))
