"""The JSON of the API as its description tells it; docs/protocol.md has the meaning of each field.

Entries are written by `formats.danmaku_v1`, the one public shape for sockets, API and exports; what
is here describes them and is held to them by a test.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from danmaku.domain.comment import CommentStatus, Mode, RecalledBy
from danmaku.domain.room import MediaType, ReviewMode, RoomKind, Status
from danmaku.errors import Code


class Shape(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid")


class RefusalShape(Shape):
    """Any answer other than yes."""

    code: Code
    text: str = Field(description="Dull words for people, in English.")
    category: str | None
    retry_after_ms: int | None
    until_ms: int | None


class BroadcastShape(Shape):
    """The live clock: position 0 is `started_ms`."""

    started_ms: int
    ended_ms: int | None


class RoomStateShape(Shape):
    """What everybody may know of a room."""

    title: str
    kind: RoomKind
    status: Status
    mode: ReviewMode
    media_url: str
    media_type: MediaType
    paused_until_ms: int | None
    slow_ms: int
    text_max: int
    modes: list[Mode]
    colors: bool
    sizes: bool
    level_min: int
    unique: bool
    delay_ms: int = Field(description="How long comments wait in the mode `delayed`.")
    silent_until_ms: int | None
    summary: str
    recall_within_ms: int
    news: bool = Field(description="A person looks at each comment first.")
    commerce: bool = Field(description="Goods are sold in it.")
    minor_safe: bool = Field(description="Fit for minors.")
    broadcast: BroadcastShape | None


class RoomShape(Shape):
    """A room, and where its record stands."""

    room: str
    number: int = Field(description="What tools that know no names call it; never another's.")
    epoch: str
    top: int = Field(description="Seq of the newest entry.")
    comments_count: int = Field(description="Numbers given so far; recalled comments keep theirs.")
    viewers_count: int
    created_ms: int
    state: RoomStateShape


class RoomsShape(Shape):
    """Rooms in the order of their ids."""

    rooms: list[RoomShape]


class CommentShape(Shape):
    """A published comment, or one that was restored."""

    kind: Literal["comment", "restore"]
    seq: int
    number: int
    at_ms: int
    position_ms: int
    mode: Mode
    color: int
    size: int
    text: str
    author: str
    name: str
    late: bool
    imported: bool
    restored: bool = False


class MarkerShape(Shape):
    """The place of a recalled comment, without its text."""

    kind: Literal["marker"]
    seq: int
    number: int
    at_ms: int
    position_ms: int
    by: RecalledBy | None
    category: str | None


class RecallShape(Shape):
    """A comment leaves every public place."""

    kind: Literal["recall"]
    seq: int
    number: int
    by: RecalledBy | None
    category: str | None


class RoomChangedShape(Shape):
    """The room's whole new state."""

    kind: Literal["room"]
    seq: int
    state: RoomStateShape


Row = CommentShape | MarkerShape


class ListShape(Shape):
    """A page of the list."""

    room: str
    total: int
    comments: list[Row]
    likes: dict[str, int] = Field(
        description="How many like each, by number; those that nobody likes are left out."
    )


class EntriesShape(Shape):
    """Public entries of (after, upto] in record order, as they may be shown now."""

    room: str
    after: int
    upto: int = Field(description="Where to go on from.")
    top: int
    entries: list[CommentShape | MarkerShape | RecallShape | RoomChangedShape]


class SegmentShape(Shape):
    """The published comments of one stretch of media time, by position and number."""

    room: str
    index: int
    from_ms: int
    upto_ms: int
    upto_seq: int
    comments: list[CommentShape]


class OutcomeShape(Shape):
    """What became of a comment that was sent."""

    outcome: Literal["published", "held"]
    id: str
    seq: int
    number: int | None = None
    category: str | None = None


class EntryShape(Shape):
    """The place of what was done in the room's record."""

    seq: int
    number: int | None = None


class OwnShape(Shape):
    """A comment as its author may see it."""

    seq: int
    number: int | None
    status: CommentStatus
    at_ms: int
    position_ms: int
    text: str | None
    category: str | None


class OwnListShape(Shape):
    """One's own comments, newest first, held and refused ones included."""

    comments: list[OwnShape]


class ImportShape(Shape):
    """What became of the lines of a file."""

    published: int = 0
    held: int = 0
    refused: int = 0
    repeated: int = Field(default=0, description="Known from an earlier import of the same file.")
    skipped: int = Field(default=0, description="Markers and empty lines.")
    failed: int = 0
    errors: list[str] = Field(
        default_factory=list,
        description="What was refused and what failed, the first thousand: line and code.",
    )
