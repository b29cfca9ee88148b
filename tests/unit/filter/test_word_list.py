import pytest

from danmaku.filter.faults import FaultCode, RuleFileError
from danmaku.filter.rules import Action, Klass, Reading
from danmaku.filter.word_list import FAULTS_MAX, Defaults, merged, parse_list, parse_phrases

LINES = """
{"term": "赌博", "category": "gambling", "action": "block", "class": "illegal"}
{"term": "博彩", "category": "gambling", "action": "block", "class": "illegal"}
# a remark
{"term": "sb", "short": true, "variants": true, "until": "2030-01-01"}
{"term": "ham", "action": "pass"}
"""


def test_json_lines_with_equal_properties_are_one_rule():
    ruleset = parse_list(LINES)

    first, second = ruleset.rules
    assert (first.words, first.action, first.klass) == (
        *(("赌博", "博彩"), Action.REFUSE),
        Klass.ILLEGAL,
    )
    assert second.reading == Reading(gaps=False, leet=False, variants=True)
    assert second.until_ms == 1_893_456_000_000
    assert ruleset.allowed == ("ham",)


def test_plain_lists_are_a_word_a_line():
    ruleset = parse_list("spam\n\n# remark\n scam \n", Defaults("ads", Klass.NEGATIVE, Action.MASK))

    [rule] = ruleset.rules
    assert (rule.words, rule.category, rule.action) == (("spam", "scam"), "ads", Action.MASK)
    assert not rule.reading.variants


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"term": "x"', FaultCode.NOT_READABLE),
        ("[]", FaultCode.BAD_VALUE),
        ('{"word": "x"}', FaultCode.BAD_VALUE),
        ('{"term": "x", "colour": 1}', FaultCode.UNKNOWN_KEY),
        ('{"term": "!!"}', FaultCode.BAD_WORD),
        ('{"term": "x", "action": "shout"}', FaultCode.BAD_VALUE),
        ('{"term": "x", "boundary": "thai"}', FaultCode.BAD_VALUE),
        ('{"term": "x", "category": "A B"}', FaultCode.BAD_VALUE),
        ('{"term": "x", "category": "delay"}', FaultCode.RESERVED),
        ('{"term": "x", "until": "soon"}', FaultCode.BAD_VALUE),
    ],
)
def test_faults_name_their_line(line, code):
    with pytest.raises(RuleFileError) as caught:
        parse_list('{"term": "fine"}\n\n' + line, name="big.jsonl")

    assert [(fault.line, fault.code) for fault in caught.value.faults] == [(3, code)]
    assert str(caught.value).startswith("big.jsonl: line 3: ")


def test_faults_are_bounded():
    with pytest.raises(RuleFileError) as caught:
        parse_list("!!\n" * 1000)

    assert len(caught.value.faults) == FAULTS_MAX


def test_phrases_are_read_and_checked():
    assert parse_phrases("# remark\n尼玛县\n\n") == ("尼玛县",)
    with pytest.raises(RuleFileError):
        parse_phrases("ok\n??\n")


def test_several_files_become_one():
    one, two = parse_list("spam"), parse_list("scam")

    both = merged([one, two])

    assert [rule.rule_id for rule in both.rules] == ["list-1", "list-1-2"]
    assert both.version not in (one.version, two.version)
