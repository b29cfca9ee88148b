import pytest

from danmaku.filter.leet import is_leet, leet_of, leet_views
from danmaku.filter.normalize import fold


@pytest.mark.parametrize("text", ["sh1t", "$ex", "c@$!n0", "f|_|ck", "p()rn", "b!tch"])
def test_views_keep_the_length(text):
    assert {len(view) for view in leet_views(text)} == {len(text)}


def test_what_stands_for_i_and_for_l_is_read_as_one():
    assert list(leet_views("a1l")) == ["aii"]
    assert leet_of("slot") == "siot"
    assert list(leet_views("a7")) == ["at", "ai"]
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
