import pytest

from danmaku.filter.automaton import Trie
from danmaku.filter.builds import ruleset_from, screen_from
from danmaku.filter.faults import FaultCode, RuleFileError
from danmaku.filter.lexicon import Lexicon, lexicon_of
from danmaku.filter.packing import pack
from danmaku.filter.rules import Action, version_of

RULES = """
[[rule]]
id = "ads"
category = "ads"
class = "house"
action = "hold"
words = ["加微信", "spam", "C++", "an us"]

[[allow]]
phrases = ["spam museum!", "加微信"]
"""


def faults_of(source, name="house.toml"):
    with pytest.raises(RuleFileError) as caught:
        screen_from(source, name)
    assert str(caught.value).startswith(f"{name}: line ")
    return caught.value.faults


def test_a_rule_file_becomes_a_screen():
    screen = screen_from(RULES.encode(), "house.toml")

    assert screen.inspect("s.p.a.m").action is Action.HOLD
    assert screen.inspect("spam museum!").action is Action.PASS


def test_the_ending_says_what_a_file_is():
    built = pack(screen_from(RULES.encode(), "house.toml"))

    assert screen_from(b"quux\n", "list.txt").inspect("quux").action is Action.HOLD
    assert screen_from(b'{"term": "quux", "action": "mask"}', "list.jsonl").inspect("quux").masked
    assert screen_from(built, "house.rules").inspect("spam").action is Action.HOLD


def test_a_file_cut_anywhere_within_a_rule_is_told_with_its_line():
    source = RULES.encode()
    inside = range(source.index(b"words"), source.index(b"]\n\n"))

    for end in (*inside, source.index(b'!", "') + 3):
        [fault, *_] = faults_of(source[:end])
        assert fault.line >= 1


def test_a_built_file_cut_in_half_is_told():
    built = pack(screen_from(RULES.encode(), "house.toml"))

    [fault] = faults_of(built[: len(built) // 2], "house.rules")

    assert fault.code is FaultCode.NOT_READABLE


def test_a_file_cut_within_a_character_is_told_with_its_line():
    source = RULES.encode()

    [fault] = faults_of(source[: source.index("微".encode()) + 1])

    assert (fault.code, fault.line) == (FaultCode.NOT_READABLE, 7)


def test_a_word_that_is_not_found_is_told_with_its_line(monkeypatch):
    monkeypatch.setattr("danmaku.filter.screen.lexicon_of", _deaf)

    codes = {(fault.code, fault.line) for fault in faults_of(RULES.encode())}

    assert codes == {(FaultCode.NEVER_HIT, 7)}


def _deaf(ruleset):
    """A lexicon that was built wrongly: its automaton finds nothing."""
    whole = lexicon_of(ruleset)
    return Lexicon(ruleset, whole.variants, Trie(()), None, ())


def test_a_file_is_read_without_being_built():
    assert ruleset_from(RULES.encode(), "house.toml").version == version_of(RULES)
    built = pack(screen_from(RULES.encode(), "house.toml"))
    assert ruleset_from(built, "house.rules").version == version_of(RULES)
