from time import thread_time

import pytest

from danmaku.filter.rules import EXACT, SHORT, Reading
from danmaku.filter.variants import Kind
from tests.unit.filter.texts import found, screen_of

HAN = screen_of("赌博", "加微信", "垃圾广告", "天天", reading=Reading(variants=False))
LATIN = screen_of("fuck", "ass", "anus", "whore", "asshole", "butt", "bet365", "69")
SPACED = screen_of("free followers", "kung fu master")

# text, what is found
CHINESE = [
    ("去赌博吧", ["赌博"]),
    ("赌·博", ["赌·博"]),
    ("赌...博", ["赌...博"]),
    ("赌👨\u200d👩\u200d👧博", ["赌👨\u200d👩\u200d👧博"]),
    ("赌\n博", ["赌\n博"]),
    ("赌\u3000博", ["赌\u3000博"]),
    ("敢打赌，博士不会", []),
    ("赌 博弈", []),
    ("就是赌 博", ["赌 博"]),
    ("赌 博弈，就是赌 博", ["赌 博"]),
    ("加，微信多好", []),
    ("加微，信", []),
    ("加 微 信", ["加 微 信"]),
    ("垃，圾，广，告", ["垃，圾，广，告"]),
    ("赌" + "." * 13 + "博", []),
    ("赌" + "\u200b" * 40 + "博", ["赌" + "\u200b" * 40 + "博"]),
    ("赌赌博博博", ["赌赌博博博"]),
    ("今天 天气", []),
    ("天天见", ["天天"]),
    ("赌博 博彩", ["赌博"]),
    ("赌【博】", ["赌【博】"]),
    ("（赌）博", ["（赌）博"]),
]

ENGLISH = [
    ("what the fuck", ["fuck"]),
    ("FUUUUCK", ["FUUUUCK"]),
    ("f u c k", ["f u c k"]),
    ("f u ck", ["f u ck"]),
    ("f.u.c.k", ["f.u.c.k"]),
    ("ass hole", ["ass hole"]),
    ("a s s", ["a s s"]),
    ("as soon as", []),
    ("as good as", []),
    ("same as 5 apples", []),
    ("an us citizen", []),
    ("who're you", []),
    ("class assassin", []),
    ("but", []),
    ("buttt", ["buttt"]),
    ("这fuck真", ["fuck"]),
    ("1fuck2", ["fuck"]),
    ("🇨🇳fuck", ["fuck"]),
    ("assholes", ["asshole"]),
    ("fucking", []),
    ("695 billion, 69!", ["69"]),
    ("bet365", ["bet365"]),
    ("bet3650", []),
]


@pytest.mark.parametrize(("text", "expected"), CHINESE)
def test_chinese_words_and_their_gaps(text, expected):
    assert found(HAN, text) == expected


@pytest.mark.parametrize(("text", "expected"), ENGLISH)
def test_latin_words_and_their_boundaries(text, expected):
    assert found(LATIN, text) == expected


@pytest.mark.parametrize("text", ["赌 博弈", "a.", "天.", "aa"])
@pytest.mark.parametrize("reading", [Reading(variants=False), EXACT])
def test_many_places_of_a_word_cost_no_more_each_than_one(text, reading):
    screen = screen_of("赌博", "a", "天", "aa", reading=reading)
    began = thread_time()

    screen.inspect(text * 20_000)

    assert thread_time() - began < 3


def test_a_word_may_stand_with_the_gaps_that_it_has():
    assert found(SPACED, "get free followers") == ["free followers"]
    assert found(SPACED, "kung fu master") == ["kung fu master"]


def test_reading_says_how_freely():
    assert found(screen_of("fuck", reading=EXACT), "f.u.c.k fuuck fuck") == ["fuck"]
    assert found(screen_of("cnm", reading=SHORT), "c n m cnnm") == ["cnnm"]
    assert found(screen_of("av", reading=Reading(latin_boundary=False)), "have") == ["av"]
    assert found(screen_of("fuck", reading=Reading(inflections=True)), "fucking") == ["fuck"]


def test_exact_words_in_a_row_of_one_letter_are_told_one_by_one():
    assert found(screen_of("0", reading=EXACT), "a00b") == []
    loose = Reading(latin_boundary=False, repeats=False, gaps=False, variants=False)
    assert found(screen_of("0", reading=loose), "a00b") == ["0", "0"]


def test_a_word_of_one_letter_is_told_row_by_row():
    assert found(screen_of("哈"), "哈 哈哈") == ["哈", "哈哈"]
    assert found(screen_of("aaa"), "a.a.a") == ["a.a.a"]


def test_exact_words_in_longer_runs():
    loose = Reading(latin_boundary=False, repeats=False, gaps=False, variants=False)
    assert found(screen_of("东西", reading=loose), "东东西西") == ["东西"]
    assert found(screen_of("abc", reading=loose), "aabbcc") == []


def test_marks_upon_the_last_letter_belong_to_it():
    assert found(LATIN, "f̶u̶c̶k̶ man") == ["f̶u̶c̶k̶"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("fuck", Kind.WORD),
        ("f.uck", Kind.SKIP),
        ("fuuck", Kind.REPEAT),
        ("f*ck", Kind.WILDCARD),
        ("fcuk", Kind.SWAPPED),
        ("fu(k", Kind.LEET),
    ],
)
def test_kind_tells_how_it_was_spelled(text, kind):
    assert [hit.kind for hit in LATIN.inspect(text).hits] == [kind]


def test_a_letter_left_out_has_signs_in_its_place():
    assert found(LATIN, "fck") == []
    assert found(LATIN, "f ck") == []
    assert found(LATIN, "f***ck") == []


def test_pinyin_stands_apart_only_between_syllables():
    screen = screen_of("加微信")

    assert found(screen, "jia wei xin") == ["jia wei xin"]
    assert found(screen, "ji awe ixin") == []
    assert found(screen, "jiaweixinx") == []
