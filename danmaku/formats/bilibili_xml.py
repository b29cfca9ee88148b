"""Comments as Bilibili's XML, which converters, downloaders and players have agreed on.

What is written keeps to what the strictest of its readers takes: no line break, eight fields, whole
numbers but for the time, the five named entities and no other.
"""

import re
from collections.abc import Callable
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from danmaku.domain.comment import Draft
from danmaku.errors import BadMessage, Refused
from danmaku.formats.layout import Head, Layout
from danmaku.formats.players import NUMBER_OF, style_of
from danmaku.formats.reading import COMMENT_BYTES_MAX, Item, client_id_of
from danmaku.formats.senders import sender_of
from danmaku.formats.shown import Shown

_ILLEGAL = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FIELDS_MIN = 4  # time, mode, size, colour: older files stop soon after
_DEPTH_MAX = 8
_SILENT_BYTES_MAX = 1 << 20  # without an element beginning or ending


def xml_text_of(text: str) -> str:
    """A text between tags, as every reader of this format understands it."""
    if _ILLEGAL.search(text) is not None:
        text = _ILLEGAL.sub(" ", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")


def _begin(head: Head) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><i><chatserver>danmaku</chatserver>'
        f"<chatid>{head.number}</chatid><mission>0</mission><maxlimit>{head.count}</maxlimit>"
        "<state>0</state><real_name>0</real_name><source>k-v</source>"
    )


def _line(shown: Shown) -> bytes:
    at_ms = shown.position_ms
    element = (
        f'<d p="{at_ms // 1000}.{at_ms % 1000:03}00,{NUMBER_OF[shown.mode]},{shown.size},'
        f"{shown.color},{shown.at_ms // 1000},0,{sender_of(shown.author)},{shown.number}"
        f'">{xml_text_of(shown.text)}</d>'
    )
    return element.encode()


XML = Layout(
    ending="xml",
    media_type="text/xml; charset=utf-8",
    begin=_begin,
    new_line=lambda: _line,
    end="</i>",
)


class XmlSource:
    """`reading.Source` of such a file. Document types and entities of its own are refused."""

    def __init__(self) -> None:
        self._comments = _Comments(lambda: int(self._parser.parser.CurrentLineNumber))
        self._parser = DefusedXMLParser(target=self._comments, forbid_dtd=True)
        self._fault: BadMessage | None = None

    def feed(self, piece: bytes) -> list[Item]:
        """As `Source.feed`."""
        if self._fault is None:
            self._fault = self._parse(piece)
        items = self._comments.taken()
        if self._fault is not None and not items:
            raise self._fault
        return items

    def end(self) -> list[Item]:
        """As `Source.end`."""
        if self._fault is not None:
            raise self._fault
        try:
            self._parser.close()
        except (ParseError, ValueError) as error:
            raise BadMessage("The file ends in the middle.") from error
        return self._comments.taken()

    def _parse(self, piece: bytes) -> BadMessage | None:
        self._comments.silent_bytes += len(piece)
        try:
            self._parser.feed(piece)
        except BadMessage as fault:
            return fault
        except (ParseError, DefusedXmlException, LookupError, ValueError):
            line = self._parser.parser.CurrentLineNumber
            return BadMessage(f"Line {line} is not the XML of comments.")
        if self._comments.silent_bytes > _SILENT_BYTES_MAX:
            return BadMessage("A part of the file does not end.")
        return None


class _Comments:
    """What the parser tells of elements and texts, gathered into comments."""

    def __init__(self, line_number: Callable[[], int]) -> None:
        self.silent_bytes = 0  # since an element began or ended
        self._line_number = line_number
        self._items: list[Item] = []
        self._begun: tuple[int, str] | None = None  # line and fields of a comment
        self._text: list[str] = []
        self._length = 0  # of that text
        self._depth = 0

    def taken(self) -> list[Item]:
        items, self._items = self._items, []
        return items

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.silent_bytes = 0
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise BadMessage("Elements stand too deep in each other.")
        if tag == "d":
            self._begun, self._length = (self._line_number(), attributes.get("p", "")), 0
            self._text.clear()

    def data(self, text: str) -> None:
        if self._begun is None:
            return
        self._length += len(text)
        if self._length > COMMENT_BYTES_MAX:
            raise BadMessage(f"The comment at line {self._begun[0]} is too long.")
        self._text.append(text)

    def end(self, tag: str) -> None:
        self.silent_bytes = 0
        self._depth -= 1
        if tag == "d" and self._begun is not None:
            self._items.append(_item_of(*self._begun, "".join(self._text)))
            self._begun = None

    def close(self) -> None:
        pass


def _item_of(line: int, p: str, text: str) -> Item:
    try:
        return Item(line, _draft_of(line, p, text))
    except Refused as refusal:
        return Item(line, refusal=refusal)
    except (ValueError, OverflowError):
        return Item(line, refusal=BadMessage(f"Line {line} is not a comment."))


def _draft_of(line: int, p: str, text: str) -> Draft:
    time, mode, size, color = p.split(",", _FIELDS_MIN)[:_FIELDS_MIN]
    style = style_of(int(mode), int(float(size)), int(float(color)))
    said = f"{p}\0{text}".encode(errors="replace")
    return Draft(client_id_of(line, said), text, round(float(time) * 1000), style)
