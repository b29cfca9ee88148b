"""Comments as the danmuku plugin of ArtPlayer takes them: one array."""

import msgspec

from danmaku.domain.comment import Mode
from danmaku.formats.layout import Head, Layout
from danmaku.formats.players import seconds_of
from danmaku.formats.shown import Shown

_MODES = {Mode.SCROLL: 0, Mode.REVERSE: 0, Mode.TOP: 1, Mode.BOTTOM: 2}
_json = msgspec.json.Encoder().encode


def _line(shown: Shown) -> bytes:
    text = _json(shown.text).decode()
    place = f'"time":{seconds_of(shown.position_ms)},"mode":{_MODES[shown.mode]}'
    item = f'{{"text":{text},{place},"color":"#{shown.color:06x}","id":"{shown.number}"}}'
    return item.encode()


def _begin(_head: Head) -> str:
    return "["


ARTPLAYER = Layout(
    ending="json",
    media_type="application/json",
    begin=_begin,
    new_line=lambda: _line,
    between=b",",
    end="]",
)
