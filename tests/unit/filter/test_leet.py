import pytest

from danmaku.filter.leet import is_leet, latin_pieces, leet_of, leet_views
from danmaku.filter.normalize import fold


@pytest.mark.parametrize("text", ["sh1t", "$ex", "c@$!n0", "f|_|ck", "p()rn", "b!tch"])
def test_views_keep_the_length(text):
    assert {len(view) for view in leet_views(text)} == {len(text)}


def test_what_stands_for_i_and_for_l_is_read_as_one():
    assert list(leet_views("a1l")) == ["aii"]
    assert leet_of("slot") == "siot"
    assert list(leet_views("a7")) == ["at", "ai"]
    assert list(leet_views("a７")) == ["at", "ai"]
    assert list(leet_views("a5")) == ["as"]
    assert list(leet_views("hello")) == []


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("来f\u200bu ©k吧4级hello啊", ["f\u200bu ©k"]),
        ("好, 5h!t", [", 5h!t"]),
        ("b/-\\d", ["b/-\\d"]),
        ("2023年ok", []),
        ("hello你好", []),
        ("7", []),
        ("", []),
    ],
)
def test_only_stretches_with_letters_and_signs_are_read_again(text, pieces):
    places = latin_pieces(text, fold(text).text)

    assert [text[start:end] for start, end in places] == pieces


def test_no_sign_is_read_as_a_letter_of_another_script():
    for sign in "0123456789@$(+€£¥¢<＠＄§®©×†∂!|！¡/０７９（＋＜｜𝟎𝟏𝟿①⑨⓪":
        assert fold(sign).text.isascii(), sign


@pytest.mark.parametrize(
    ("typed", "read", "expected"),
    [
        ("sh1t", "shit", True),
        ("455", "ass", False),
        ("A55", "ass", False),
        ("Ａ５５", "ass", False),
        ("a55", "ass", True),
        ("shit", "shit", False),
    ],
)
def test_numbers_and_models_are_no_leet(typed, read, expected):
    assert is_leet(typed, read, fold(typed).text) is expected
