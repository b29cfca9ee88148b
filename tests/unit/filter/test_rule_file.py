from importlib.resources import files

import pytest

from danmaku.filter.faults import FaultCode, RuleFileError
from danmaku.filter.rule_file import millis_of, parse_rules, word_fault
from danmaku.filter.rules import Action, Combo, Contact, Klass, Provenance, Reading

SAMPLE = files("danmaku.filter").joinpath("sample_rules.toml").read_text("utf-8")

FULL = """
[[rule]]
id = "ads"
category = "ads"
class = "negative"
action = "hold"
words = ["spam"]
patterns = ["群\\\\d{6}"]
contacts = ["phone", "qq"]
until = 2030-01-01
since = 2026-01-01T08:00:00+08:00
by = "the duty desk"
why = "a wave of adverts"
basis = "house rules 3"
gaps = false
inflections = true
[[rule.combo]]
all = ["免费", ["领", "送"]]
within = 6
order = "any"
none = ["领导"]

[[rule]]
id = "fine"
category = "fine"
class = "house"
action = "pass"
words = ["ham"]

[[allow]]
phrases = ["spam museum"]
"""


def test_rule_file_says_everything_a_rule_has():
    ruleset = parse_rules(FULL)

    [rule] = ruleset.rules
    assert (rule.rule_id, rule.category, rule.klass, rule.action) == (
        *("ads", "ads"),
        *(Klass.NEGATIVE, Action.HOLD),
    )
    assert rule.words == ("spam",)
    assert rule.patterns == ("群\\d{6}",)
    assert rule.contacts == (Contact.PHONE, Contact.QQ)
    assert rule.combos == (Combo((("免费",), ("领", "送")), 6, ordered=False, none=("领导",)),)
    assert rule.reading == Reading(gaps=False, inflections=True)
    assert rule.until_ms == 1_893_456_000_000
    assert rule.provenance == Provenance(
        "the duty desk", "a wave of adverts", "house rules 3", 1_767_225_600_000
    )
    assert ruleset.allowed == ("spam museum", "ham")


def test_sample_rules_are_right():
    assert len(parse_rules(SAMPLE).rules) >= 5


RULE = """
[[rule]]
id = "a"
category = "c"
class = "house"
action = "mask"
words = ["spam"]
"""

# what is written in place of a right line, where the fault lies, its code
WRONG = [
    ('id = "a"', 'id = "A b"', 3, FaultCode.BAD_VALUE),
    ('category = "c"', 'category = "filter_fault"', 4, FaultCode.RESERVED),
    ('category = "c"', 'category = "learned"', 4, FaultCode.RESERVED),
    ('category = "c"', 'category = "delay"', 4, FaultCode.RESERVED),
    ('class = "house"', 'class = "mine"', 5, FaultCode.BAD_VALUE),
    ('action = "mask"', 'action = "shout"', 6, FaultCode.BAD_VALUE),
    ('words = ["spam"]', "words = []", 7, FaultCode.BAD_VALUE),
    ('words = ["spam"]', 'words = ["ok", "!!"]', 7, FaultCode.BAD_WORD),
    ('words = ["spam"]', 'words = ["ok", 3]', 7, FaultCode.BAD_WORD),
    ('words = ["spam"]', f'words = ["{"x" * 101}"]', 7, FaultCode.BAD_WORD),
    ('words = ["spam"]', "", 2, FaultCode.EMPTY),
    ('words = ["spam"]', 'patterns = ["(("]', 7, FaultCode.BAD_PATTERN),
    ('words = ["spam"]', 'patterns = "x"', 7, FaultCode.BAD_VALUE),
    ('words = ["spam"]', 'contacts = ["pigeon"]', 7, FaultCode.BAD_VALUE),
    ('words = ["spam"]', "until = 12:00:00", 7, FaultCode.BAD_VALUE),
    ('words = ["spam"]', 'words = ["spam"]\nleet = 1', 8, FaultCode.BAD_VALUE),
    ('words = ["spam"]', 'words = ["spam"]\nby = 1', 8, FaultCode.BAD_VALUE),
    ('words = ["spam"]', 'words = ["spam"]\ncolour = "red"', 8, FaultCode.UNKNOWN_KEY),
    ('words = ["spam"]', '[[rule.combo]]\nall = ["x"]\nwithin = 3', 8, FaultCode.BAD_VALUE),
    ('words = ["spam"]', '[[rule.combo]]\nall = ["x", "y"]\nwithin = 300', 9, FaultCode.BAD_VALUE),
    ('words = ["spam"]', 'combo = "x"', 7, FaultCode.BAD_VALUE),
    ('words = ["spam"]', 'words = ["spam"', 8, FaultCode.NOT_READABLE),
]


@pytest.mark.parametrize(("right", "wrong", "line", "code"), WRONG)
def test_faults_name_line_and_code(right, wrong, line, code):
    with pytest.raises(RuleFileError) as caught:
        parse_rules(RULE.replace(right, wrong))

    assert (caught.value.faults[0].line, caught.value.faults[0].code) == (line, code)


def test_all_faults_are_told_at_once():
    with pytest.raises(RuleFileError) as caught:
        parse_rules(RULE.replace('"c"', '"C"') + RULE + RULE.replace('"mask"', '"x"') + RULE)

    assert [fault.code for fault in caught.value.faults] == [
        *(FaultCode.BAD_VALUE, FaultCode.BAD_VALUE, FaultCode.TWICE)
    ] or len(caught.value.faults) == 3


@pytest.mark.parametrize("text", ["rule = 3", "rules = []", "[[allow]]", "[allow]\nphrases = []"])
def test_tables_of_another_shape_are_told(text):
    with pytest.raises(RuleFileError):
        parse_rules(text)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.99])
def test_a_file_cut_off_is_refused_or_whole_rules(share):
    cut = SAMPLE[: int(len(SAMPLE) * share)]
    try:
        ruleset = parse_rules(cut)
    except RuleFileError as error:
        assert error.faults[0].line >= 1
    else:
        whole = parse_rules(SAMPLE)
        assert set(ruleset.rules) <= set(whole.rules)


def test_version_is_that_of_the_text():
    assert parse_rules(RULE).version == parse_rules(RULE).version
    assert parse_rules(RULE).version != parse_rules(RULE + "\n").version


def test_times_need_a_zone():
    assert millis_of("2030-01-01") is None
    assert word_fault("") is not None
