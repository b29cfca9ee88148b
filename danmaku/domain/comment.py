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


# Controls, surrogates, private use, and the marks that turn the direction of *other* people's text.
# Joiners stay: emoji and several scripts need them.
_UNWANTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_BREAKS = re.compile("[\\s\u2028\u2029]+")
MARKS_MAX = 4  # combining marks on one letter; more only draw over the neighbours


def clean_text(text: str) -> str:
    """A comment as it is recorded: one line, NFC, nothing that acts on its surroundings."""
    composed = unicodedata.normalize("NFC", _BREAKS.sub(" ", text))
    wanted = _UNWANTED.sub("", composed).strip()
    return wanted if wanted.isascii() else _with_few_marks(wanted)


def _with_few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MARKS_MAX:
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
