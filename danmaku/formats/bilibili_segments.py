"""Comments as Bilibili's players fetch them: six minutes of media time a message, in protobuf.

Ten flat fields need no library: a key, then a number in groups of seven bits, or a length and its
bytes.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from danmaku.domain.comment import Draft
from danmaku.domain.views import View
from danmaku.errors import BadMessage, Refused
from danmaku.formats.players import NUMBER_OF, style_of
from danmaku.formats.reading import COMMENT_BYTES_MAX, Item, client_id_of
from danmaku.formats.senders import sender_of
from danmaku.formats.shown import Shown

MEDIA_TYPE = "application/octet-stream"
CLOSED = b"\x10\x01"  # comments are switched off, and there are none
_WEIGHT = 10  # the most that the readers' own filters let pass
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_VARINT_BITS = 70
_SIGN = 1 << 63
_ELEMENT = (1, _BYTES)


def varint_of(number: int) -> bytes:
    """A number that is not negative, seven bits a byte, the lowest first."""
    groups = bytearray()
    while number > 0x7F:  # noqa: PLR2004 -- seven bits
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def segment_of(comments: Sequence[Shown]) -> bytes:
    """A message of these comments, which come in order of position and number."""
    return b"".join(map(_element_of, comments))


def shown_of(view: View) -> Shown:
    """A comment of a list, flat; it is no marker."""
    comment = view.comment
    assert comment is not None
    assert comment.content is not None
    assert comment.number is not None
    content, style = comment.content, comment.content.style
    return Shown(
        seq=view.seq,
        number=comment.number,
        at_ms=comment.at_ms,
        position_ms=comment.position_ms,
        mode=style.mode,
        color=style.color,
        size=style.size,
        text=content.text,
        author=comment.author,
        name=content.name,
        late=comment.late,
        imported=comment.imported,
        restored=comment.restored,
    )


def _element_of(shown: Shown) -> bytes:
    fields = (
        (1, shown.number),
        (2, shown.position_ms),
        (3, NUMBER_OF[shown.mode]),
        (4, shown.size),
        (5, shown.color),
        (6, sender_of(shown.author)),
        (7, shown.text),
        (8, shown.at_ms // 1000),
        (9, _WEIGHT),
        (12, str(shown.number)),
    )
    element = b"".join(_field_of(key, value) for key, value in fields)
    return b"\x0a" + varint_of(len(element)) + element


def _field_of(key: int, value: int | str) -> bytes:
    if isinstance(value, int):
        return varint_of(key << 3) + varint_of(value)
    raw = value.encode("utf-8", "replace")
    return varint_of(key << 3 | _BYTES) + varint_of(len(raw)) + raw


# --- reading


class _Short(Exception):  # noqa: N818 -- no error: the rest has yet to come
    pass


class _Field(NamedTuple):
    key: tuple[int, int]  # number and kind
    value: int | bytes
    end: int  # where the next begins


class SegmentSource:
    """`reading.Source` of one such message, or of several one after the other."""

    def __init__(self) -> None:
        self._rest = b""
        self._place = 0

    def feed(self, piece: bytes) -> list[Item]:
        """As `Source.feed`."""
        raw, at, items = self._rest + piece, 0, []
        try:
            while at < len(raw):
                field = _field_at(raw, at)
                at = field.end
                if field.key == _ELEMENT and isinstance(field.value, bytes):
                    self._place += 1
                    items.append(_item_of(self._place, field.value))
        except _Short:
            pass
        except BadMessage:
            if not items:
                raise
        self._rest = raw[at:]
        return items

    def end(self) -> list[Item]:
        """As `Source.end`."""
        if self._rest:
            raise BadMessage(f"The file ends within comment {self._place + 1}.")
        return []


def _varint_at(raw: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, _VARINT_BITS, 7):
        if at >= len(raw):
            raise _Short
        byte = raw[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 -- the eighth bit: more follows
            return number, at
    raise BadMessage("That is no protobuf: a number does not end.")


def _field_at(raw: bytes, at: int) -> _Field:
    key, at = _varint_at(raw, at)
    kind = key & 7
    if kind == _VARINT:
        number, end = _varint_at(raw, at)
        return _Field((key >> 3, kind), number, end)
    lengths = {_FIXED64: 8, _FIXED32: 4}
    if kind == _BYTES:
        length, at = _varint_at(raw, at)
    elif kind in lengths:
        length = lengths[kind]
    else:
        raise BadMessage("That is no protobuf of comments.")
    if length > COMMENT_BYTES_MAX:
        raise BadMessage(f"A comment has {COMMENT_BYTES_MAX} bytes at most.")
    if at + length > len(raw):
        raise _Short
    return _Field((key >> 3, kind), raw[at : at + length], at + length)


def _fields_of(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(raw):
        field = _field_at(raw, at)
        at = field.end
        yield field.key[0], field.value


def _item_of(place: int, raw: bytes) -> Item:
    try:
        return Item(place, _draft_of(place, raw))
    except Refused as refusal:
        return Item(place, refusal=refusal)
    except (_Short, UnicodeDecodeError):
        return Item(place, refusal=BadMessage(f"Comment {place} cannot be read."))


def _draft_of(place: int, raw: bytes) -> Draft:
    found = dict(_fields_of(raw))
    numbers = {key: _signed(value) for key, value in found.items() if isinstance(value, int)}
    text = found.get(7, b"")
    if not isinstance(text, bytes):
        raise BadMessage(f"Comment {place} has no text.")
    # What is 0 is left out of such messages, and no mode or size is.
    style = style_of(numbers.get(3) or 1, numbers.get(4) or 25, numbers.get(5, 0))
    return Draft(client_id_of(place, raw), text.decode(), numbers.get(2, 0), style)


def _signed(number: int) -> int:
    return number - (1 << 64) if number & _SIGN else number
