"""A comment: what its author wrote, how it looks, and where it stands."""

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
