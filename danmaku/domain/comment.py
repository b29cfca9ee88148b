"""A comment: what its author wrote, how it looks, and where it stands."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.ids import ClientId, Millis, Number, Pseudonym, Seq

WHITE = 0xFFFFFF
POSITION_MAX_MS = 86_400_000  # a day: longer than any video or broadcast we serve
LATENCY_MAX_MS = 120_000


class Mode(StrEnum):
    """How a comment moves over the picture."""

    SCROLL = "scroll"
    REVERSE = "reverse"
    TOP = "top"
    BOTTOM = "bottom"


SMALL, NORMAL, LARGE = 18, 25, 36  # the numbers that existing players use
SIZES = frozenset({SMALL, NORMAL, LARGE})

# Controls, soft hyphens and zero-width spaces, the marks that turn the direction of *other*
# people's text, surrogates, private use and noncharacters. Joiners and tags stay: emoji and
# several scripts need them.
_UNWANTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\uf8ff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff\U000f0000-\U0010ffff]"
)
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # Hangul fillers, the blank Braille cell
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Mn", "Me", "Zs"})
_MARKS = frozenset({"Mn", "Me"})  # those that take no place of their own
MARKS_MAX = 8  # in a row; real writing needs six at most, more only draw over the neighbours
# Marks are no word characters: where there is no long row of such, there are not too many marks.
_LONG_ROW = re.compile(rf"[^\w\s]{{{MARKS_MAX + 1}}}")


def clean_text(text: str) -> str:
    """A comment as it is recorded: one line, NFC, nothing that acts on its surroundings.

    Empty if nothing of it would be seen. Cleaning twice changes nothing more.

    Cost: linear. Marks are cut before they are put in order, which is quadratic in a row of them.
    """
    line = " ".join(_UNWANTED.sub("", " ".join(text.split())).split())
    if line.isascii():
        return line
    composed = unicodedata.normalize("NFC", _with_few_marks(line))
    # Some letters come apart into more marks than they had.
    return _with_few_marks(composed) if any(map(_is_seen, composed)) else ""


def _is_seen(char: str) -> bool:
    return char not in _UNSEEN and unicodedata.category(char) not in _UNSEEN_CATEGORIES


def _with_few_marks(text: str) -> str:
    if _LONG_ROW.search(text) is None:
        return text
    kept: list[str] = []
    marks_count = 0
    for char in text:
        marks_count = marks_count + 1 if unicodedata.category(char) in _MARKS else 0
        if marks_count <= MARKS_MAX:
            kept.append(char)
    return "".join(kept)


class CommentStatus(StrEnum):
    """Life of a comment (docs/record.md)."""

    PUBLISHED = "published"
    HELD = "held"
    REFUSED = "refused"
    RECALLED = "recalled"


class RecalledBy(StrEnum):
    """Whose act a marker shows."""

    AUTHOR = "author"
    ROOM = "room"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Style:
    """How a comment looks."""

    mode: Mode = Mode.SCROLL
    color: int = WHITE  # 0xRRGGBB
    size: int = NORMAL


@dataclass(frozen=True, slots=True)
class Draft:
    """What a sender asks for; nothing in it has been checked but its types."""

    client_id: ClientId
    text: str
    position_ms: int = 0  # media time as the client saw it
    style: Style = Style()
    latency_ms: int = 0  # how far the client's player lags behind the broadcast


@dataclass(frozen=True, slots=True)
class Content:
    """What the record keeps of a comment as its body, and viewers get once it is public."""

    text: str
    style: Style
    position_ms: int
    name: str  # the author's public name at that time


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment as the record holds it now.

    `content` is None where the body may not be shown (a recalled comment read by the public) or no
    longer exists (an erased one).
    """

    origin: Seq  # seq of the comment's first entry: its private id
    number: Number | None  # None until it is first published
    status: CommentStatus
    at_ms: Millis  # when the server received it
    position_ms: int
    author: Pseudonym
    content: Content | None
    late: bool = False  # approved after the fact
    imported: bool = False
    by: RecalledBy | None = None
    category: str | None = None
    restored: bool = False  # it was recalled, and is back
