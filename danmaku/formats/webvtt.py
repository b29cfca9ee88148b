"""Comments as subtitles for any `<video>`: WebVTT, a cue a comment, standing for a few seconds."""

from danmaku.domain.comment import Mode
from danmaku.formats.layout import Head, Layout
from danmaku.formats.shown import Shown

STANDS_MS = 5_000
ROWS = 12  # that scrolling comments take turns in
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def _line(shown: Shown) -> bytes:
    begins, ends = _clock(shown.position_ms), _clock(shown.position_ms + STANDS_MS)
    row = shown.number % ROWS
    place = {Mode.TOP: "line:0", Mode.BOTTOM: "line:-1"}.get(shown.mode, f"line:{row}")
    text = shown.text.translate(_MARKUP)
    cue = f"\n{shown.number}\n{begins} --> {ends} {place} align:center\n{text}\n"
    return cue.encode()


def _begin(_head: Head) -> str:
    return "WEBVTT\n"


def _clock(position_ms: int) -> str:
    seconds, ms = divmod(position_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{ms:03}"


WEBVTT = Layout(
    ending="vtt",
    media_type="text/vtt; charset=utf-8",
    begin=_begin,
    new_line=lambda: _line,
)
