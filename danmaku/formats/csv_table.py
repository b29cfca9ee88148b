"""A list as spreadsheets open it: RFC 4180 with a mark of UTF-8, and no cell that they would run.

What people wrote stands in such lists. A cell that begins like a formula gets an apostrophe before
it, which spreadsheets take for "this is text" and do not show.
"""

from collections.abc import Sequence

Cell = str | int | None

BEGIN = "\ufeff"  # without it, a widespread spreadsheet reads Chinese as if it were Latin
_FORMULA = frozenset("=+-@＝＋－＠|%")  # the wide ones run in some languages


def line_of(cells: Sequence[Cell]) -> str:
    """One row; None is an empty cell."""
    return ",".join(map(_cell, cells)) + "\r\n"


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    is_formula = value.lstrip()[:1] in _FORMULA or value[:1] in {"\t", "\r", "\n"}
    quoted = value.replace('"', '""')
    return f'"\'{quoted}"' if is_formula else f'"{quoted}"'
