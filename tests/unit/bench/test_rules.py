from bench.rules import rule_file
from bench.scenario import Scenario
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.screen import Screen


def test_the_server_takes_the_rules_and_no_comment_of_the_bench_meets_one():
    ruleset = parse_rules(rule_file(1000))
    screen, text = Screen(ruleset), Scenario.named("hot_room").load.text

    assert len(ruleset.rules) == 1000
    assert {screen.inspect(text.format(n)).action for n in range(100)} == {"pass"}
    assert len(text.format(1)) == 20
