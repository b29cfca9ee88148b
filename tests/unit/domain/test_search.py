import pytest

from danmaku.domain.search import holds, words_of
from danmaku.errors import BadMessage


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("hello", "Oh, HELLO there"),
        ("there oh", "Oh, hello there"),
        ("弹幕", "第一条弹幕在这里"),
        ("ＡＢＣ", "abc"),
        ("abc", "ＡＢＣ"),
        ("幕 条", "第一条弹幕"),
        ("straße", "STRASSE"),
    ],
)
def test_words_are_found_whatever_their_width_case_and_place(query, text):
    assert holds(text, words_of(query))


@pytest.mark.parametrize(("query", "text"), [("helo", "hello"), ("a b", "a"), ("弹幕", "弹 幕")])
def test_all_words_must_be_there(query, text):
    assert not holds(text, words_of(query))


@pytest.mark.parametrize("query", ["", "  ", "a" * 101, "a b c d e f g h i"])
def test_a_query_is_bounded(query):
    with pytest.raises(BadMessage):
        words_of(query)
