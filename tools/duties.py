"""Which docstrings name which article of the regulation."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from danmaku.domain.articles import Article

NAMED = re.compile(r"\bArticle\.([A-Z_]+)")

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def told_by(root: Path, folder: str) -> dict[Article, list[str]]:
    """For each article, the places below `folder` whose docstring names it.

    Raises:
        KeyError: If a docstring names an article that is none.
    """
    places: dict[Article, list[str]] = {}
    for path in sorted((root / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, docstring in docstrings_of(tree):
            where = f"`{path.relative_to(root)}`" + (f" `{name}`" if name else "")
            for word in dict.fromkeys(NAMED.findall(docstring)):
                places.setdefault(Article[word], []).append(where)
    return places


def docstrings_of(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every docstring with the name it belongs to; the module's has none."""
    for node in ast.walk(tree):
        if isinstance(node, Documented) and (docstring := ast.get_docstring(node)):
            yield ("" if isinstance(node, ast.Module) else node.name), docstring
