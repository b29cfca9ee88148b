"""Both catalogues say all that pages and codes ask for, and say it with the same place-holders."""

import json
import re
from string import Formatter

from danmaku.domain.admission import REVIEW_CATEGORY
from danmaku.domain.categories import CATEGORIES
from danmaku.errors import Code
from danmaku.filter.rules import FAULT_CATEGORY, parse_rules
from tests.house.tree import ROOT, project_files

ASKED = re.compile(r"\bt\(\s*[\"']([a-z_]+\.[a-z_0-9]+)[\"']")
CATALOGUES = {
    lang: json.loads((ROOT / f"danmaku/web/texts/{lang}.json").read_text(encoding="utf-8"))
    for lang in ("en", "zh-CN")
}


def fields_of(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_catalogues_have_the_same_keys_in_order():
    english, chinese = (list(texts) for texts in CATALOGUES.values())

    assert english == chinese
    assert english == sorted(english)


def test_no_text_is_empty_and_place_holders_agree():
    english, chinese = CATALOGUES.values()

    assert [key for key in english if not english[key] or not chinese[key]] == []
    assert [key for key in english if fields_of(english[key]) != fields_of(chinese[key])] == []


def test_every_code_has_its_words():
    assert {f"code.{code}" for code in Code} - CATALOGUES["en"].keys() == set()


def test_templates_ask_for_texts_that_exist():
    asked = {
        (str(path), key)
        for path in project_files()
        if path.suffix == ".html" and path.parts[0] == "danmaku"
        for key in ASKED.findall((ROOT / path).read_text(encoding="utf-8"))
    }

    assert asked
    assert {row for row in asked if row[1] not in CATALOGUES["en"]} == set()


def test_every_category_that_we_ship_has_its_words():
    rules = parse_rules((ROOT / "danmaku/filter/sample_rules.toml").read_text(encoding="utf-8"))
    shipped = {
        *CATEGORIES,
        *(rule.category for rule in rules.rules),
        REVIEW_CATEGORY,
        FAULT_CATEGORY,
    }

    assert {f"category.{word}" for word in shipped} - CATALOGUES["en"].keys() == set()
