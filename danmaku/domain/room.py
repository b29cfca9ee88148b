"""A room as everybody may know it: what plays, what is allowed, whether it is open."""

from dataclasses import dataclass, field
from enum import StrEnum

from danmaku.domain.comment import Mode
from danmaku.domain.ids import Millis

ALL_MODES = frozenset(Mode)


class RoomKind(StrEnum):
    """What the media clock is."""

    VIDEO = "video"  # positions are the client's media time
    LIVE = "live"  # positions are the server's, while a broadcast runs


class MediaType(StrEnum):
    """How the player reads the room's media."""

    FILE = "file"
    HLS = "hls"


class Status(StrEnum):
    """Life of a room; `closed` is final, the record stays readable."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class ReviewMode(StrEnum):
    """Who looks before publication; the strictest of several scopes wins.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION
    """

    MACHINE = "machine"  # the filter alone
    DELAYED = "delayed"  # the filter, then a delay in which staff may stop a comment
    EVERY = "every"  # a person approves each comment
    CLOSED = "closed"  # no comments for now: the streamer's toggle


@dataclass(frozen=True, slots=True)
class Broadcast:
    """The live clock of a room: position 0 is `started_ms`."""

    started_ms: Millis
    ended_ms: Millis | None = None  # None: it is running


@dataclass(frozen=True, slots=True)
class RoomPolicy:
    """What a streamer sets. Everything here is public."""

    mode: ReviewMode = ReviewMode.MACHINE
    slow_ms: int = 0  # shortest time between two comments of one account; 0: off
    text_max: int = 100  # code points
    modes: frozenset[Mode] = ALL_MODES
    colors: bool = True
    sizes: bool = True
    recall_within_ms: int = 120_000  # how long an author may recall; staff may always


@dataclass(frozen=True, slots=True)
class RoomState:
    """One room's public state, replaced as a whole by each `RoomChanged`."""

    title: str
    kind: RoomKind = RoomKind.VIDEO
    status: Status = Status.OPEN
    media_url: str = ""  # URL of a file or of an HLS playlist; empty: no picture
    media_type: MediaType = MediaType.FILE
    policy: RoomPolicy = field(default_factory=RoomPolicy)
    broadcast: Broadcast | None = None

    @property
    def is_broadcasting(self) -> bool:
        """Whether the server's clock gives the positions."""
        return self.broadcast is not None and self.broadcast.ended_ms is None
