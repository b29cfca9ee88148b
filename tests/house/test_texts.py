"""The catalogue has what templates and categories ask for.

That both languages say the same, and have words for every code, is a test of frontend/, which reads
the same files.
"""

import json
import re

import pytest

from danmaku.domain.admission import REVIEW_CATEGORY
from danmaku.domain.brownout import Shed, Stage
from danmaku.domain.categories import CATEGORIES
from danmaku.domain.documents import DocumentKind
from danmaku.domain.filing_facts import FilingState
from danmaku.domain.measures import Step
from danmaku.domain.rule_facts import ScanPhase
from danmaku.filter.rule_file import parse_rules
from danmaku.filter.rules import FAULT_CATEGORY, ROOM_CATEGORY
from tests.house.tree import ROOT, project_files

ASKED = re.compile(r"\bt\(\s*[\"']([a-z_]+\.[a-z_0-9]+)[\"']")
TEXTS = json.loads((ROOT / "danmaku/web/texts/en.json").read_text(encoding="utf-8"))


def test_templates_ask_for_texts_that_exist():
    asked = {
        (str(path), key)
        for path in project_files()
        if path.suffix == ".html" and path.parts[0] == "danmaku"
        for key in ASKED.findall((ROOT / path).read_text(encoding="utf-8"))
    }

    assert asked
    assert {row for row in asked if row[1] not in TEXTS} == set()


def test_every_category_that_we_ship_has_its_words():
    rules = parse_rules((ROOT / "danmaku/filter/sample_rules.toml").read_text(encoding="utf-8"))
    shipped = {
        *CATEGORIES,
        *(rule.category for rule in rules.rules),
        REVIEW_CATEGORY,
        FAULT_CATEGORY,
        ROOM_CATEGORY,
    }

    assert {f"category.{word}" for word in shipped} - TEXTS.keys() == set()


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("document", [kind.value for kind in DocumentKind]),
        ("editor.phase", [phase.value for phase in ScanPhase]),
        ("filing.state", [state.value for state in FilingState]),
        ("load.shed", [shed.name.lower() for shed in Shed]),
        ("load.stage", [stage.value for stage in Stage]),
        ("step", [step.value for step in Step]),
    ],
)
def test_what_pages_name_by_its_own_word_has_a_text(family, words):
    """A word without one says itself, and no page fails: a new or renamed one is found here."""
    assert {f"{family}.{word}" for word in words} - TEXTS.keys() == set()
