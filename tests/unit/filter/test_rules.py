from danmaku.filter.rules import Action, Klass, Rule, Ruleset, amended, version_of

RULE = Rule("r", "c", Klass.HOUSE, Action.MASK, words=("spam",))


def test_actions_outweigh_one_another_in_order():
    order = [Action.PASS, Action.NEUTRAL, Action.MASK, Action.HOLD, Action.REFUSE]

    assert [action.weight for action in order] == [0, 1, 2, 3, 4]


def test_a_rule_applies_until_its_time():
    timed = Rule("r", "c", Klass.HOUSE, Action.MASK, words=("spam",), until_ms=100)

    assert [RULE.applies(10**15), timed.applies(99), timed.applies(100)] == [True, True, False]


def test_version_tells_texts_apart():
    assert version_of("ab") != version_of("a", "b")
    assert len(version_of("\ud83d")) == 16


def test_urgent_edit_adds_replaces_and_renames_the_version():
    before = Ruleset("v", (RULE,), ("ham",))
    other = Rule("r", "c", Klass.HOUSE, Action.HOLD, words=("scam",))

    after = amended(before, [other], ["jam"])

    assert after.rules == (other,)
    assert after.allowed == ("ham", "jam")
    assert after.version != before.version
    assert amended(before, [other], ["jam"]) == after
