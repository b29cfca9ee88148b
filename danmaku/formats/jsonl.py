"""JSON lines: one comment a line; what `export` writes, and what `import` and `feed` read.

Our own lines are the entries of docs/protocol.md. Short-key lines, as research samples of comments
carry them, are read too: `t` seconds on the media clock, `m` mode, `fs` size, `c` colour, `x` text,
`v` which video.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from danmaku.domain.comment import LARGE, NORMAL, SMALL, WHITE, Draft, Mode, Style
from danmaku.domain.ids import ClientId
from danmaku.errors import BadMessage
from danmaku.formats.layout import Head, Layout
from danmaku.formats.reading import COMMENT_BYTES_MAX, Item, client_id_of
from danmaku.formats.shown import Row

LINE_BYTES_MAX = COMMENT_BYTES_MAX
_MODES_BY_NUMBER = {1: Mode.SCROLL, 4: Mode.BOTTOM, 5: Mode.TOP, 6: Mode.REVERSE}


class _Own(msgspec.Struct):
    text: str
    position_ms: int
    mode: Mode = Mode.SCROLL
    color: int = WHITE
    size: int = NORMAL


class _Short(msgspec.Struct):
    x: str
    t: float
    m: int = 1
    fs: int = NORMAL
    c: int = WHITE
    v: int = 0


class _Marker(msgspec.Struct):
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """One comment of a file.

    `video` tells the files apart that hold comments of several videos; 0 where there is one.
    """

    draft: Draft
    video: int = 0


class JsonlSource:
    """`reading.Source` of lines."""

    def __init__(self) -> None:
        self._rest = b""
        self._place = 0

    def feed(self, piece: bytes) -> list[Item]:
        """As `Source.feed`."""
        if len(self._rest) > LINE_BYTES_MAX:  # and no end of it came with the piece before
            raise BadMessage(f"A line has {LINE_BYTES_MAX} bytes at most.")
        *lines, self._rest = (self._rest + piece).split(b"\n")
        return [self._item(line) for line in lines]

    def end(self) -> list[Item]:
        """As `Source.end`."""
        return [self._item(self._rest)] if self._rest else []

    def _item(self, raw: bytes) -> Item:
        self._place += 1
        try:
            line = line_of(raw, place=self._place)
        except BadMessage as refusal:
            return Item(self._place, refusal=refusal)
        return Item(self._place, None if line is None else line.draft)


def written(rows: Sequence[Row]) -> bytes:
    """Comments and markers, one a line, as `danmaku_v1.fields_of` has them."""
    return _lines(rows)


def _begin(_head: Head) -> str:
    return ""


JSONL = Layout(
    ending="jsonl",
    media_type="application/x-ndjson",
    begin=_begin,
    lines=written,
    by_position=False,
)

_lines = msgspec.json.Encoder().encode_lines
_own = msgspec.json.Decoder(_Own)
_short = msgspec.json.Decoder(_Short)
_marker = msgspec.json.Decoder(_Marker)


def line_of(raw: bytes, *, place: int = 0) -> Line | None:
    """Read one line; None for an empty one and for a marker, which has nothing to read.

    The client id follows from the line and its place, so that the same file brought in twice
    records once.

    Args:
        raw: The line, with or without its end.
        place: Number of the line in its file, from 1.

    Raises:
        BadMessage: It is none of the shapes, or longer than LINE_BYTES_MAX.
    """
    raw = raw.strip()
    if not raw:
        return None
    if len(raw) > LINE_BYTES_MAX:
        raise BadMessage(f"Line {place} is longer than {LINE_BYTES_MAX} bytes.")
    try:
        return _line(raw, client_id_of(place, raw))
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError, RecursionError) as error:
        raise BadMessage(f"Line {place} is not a comment.") from error


def _line(raw: bytes, client_id: ClientId) -> Line | None:
    try:
        own = _own.decode(raw)
    except msgspec.ValidationError:
        if _is_marker(raw):
            return None
        return _short_line(_short.decode(raw), client_id)
    style = Style(own.mode, own.color, own.size)
    return Line(Draft(client_id, own.text, own.position_ms, style))


def _is_marker(raw: bytes) -> bool:
    try:
        return _marker.decode(raw).kind == "marker"
    except msgspec.ValidationError:
        return False


def _short_line(short: _Short, client_id: ClientId) -> Line:
    # Sizes of other players are brought to the nearest of ours; unknown modes scroll.
    size = SMALL if short.fs < NORMAL else LARGE if short.fs > NORMAL else NORMAL
    style = Style(_MODES_BY_NUMBER.get(short.m, Mode.SCROLL), short.c, size)
    return Line(Draft(client_id, short.x, int(short.t * 1000), style), short.v)
