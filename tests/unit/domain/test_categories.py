import pytest

from danmaku.domain.categories import CATEGORIES, category_of, class_of, named_in, suggested
from danmaku.errors import BadMessage
from danmaku.filter.rules import Klass


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_each_category_is_taken(category):
    assert category_of(category) == category


@pytest.mark.parametrize("word", ["", "SPAM", "spam ", "opinion"])
def test_any_other_word_is_no_category(word):
    with pytest.raises(BadMessage):
        category_of(word)


def test_every_category_is_of_one_class():
    named = [named_in(klass) for klass in Klass]

    assert named_in(Klass.HOUSE) == frozenset()
    assert sum(map(len, named)) == len(frozenset().union(*named))
    assert {class_of(one) for one in named_in(Klass.ILLEGAL)} == {Klass.ILLEGAL}


@pytest.mark.parametrize(
    ("own", "reported", "expected"),
    [
        ("spam", [], "spam"),
        ("a rule's own word", [], "other"),
        ("a rule's own word", ["flood"], "flood"),
        ("spam", ["attack", "attack"], "attack"),
        ("spoiler", ["spam"], "spam"),
        ("spam", ["fraud"], "fraud"),
        ("spoiler", ["off_topic"], "off_topic"),
    ],
)
def test_what_most_say_is_suggested_and_of_equals_the_gravest(own, reported, expected):
    assert suggested(own, reported) == expected
