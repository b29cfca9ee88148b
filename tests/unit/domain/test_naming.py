import pytest

from danmaku.domain.account import NAME_MAX
from danmaku.domain.naming import Surface, bounded, neutral_of
from danmaku.domain.room import SUMMARY_MAX, TITLE_MAX
from danmaku.errors import BadMessage


@pytest.mark.parametrize(
    ("surface", "text"),
    [
        (Surface.NAME, ""),
        (Surface.NAME, "\u200b"),
        (Surface.NAME, "n" * (NAME_MAX + 1)),
        (Surface.TITLE, " "),
        (Surface.TITLE, "n" * (TITLE_MAX + 1)),
        (Surface.SUMMARY, "n" * (SUMMARY_MAX + 1)),
    ],
)
def test_a_name_has_its_bounds(surface, text):
    with pytest.raises(BadMessage):
        bounded(surface, text)


def test_a_name_is_cleaned_and_a_summary_may_be_empty():
    assert bounded(Surface.NAME, "  Ann\u202e  B ") == "Ann B"
    assert bounded(Surface.SUMMARY, " ") == ""


def test_a_neutral_name_says_what_it_stands_for_and_nothing_else():
    assert [neutral_of(surface, "3f9a") for surface in Surface] == ["user 3f9a", "room 3f9a", ""]
