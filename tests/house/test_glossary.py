"""One word, one meaning: words that mean nothing in particular name nothing here."""

import ast
import re

from tests.house.tree import ROOT, parsed, project_files, python_files

FORBIDDEN = {
    *("manager", "helper", "helpers", "util", "utils", "common", "misc", "base", "handler"),
    *("info", "tmp", "temp", "stuff", "thing", "foo", "bar"),
}
FORBIDDEN_VERBS = {"process", "do", "my"}  # as the first word: `server_process` is a noun
VERSIONED = re.compile(r"_v\d+$|V\d+$")
# The wire format's name carries its version: it is spoken by others.
PROTOCOL = re.compile(r"danmaku_v\d+$")


def words_of(name):
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)]


def means_nothing(name):
    words = words_of(name)
    versioned = VERSIONED.search(name) is not None and PROTOCOL.search(name) is None
    return versioned or not FORBIDDEN.isdisjoint(words) or not FORBIDDEN_VERBS.isdisjoint(words[:1])


def test_no_file_is_named_by_a_word_that_means_nothing():
    named = [path for path in project_files() if path.suffix in {".py", ".ts", ".sh"}]

    assert [str(path) for path in named if means_nothing(path.stem)] == []


def test_no_class_or_function_is_named_by_a_word_that_means_nothing():
    named = [
        f"{path}:{node.lineno} {node.name}"
        for path in python_files("danmaku", "bench", "tools")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and means_nothing(node.name)
    ]

    assert named == []


def test_the_glossary_gives_every_noun_its_chinese_word():
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs/glossary.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|") and not line.startswith("|-")
    ]
    [header, *terms] = [row for row in rows if len(row) == 3]

    assert header == ["English", "中文", "Meaning"]
    assert len(terms) >= 30
    assert [row[0] for row in terms if not re.search(r"[\u4e00-\u9fff]", row[1])] == []
    assert [row[0] for row in terms if not row[2]] == []
