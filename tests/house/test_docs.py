import ast
import re
from pathlib import Path

from danmaku import errors
from danmaku.errors import Code
from tests.house.tree import ROOT, functions_of, project_files, python_files
from tools import docs

DECISION_PARTS = [
    "Context",
    "Decision",
    "Ways not taken",
    "Consequences",
    "How we would notice it was wrong",
]
# Codes of duties that nothing serves so far. It only ever shrinks.
UNRAISED: set[Code] = set()
LINK = re.compile(r"\]\(([^)#:\s]+)(#[^)\s]*)?\)")


def markdown_files():
    return [path for path in project_files() if path.suffix == ".md"]


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


def test_generated_pages_tell_what_the_code_says():
    stale = [str(path) for path, text in docs.pages().items() if text_of(path) != text]

    assert stale == [], "run `make docs`"


def test_links_between_pages_lead_somewhere():
    broken = [
        f"{path}: {target}"
        for path in markdown_files()
        for target, _anchor in LINK.findall(text_of(path))
        if not (ROOT / path.parent / target).exists()
    ]

    assert broken == []


def test_decisions_are_numbered_without_gaps_and_have_all_their_parts():
    decisions = [path for path in markdown_files() if path.parent.as_posix() == "docs/decisions"]

    assert [int(path.name[:4]) for path in decisions] == [*range(1, len(decisions) + 1)]
    for path in decisions:
        assert text_of(path).startswith(f"# {int(path.name[:4])}. "), path
        assert re.findall(r"^## (.+)$", text_of(path), re.MULTILINE) == DECISION_PARTS, path


def names_of(code):
    """How Python says a code: the member, its word, or an error that carries it."""
    carriers = [
        name
        for name, carrier in vars(errors).items()
        if isinstance(carrier, type) and vars(carrier).get("code") is code
    ]
    return rf"\bCode\.{code.name}\b|[\"']{code}[\"']" + "".join(rf"|\b{n}\b" for n in carriers)


def named_in(files):
    texts = "\n".join(text_of(path) for path in files)
    return {code for code in Code if re.search(names_of(code), texts)}


def test_codes_that_nothing_raises_are_those_we_know_of():
    elsewhere = [path for path in python_files("danmaku") if path != Path("danmaku/errors.py")]

    assert set(Code) - named_in(elsewhere) == UNRAISED


def test_every_code_that_is_raised_is_met_by_some_test():
    tests = [path for path in python_files("tests") if path.parts[1] != "house"]

    assert set(Code) - named_in(tests) - UNRAISED == set()


def test_the_map_names_what_is_there():
    named = re.findall(
        r"`((?:danmaku|frontend|bench|tools|tests)(?:/[\w/.]*)?)`", text_of("ARCHITECTURE.md")
    )

    assert [path for path in named if not (ROOT / path).exists()] == []


def api_routes():
    for path in python_files("danmaku"):
        for function in functions_of(path):
            for decorator in function.decorator_list:
                match decorator:
                    case ast.Call(
                        func=ast.Attribute(
                            attr="get" | "post" | "patch" | "put" | "delete" as verb
                        ),
                        args=[ast.Constant(value=str(route)), *_],
                    ) if route.startswith("/api/"):
                        yield f"{verb.upper()} {route}"


def test_every_route_of_the_api_is_described_and_none_that_is_not_there():
    described = re.findall(
        r"^\| `([A-Z]+ /api/[^`]+)` \|", text_of("docs/http-api.md"), re.MULTILINE
    )

    assert sorted(described) == sorted(api_routes())
