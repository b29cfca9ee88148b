import pytest

from danmaku.filter.leet import is_leet, leet_views
from danmaku.filter.normalize import fold


@pytest.mark.parametrize("text", ["sh1t", "$ex", "c@$!n0", "f|_|ck", "p()rn", "b!tch"])
def test_views_keep_the_length(text):
    assert {len(view) for view in leet_views(text)} == {len(text)}


def test_signs_for_two_letters_are_read_both_ways():
    assert list(leet_views("a1")) == ["ai", "al"]
    assert list(leet_views("a5")) == ["as"]
    assert list(leet_views("hello")) == []


@pytest.mark.parametrize(
    ("typed", "read", "expected"),
    [
        ("sh1t", "shit", True),
        ("455", "ass", False),
        ("A55", "ass", False),
        ("a55", "ass", True),
        ("shit", "shit", False),
    ],
)
def test_numbers_and_models_are_no_leet(typed, read, expected):
    assert is_leet(typed, read, fold(typed).text) is expected
