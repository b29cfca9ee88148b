"""Comments as DPlayer reads and sends them.

DPlayer writes what it has loaded into its page as markup. So this is the one format in which texts
are escaped as HTML; everywhere else that would show the escapes to people.
"""

from math import isfinite
from typing import Annotated

import msgspec

from danmaku.domain.comment import POSITION_MAX_MS, WHITE, Draft, Mode, Style
from danmaku.domain.ids import ClientId
from danmaku.errors import BadMessage
from danmaku.formats.layout import Head, Layout
from danmaku.formats.players import seconds_of
from danmaku.formats.shown import Shown

TYPES = {Mode.SCROLL: 0, Mode.REVERSE: 0, Mode.TOP: 1, Mode.BOTTOM: 2}
_MODES = (Mode.SCROLL, Mode.TOP, Mode.BOTTOM)
# JSON needs its own escapes besides; neither touches what the other has written.
_HTML = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "/": "&#x2F;"}
)
_json = msgspec.json.Encoder().encode

_Number = Annotated[float, msgspec.Meta(ge=0, le=POSITION_MAX_MS / 1000)]
_Text = Annotated[str, msgspec.Meta(max_length=16_384)]


class Sent(msgspec.Struct):
    """What DPlayer posts; `author` is what the page says, and nobody's proof of anything."""

    id: _Text | int
    text: _Text
    time: _Number = 0.0
    color: Annotated[int, msgspec.Meta(ge=0, le=WHITE)] = WHITE
    type: Annotated[int, msgspec.Meta(ge=0, le=2)] = 0
    token: _Text | None = None
    author: _Text | None = None

    def draft(self, client_id: ClientId) -> Draft:
        """The value that the verbs take."""
        style = Style(_MODES[self.type], self.color)
        return Draft(client_id, self.text, round(self.time * 1000), style)


_sent = msgspec.json.Decoder(Sent, strict=False)  # players send numbers as text at times


def sent_of(raw: bytes) -> Sent:
    """Read what was posted.

    Raises:
        BadMessage: It is none.
    """
    try:
        sent = _sent.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessage("That is no comment of DPlayer's.") from error
    if not isfinite(sent.time) or "\0" in sent.text:
        raise BadMessage("That is no comment of DPlayer's.")
    return sent


def escaped(text: str) -> str:
    """A text that markup takes for itself."""
    return text.translate(_HTML)


def _line(shown: Shown) -> bytes:
    said = _json((escaped(shown.name), escaped(shown.text)))
    place = f"{seconds_of(shown.position_ms)},{TYPES[shown.mode]},{shown.color}"
    return f"[{place},".encode() + said[1:]


def _begin(_head: Head) -> str:
    return '{"code":0,"data":['


DPLAYER = Layout(
    ending="json",
    media_type="application/json",
    begin=_begin,
    new_line=lambda: _line,
    between=b",",
    end="]}",
)
