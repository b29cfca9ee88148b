"""Comments as subtitles that move: Advanced SubStation Alpha, as players on the desk read it.

Braces and backslashes begin commands there, and no escape of them is understood by all renderers:
they become their wide forms, which look alike and command nothing.
"""

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from danmaku.domain.comment import Mode
from danmaku.formats.layout import Head, Layout, Line
from danmaku.formats.shown import Shown

SCROLLS_MS, STANDS_MS = 8_000, 5_000
WIDTH, HEIGHT = 1280, 720
SIDE_MIN, SIDE_MAX = 160, 7680  # pixels
_SCALE = 540  # height at which a size is its number of pixels
_LINE = 1.25  # times the largest size
_COMMANDS = str.maketrans({"{": "｛", "}": "｝", "\\": "＼", "\n": " ", "\r": " "})
_WIDE = frozenset("WFA")
_HEAD = """[Script Info]
Title: {title}
ScriptType: v4.00+
WrapStyle: 2
ScaledBorderAndShadow: yes
PlayResX: {width}
PlayResY: {height}

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, \
Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Danmaku,sans-serif,{size},&H00FFFFFF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,\
1,0,7,0,0,0,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(slots=True)
class _Rows:
    """Rows that comments of one kind take turns in: the uppermost that is free is next."""

    count: int
    _free_ms: list[int] = field(default_factory=list)

    def take(self, at_ms: int, until_ms: int) -> int:
        if not self._free_ms:
            self._free_ms = [-1] * self.count
        free = (row for row, free_ms in enumerate(self._free_ms) if free_ms <= at_ms)
        row = next(free, None)
        if row is None:  # none is: nothing is left out, so two share one
            row = self._free_ms.index(min(self._free_ms))
        self._free_ms[row] = until_ms
        return row


class _Picture:
    """Where each comment stands or moves; remembers which rows are taken."""

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._step = 36 * height / _SCALE * _LINE
        rows_count = max(1, int(height / self._step))
        self._moving, self._top, self._bottom = (_Rows(rows_count) for _ in range(3))

    def line(self, shown: Shown) -> bytes:
        size = shown.size * self._height / _SCALE
        text = shown.text.translate(_COMMANDS)
        stands_ms = STANDS_MS if shown.mode in (Mode.TOP, Mode.BOTTOM) else SCROLLS_MS
        times = f"{_clock(shown.position_ms)},{_clock(shown.position_ms + stands_ms)}"
        style = f"{self._place(shown, text, size)}\\fs{size:.0f}\\c&H{_bgr(shown.color)}&"
        line = f"Dialogue: 0,{times},Danmaku,,0,0,0,,{{{style}}}{text}\n"
        return line.encode()

    def _place(self, shown: Shown, text: str, size: float) -> str:
        at_ms = shown.position_ms
        if shown.mode is Mode.TOP:
            y = self._top.take(at_ms, at_ms + STANDS_MS) * self._step
            return f"\\an8\\pos({self._width // 2},{y:.0f})"
        if shown.mode is Mode.BOTTOM:
            y = self._height - self._bottom.take(at_ms, at_ms + STANDS_MS) * self._step
            return f"\\an2\\pos({self._width // 2},{y:.0f})"
        long = _ems_of(text) * size
        # Its row is free again when its end has come out at the edge.
        out_ms = round(SCROLLS_MS * long / (self._width + long))
        y = self._moving.take(at_ms, at_ms + out_ms) * self._step
        begin, end = (self._width, -long) if shown.mode is Mode.SCROLL else (-long, self._width)
        return f"\\move({begin:.0f},{y:.0f},{end:.0f},{y:.0f})"


@lru_cache(maxsize=64)
def ass_of(width: int = WIDTH, height: int = HEIGHT) -> Layout:
    """The format for a picture of that many pixels."""

    def begin(head: Head) -> str:
        title = " ".join(head.title.translate(_COMMANDS).split())
        return _HEAD.format(title=title, width=width, height=height, size=25 * height // _SCALE)

    def new_line() -> Line:
        return _Picture(width, height).line

    return Layout(
        ending="ass", media_type="text/x-ssa; charset=utf-8", begin=begin, new_line=new_line
    )


def _ems_of(text: str) -> float:
    if text.isascii():
        return len(text) / 2
    return sum(1 if unicodedata.east_asian_width(char) in _WIDE else 0.5 for char in text)


def _bgr(color: int) -> str:
    return f"{color & 0xFF:02X}{color >> 8 & 0xFF:02X}{color >> 16:02X}"


def _clock(position_ms: int) -> str:
    seconds, ms = divmod(position_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}.{ms // 10:02}"
