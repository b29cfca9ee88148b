import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.filter.automaton import GAP_CODE_POINTS_MAX, Automaton
from danmaku.filter.normalize import fold
from danmaku.filter.rules import Action, Klass, Rule, Ruleset


def automaton_of(words, allowed=(), *, latin_boundary=True):
    rule = Rule("r", "c", Klass.HOUSE, Action.HOLD, tuple(words), latin_boundary)
    return Automaton(Ruleset("v", (rule,), tuple(allowed)))


def spans(automaton, text):
    return sorted((match.start, match.end) for match in automaton.search(text, fold(text)))


# words, text, spans
BASICS = [
    (["赌博"], "去赌博吧", [(1, 3)]),
    (["赌博"], "去吧", []),
    (["赌博"], "", []),
    (["赌博"], "，。 😀", []),
    (["ab", "abc", "bc"], "abc", [(0, 3)]),  # the shorter ones are inside a Latin word
    (["网站", "色情网站", "色情"], "色情网站", [(0, 2), (0, 4), (2, 4)]),
    (["哈哈"], "哈哈哈", [(0, 2), (1, 3)]),
    (["約炮"], "约炮", [(0, 2)]),
    (["Free Money"], "free money", [(0, 10)]),
    (["Free Money"], "freemoney", [(0, 9)]),
    (["am I"], "am I", [(0, 4)]),
]
BOUNDARY = [
    (["ass"], "class", []),
    (["ass"], "assign", []),
    (["ass"], "an ass!", [(3, 6)]),
    (["ass"], "这ass操作", [(1, 4)]),
    (["ass"], "cl\u200bass", []),
    (["ass"], "ass\u200bign", []),
    (["ass"], "7ass7", [(1, 4)]),
    (["bet365"], "bet365com", [(0, 6)]),  # a digit ends a word
    (["加vx"], "加vx", [(0, 3)]),
    (["加vx"], "加vxy", []),
]
EVASION = [
    (["黄片"], "黄   片", [(0, 5)]),
    (["傻瓜"], "傻\n瓜", [(0, 3)]),
    (["傻瓜"], "傻👨‍👩‍👧瓜", [(0, 7)]),
    (["代开发票"], "代。开。发。票", [(0, 7)]),
    (["fuck"], "f u ck", [(0, 6)]),
    (["fuck"], "f.u.c.k", [(0, 7)]),
    (["shit"], "s\u0332h\u0332i\u0332t\u0332!", [(0, 8)]),
    (["sb"], "s\u200bb", [(0, 3)]),
    (["傻瓜"], "傻" + "\u200b" * 50 + "瓜", [(0, 52)]),
]
GAPS_THAT_PART = [
    (["黄片"], "黄，片头不错", []),
    (["发票"], "发 票据", []),
    (["傻瓜"], "傻" + "·" * GAP_CODE_POINTS_MAX + "瓜", [(0, GAP_CODE_POINTS_MAX + 2)]),
    (["傻瓜"], "傻" + "·" * (GAP_CODE_POINTS_MAX + 1) + "瓜", []),
    (["sb"], "s.b", []),
    (["anus"], "an us citizen", []),
    (["whore"], "who're you", []),
    (["casino"], "ca.si.no", [(0, 8)]),
    (["shit"], "this is hit", []),
]
REGRESSION = [
    (["am I", "ami"], "am I", [(0, 4), (0, 4)]),  # one skeleton, two spellings
    (["𠮷野"], "在𠮷·野家", [(1, 4)]),  # beyond the basic plane an offset is still one
    (["é"], "caf é", [(4, 5)]),
]


@pytest.mark.parametrize(
    ("words", "text", "expected"), BASICS + BOUNDARY + EVASION + GAPS_THAT_PART + REGRESSION
)
def test_words_are_found_where_they_stand(words, text, expected):
    assert spans(automaton_of(words), text) == expected


# words, allowed phrases, text, spans
ALLOW = [
    (["口交"], ["路口交通"], "路口交通", []),
    (["口交"], ["路口交通"], "路口交", [(1, 3)]),
    (["口交"], ["路口交通"], "路口交通口交", [(4, 6)]),
    (["口交", "交通"], ["路口交"], "路口交通", [(2, 4)]),  # overlapping is not covering
    (["口交"], ["路口交通"], "路.口交通", [(2, 4)]),  # spelled otherwise: no protection
    (["口交"], ["路口交", "口交通行"], "路口交通行", []),
    (["casino"], ["Casino Royale"], "CASINO ROYALE", []),
    (["casino"], ["Casino Royale"], "casino  royale", [(0, 6)]),
    (["casino"], ["casino"], "casino", []),
]


@pytest.mark.parametrize(("words", "allowed", "text", "expected"), ALLOW)
def test_allowed_phrase_protects_what_it_covers(words, allowed, text, expected):
    assert spans(automaton_of(words, allowed), text) == expected


def test_without_a_boundary_words_are_found_inside_others():
    assert spans(automaton_of(["ass"], latin_boundary=False), "class") == [(2, 5)]


def test_empty_rule_set_finds_nothing():
    assert spans(Automaton(Ruleset("v", (), ())), "anything") == []


def test_phrases_alone_find_nothing():
    assert spans(Automaton(Ruleset("v", (), ("路口交通",))), "路口交通") == []


def test_match_names_rule_and_word_as_written():
    [match] = automaton_of(["ＢＥＴ３６５"]).search("bet365", fold("bet365"))

    assert (match.rule.rule_id, match.word) == ("r", "ＢＥＴ３６５")


@given(
    st.sets(st.text("甲乙丙", min_size=1, max_size=4), min_size=1, max_size=6),
    st.text("甲乙丙", max_size=12),
)
def test_scan_agrees_with_looking_everywhere(words, text):
    expected = sorted(
        (start, start + len(word))
        for word in words
        for start in range(len(text))
        if text.startswith(word, start)
    )

    assert spans(automaton_of(sorted(words)), text) == expected


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_spans_lie_in_the_text_and_spell_the_word(text):
    automaton = automaton_of(["a", "1", "ab", "一", "一1", "아"], latin_boundary=False)

    for match in automaton.search(text, fold(text)):
        assert 0 <= match.start < match.end <= len(text)
        assert fold(text[match.start : match.end]).skeleton == fold(match.word).skeleton
