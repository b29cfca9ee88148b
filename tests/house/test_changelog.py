import re
import tomllib

from tests.house.tree import ROOT

SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
RELEASE = re.compile(r"^## \[(Unreleased|\d+\.\d+\.\d+)\]( - \d{4}-\d{2}-\d{2})?$")


def lines():
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()


def releases():
    return [line for line in lines() if line.startswith("## ")]


def test_every_release_has_its_version_and_every_version_but_the_next_its_date():
    matches = [RELEASE.match(line) for line in releases()]

    assert None not in matches
    assert all((m[1] == "Unreleased") == (m[2] is None) for m in matches)


def test_what_is_released_is_what_the_package_says():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [RELEASE.match(line)[1] for line in releases()]

    assert named[0] == "Unreleased" or named[0] == project["version"]


def test_changes_stand_under_a_section_and_none_is_empty():
    text = "\n".join(line for line in lines() if line.strip())
    sections = re.split(r"^### ", text, flags=re.MULTILINE)[1:]

    assert sections
    assert {section.splitlines()[0] for section in sections} <= SECTIONS
    assert all(section.splitlines()[1].startswith("- ") for section in sections)
