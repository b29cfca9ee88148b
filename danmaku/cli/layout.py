"""How what is told is set out for people: texts without orders, rows as tables or one by one."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.cells import cell_len
from rich.table import Table

NAME_COLUMNS_MAX = 40  # of a narrow terminal, for what a row of a table is about
CELL_COLUMNS_MIN = 16  # in fewer, words that break their lines can hardly be read
PADDING_COLUMNS = 2  # beside each cell

ORDERS = re.compile(r"[^\n\t -~\xa0-\u2029\u202f-\u2065\u206a-\U0010ffff]")
MOMENTS = frozenset(
    {
        *("at_ms", "due_ms", "effective_ms", "ended_ms", "from_ms", "to_ms", "until_ms"),
        *("on_duty_until_ms", "trained_until_ms"),
    }
)


def visible(text: str) -> str:
    """A text with what orders a terminal, or turns the direction of writing, shown as a code."""
    return ORDERS.sub(lambda order: ascii(order[0])[1:-1], text)


def heading_of(field: str) -> str:
    """What a field is called over its column."""
    shown = f"{field.removesuffix('_ms')}, UTC" if field in MOMENTS else field
    return shown.replace("_", " ")


def words_of(field: str, value: object) -> str:
    """A field's value in words; what says nothing is empty."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() if field in MOMENTS:
            return moment_of(value)
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def moment_of(at_ms: int) -> str:
    """A moment in UTC, as options take it, too."""
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):  # beyond the calendar
        return str(at_ms)


def set_out(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> Table:
    """Rows below their headings; below one another, where the width would break every word.

    Args:
        columns: Their headings.
        rows: A cell for each column.
        width: Of the terminal; None: a program reads it, for which each row is a line.
    """
    shown = [[visible(cell) for cell in row] for row in rows]
    widest = [
        max(_width_of(heading), *map(_width_of, cells))
        for heading, *cells in zip(columns, *shown, strict=True)
    ]
    least = [
        max(min(wide, CELL_COLUMNS_MIN), *map(cell_len, heading.split()))
        for heading, wide in zip(columns, widest, strict=True)
    ]
    if widest[0] <= NAME_COLUMNS_MAX:  # stays whole, and can be copied
        least[0] = widest[0]
    if width is None:
        least = widest
    elif sum(least) + PADDING_COLUMNS * len(least) > width:
        return _one_by_one(columns, shown)
    table = Table(*columns, header_style="bold", box=None)
    for column, min_width in zip(table.columns, least, strict=True):
        column.min_width = min_width
        column.overflow = "fold"  # nothing is cut off
    table.columns[0].no_wrap = least[0] == widest[0]
    if width is None:
        table.width = sum(widest) + PADDING_COLUMNS * len(widest)
    for row in shown:
        table.add_row(*row)
    return table


def _one_by_one(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table.grid(padding=(0, PADDING_COLUMNS))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for number, row in enumerate(rows):
        if number:
            table.add_row()
        for heading, cell in zip(columns, row, strict=True):
            if cell:
                table.add_row(heading, cell)
    return table


def _width_of(text: str) -> int:
    return max(map(cell_len, text.split("\n")))
