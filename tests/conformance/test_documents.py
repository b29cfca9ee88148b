"""What the kit asks rests on what is written down, and is written down itself."""

import re

import pytest

from danmaku.conformance.scenes import SCENES
from danmaku.conformance.server import CHECKS
from tests.house.tree import ROOT

ALL = (*CHECKS, *SCENES)


def words_of(name):
    return re.sub(r"\s+", " ", (ROOT / "docs" / name).read_text("utf-8"))


def test_every_check_rests_on_words_of_the_protocol():
    protocol = words_of("protocol.md")

    assert [check.name for check in ALL if check.rests_on not in protocol] == []


def test_every_check_is_listed_with_its_question():
    table = words_of("conformance.md")

    assert [c.name for c in ALL if f"| `{c.name}` | {c.asks} |" not in table] == []


@pytest.mark.parametrize("checks", [CHECKS, SCENES], ids=["server", "client"])
def test_a_name_means_one_check(checks):
    assert len({check.name for check in checks}) == len(checks)
