import pytest

from danmaku.domain.categories import CATEGORIES, category_of
from danmaku.errors import BadMessage


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_each_category_is_taken(category):
    assert category_of(category) == category


@pytest.mark.parametrize("word", ["", "SPAM", "spam ", "opinion"])
def test_any_other_word_is_no_category(word):
    with pytest.raises(BadMessage):
        category_of(word)
