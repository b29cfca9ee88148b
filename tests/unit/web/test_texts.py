import re
import string

import orjson
import pytest

from danmaku.domain.categories import CATEGORIES
from danmaku.errors import Code
from danmaku.web.pages import HERE
from danmaku.web.texts import CHINESE, ENGLISH, LANGUAGES, Texts, language_of

KEY = re.compile(r"""\bt\("([a-z_]+\.[a-z_]+)\"""")


@pytest.fixture(scope="module")
def catalogues():
    return {
        lang: orjson.loads((HERE / "texts" / f"{lang}.json").read_bytes()) for lang in LANGUAGES
    }


def places_of(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things_with_the_same_places(catalogues):
    english, chinese = catalogues[ENGLISH], catalogues[CHINESE]

    assert english.keys() == chinese.keys()
    assert {key: places_of(text) for key, text in english.items()} == {
        key: places_of(text) for key, text in chinese.items()
    }


def test_every_text_that_a_template_or_a_door_asks_for_is_there(catalogues):
    asked = {
        key
        for path in [*HERE.glob("templates/*.html"), *HERE.glob("*.py")]
        for key in KEY.findall(path.read_text(encoding="utf-8").replace("visit.say(", "t("))
    }

    assert len(asked) > 100
    assert asked - catalogues[ENGLISH].keys() == set()


def test_every_code_has_its_words(catalogues):
    assert {f"code.{code.value}" for code in Code} <= catalogues[ENGLISH].keys()


def test_every_category_that_people_choose_from_has_its_words(catalogues):
    assert {f"category.{category}" for category in CATEGORIES} <= catalogues[ENGLISH].keys()


def test_what_no_catalogue_knows_says_itself():
    assert Texts(HERE / "texts").say(ENGLISH, "category.of_my_own") == "of_my_own"


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        (None, "", ENGLISH),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        (None, "zh-Hant-TW", CHINESE),
        (None, "en;q=0.5, zh;q=0.9", CHINESE),
        (None, "fr, de;q=0.9", ENGLISH),
        (None, "fr, zh;q=0.2", CHINESE),
        (None, "zh;q=nonsense, en", ENGLISH),
        ("en", "zh-CN", ENGLISH),
        ("zh-CN", "en", CHINESE),
        ("tlh", "zh", CHINESE),
    ],
)
def test_choice_comes_before_what_the_browser_accepts(chosen, accepted, expected):
    assert language_of(chosen, accepted) == expected
