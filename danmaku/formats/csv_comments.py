"""The comments of a room as a table for spreadsheets, markers included."""

from collections.abc import Sequence
from datetime import UTC, datetime

from danmaku.formats.csv_table import BEGIN, line_of
from danmaku.formats.layout import Head, Layout
from danmaku.formats.players import seconds_of
from danmaku.formats.shown import Marker, Row

_COLUMNS = (
    *("number", "sent", "position_s", "mode", "color", "size", "author", "name", "text"),
    *("imported", "recalled_by", "category"),
)


def _begin(_head: Head) -> str:
    return BEGIN + line_of(_COLUMNS)


def _lines(rows: Sequence[Row]) -> bytes:
    return "".join(map(_line, rows)).encode()


def _line(row: Row) -> str:
    sent = datetime.fromtimestamp(row.at_ms / 1000, UTC).isoformat(" ", "milliseconds")
    place = (row.number, sent, seconds_of(row.position_ms))
    if isinstance(row, Marker):
        by = None if row.by is None else row.by.value
        return line_of((*place, *[None] * 7, by, row.category))
    style = (row.mode.value, f"#{row.color:06x}", row.size)
    said = (row.author, row.name, row.text, int(row.imported))
    return line_of((*place, *style, *said, None, None))


CSV = Layout(
    ending="csv",
    media_type="text/csv; charset=utf-8",
    begin=_begin,
    lines=_lines,
    by_position=False,
)
