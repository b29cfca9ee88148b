"""Our own rules on safe code, beside those of ruff and bandit."""

import ast
import re
from collections.abc import Callable, Iterator

Rule = Callable[[ast.AST], bool]

_STATEMENTS = {"execute", "executemany", "executescript", "exec_driver_sql", "text"}
_LOGS = {"log", "_log"}
# What people have written or are known by: no label of a metric and no field of the log is one.
_OF_PEOPLE = re.compile(
    r"text|texts|title|summary|login|note|query|body|cookies?|phone|legal_name|author"
    r"|secret|token|password|address|client|headers"
)
_SECRETS = re.compile(r"(?:.*_)?(?:secret|signature|password|csrf|hmac|mac)")


def _called(node: ast.AST) -> str:
    """The last name of what is called."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
    return ""


def _names_in(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def _is_put_together(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr(values=values):
            return any(isinstance(value, ast.FormattedValue) for value in values)
        case ast.BinOp(op=ast.Add() | ast.Mod(), left=left, right=right):
            return any(isinstance(side, ast.Constant | ast.JoinedStr) for side in (left, right))
    return _called(node) == "format"


def puts_sql_together(node: ast.AST) -> bool:
    """SQL is constant, and what varies is bound."""
    if _called(node) in {"eval", "exec"}:
        return True
    return (
        _called(node) in _STATEMENTS
        and bool(node.args)
        and any(_is_put_together(part) for part in ast.walk(node.args[0]))
    )


def labels_people(node: ast.AST) -> bool:
    """A label of a metric is one of few words of ours."""
    return _called(node) == "labels" and any(
        _OF_PEOPLE.fullmatch(name) for part in node.args for name in _names_in(part)
    )


def logs_people(node: ast.AST) -> bool:
    """A field of the log holds nothing that people wrote or are known by."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=args, keywords=fields):
            values = [*args[1:], *(field.value for field in fields)]
            return name in _LOGS and any(
                _OF_PEOPLE.fullmatch(name) for value in values for name in _names_in(value)
            )
    return False


def compares_secrets(node: ast.AST) -> bool:
    """What must not be guessed byte by byte is compared in constant time."""
    match node:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[right]):
            sides = [left, right]
        case _:
            return False
    named = [
        side.id if isinstance(side, ast.Name) else side.attr
        for side in sides
        if isinstance(side, ast.Name | ast.Attribute)
    ]
    is_constant = any(isinstance(side, ast.Constant) for side in sides)
    return not is_constant and any(_SECRETS.fullmatch(name) for name in named)


def breaches(rule: Rule, tree: ast.AST) -> list[int]:
    """Lines at which a rule is broken."""
    return [node.lineno for node in ast.walk(tree) if hasattr(node, "lineno") and rule(node)]


RAW_HTML = re.compile(
    r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|srcdoc)\b"
    r"|document\.write\b|\beval\(|\bnew Function\("
)
"""In scripts of pages: what reads a text as markup or code."""

UNESCAPED = re.compile(r"\|\s*safe\b|autoescape\s+false|\bMarkup\(")
"""In templates: what leaves a text as it is."""
