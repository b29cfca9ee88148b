"""Each row of docs/security.md names tests that are there, and files that are there."""

import re

from tests.house.tree import ROOT, functions_of, project_files, python_files

TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
PART = re.compile(r"`([\w/]+\.(?:py|lock)|[\w/]+/)`")
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")


def rows():
    return [line for line in PAGE.splitlines() if line.startswith("| ") and "Shown by" not in line]


def test_every_row_names_tests_that_are_there():
    known = {
        (path.relative_to("tests").as_posix(), function.name)
        for path in python_files("tests")
        for function in functions_of(path)
    }

    assert [row for row in rows() if not TEST.search(row)] == []
    assert sorted(set(TEST.findall(PAGE)) - known) == []


def test_every_row_names_parts_that_are_there():
    files = {path.as_posix() for path in project_files()}
    known = files | {f"{parent.as_posix()}/" for path in project_files() for parent in path.parents}

    missing = {part for part in PART.findall(PAGE) if {part, f"danmaku/{part}"}.isdisjoint(known)}

    assert missing - {"tests/"} == set()
