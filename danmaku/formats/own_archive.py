"""What is held about one person as one ZIP file: JSON for programs, a page for eyes.

Written piece by piece: nobody holds the whole of it.
"""

import io
from datetime import UTC, datetime
from html import escape
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from danmaku.domain.ids import Millis
from danmaku.domain.privacy import OwnComment

Row = dict[str, object]

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #8886;padding:.3rem .5rem;"
    "text-align:left;vertical-align:top;overflow-wrap:anywhere}"
)
PAGE_END = b"</table></body></html>\n"


class _Pieces(io.RawIOBase):
    """What was written since somebody last took it away."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: object) -> int:
        raw = bytes(piece)  # type: ignore[call-overload]  # the library hands over bytes-likes
        self._written += raw
        return len(raw)

    def taken(self) -> bytes:
        written = bytes(self._written)
        self._written.clear()
        return written


class Archive:
    """One ZIP file in the making; each call gives the bytes that are ready.

    Args:
        now_ms: The time that its files bear.
    """

    def __init__(self, now_ms: Millis) -> None:
        self._pieces = _Pieces()
        self._zip = ZipFile(self._pieces, "w", ZIP_DEFLATED)
        made = datetime.fromtimestamp(now_ms / 1000, UTC)
        self._date = (made.year, made.month, made.day, made.hour, made.minute, made.second)
        self._file: IO[bytes] | None = None

    def begin(self, name: str) -> bytes:
        """Begin a file; the one before it is ended."""
        member = ZipInfo(name, self._date)
        member.compress_type = ZIP_DEFLATED
        self._end()
        self._file = self._zip.open(member, "w", force_zip64=True)
        return self._pieces.taken()

    def add(self, content: bytes) -> bytes:
        """Go on with the file that was begun last."""
        assert self._file is not None  # something was begun
        self._file.write(content)
        return self._pieces.taken()

    def end(self) -> bytes:
        """Close the archive."""
        self._end()
        self._zip.close()
        return self._pieces.taken()

    def _end(self) -> None:
        if self._file is not None:
            self._file.close()


def comment_row_of(own: OwnComment) -> Row:
    """A comment of one's own, whatever became of it."""
    comment = own.comment
    content = comment.content
    return {
        "room": own.room,
        "number": comment.number,
        "at_ms": comment.at_ms,
        "position_ms": comment.position_ms,
        "status": comment.status.value,
        "by": None if comment.by is None else comment.by.value,
        "category": comment.category,
        "text": None if content is None else content.text,
        "name": None if content is None else content.name,
    }


def page_start_of(title: str, facts: Row, columns: tuple[str, ...]) -> bytes:
    """The page up to its table of comments."""
    said = "".join(
        f"<tr><th scope=row>{escape(key)}</th><td>{escape(str(value))}</td></tr>"
        for key, value in facts.items()
    )
    heads = "".join(f"<th scope=col>{escape(column)}</th>" for column in columns)
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>{escape(title)}</title>"
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1><table>{said}</table>"
        f"<table><tr>{heads}</tr>"
    ).encode()


def page_row_of(row: Row, columns: tuple[str, ...]) -> bytes:
    """One comment in that table."""
    cells = ("" if row[column] is None else escape(str(row[column])) for column in columns)
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>".encode()
