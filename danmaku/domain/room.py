"""A room as everybody may know it: what plays, what is allowed, whether it is open."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum

from danmaku.domain.comment import Mode
from danmaku.domain.ids import Millis, is_before
from danmaku.errors import BadMessage

ALL_MODES = frozenset(Mode)
TITLE_MAX = 80  # code points
SUMMARY_MAX = 500  # code points
TEXT_MAX = 500  # code points; a longer text is no bullet
SLOW_MAX_MS = 3_600_000
RECALL_WITHIN_MAX_MS = 86_400_000
LEVEL_MAX = 5
SILENCE_S_MAX = 3600
DELAY_MIN_MS, DELAY_MAX_MS = 1_000, 60_000
_HOST = r"https?://[A-Za-z0-9.:\[\]-]{1,255}"  # nothing that could say more in a CSP header
_MEDIA_URL = re.compile(rf"(?:{_HOST}(?=[/?#]|$)|/(?!/))[^\s\\\x00-\x1f\x7f]{{0,2000}}")


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

    The scopes are the platform (`controls`), the room, and the level of the author: see
    `controls.effective_mode`.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION
    """

    MACHINE = "machine"  # the filter alone
    DELAYED = "delayed"  # the filter, then those who keep the room may stop it before others see it
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
    level_min: int = 0  # of a sender; hosts are not asked
    unique: bool = False  # nothing is said that was said here lately; hosts may
    delay_ms: int = 10_000  # how long a comment waits in the mode `delayed`
    open_mode: ReviewMode = ReviewMode.MACHINE  # that comments come back with; never `closed`

    def switched(self, *, on: bool) -> "RoomPolicy":
        """With comments on or off; on again, the room reviews as it did before."""
        if on == (self.mode is not ReviewMode.CLOSED):
            return self
        if on:
            return replace(self, mode=self.open_mode)
        return replace(self, mode=ReviewMode.CLOSED, open_mode=self.mode)

    def reviewing(self, mode: ReviewMode) -> "RoomPolicy":
        """With another review mode; while comments are off, they come back with it."""
        if mode is ReviewMode.CLOSED:
            return self.switched(on=False)
        if self.mode is ReviewMode.CLOSED:
            return replace(self, open_mode=mode)
        return replace(self, mode=mode)


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
    paused_until_ms: Millis | None = None  # by a measure of the platform; ends by itself
    silent_until_ms: Millis | None = None  # nobody but the hosts speaks; ends by itself
    summary: str = ""  # what the room is about, in a few sentences
    # What kind of room the house says it is; no streamer does.
    news: bool = False  # a person looks at each comment first, whatever the policy says
    commerce: bool = False  # goods are sold in it
    minor_safe: bool = False  # fit for minors; sites that embed players may go by it

    @property
    def mode(self) -> ReviewMode:
        """The policy's review mode, or what the room's kind makes of it.

        Article: articles.Article.REVIEW_BEFORE_PUBLICATION
        """
        own = self.policy.mode
        return ReviewMode.EVERY if self.news and own is not ReviewMode.CLOSED else own

    def mode_at(self, now_ms: Millis) -> ReviewMode:
        """The same while the room takes comments; CLOSED while it does not, whoever stopped it."""
        is_stopped = self.status is not Status.OPEN or is_before(now_ms, self.paused_until_ms)
        return ReviewMode.CLOSED if is_stopped else self.mode

    @property
    def marks(self) -> tuple[bool, bool, bool]:
        """What the house alone says of the room."""
        return self.news, self.commerce, self.minor_safe

    @property
    def is_broadcasting(self) -> bool:
        """Whether the server's clock gives the positions."""
        return self.broadcast is not None and self.broadcast.ended_ms is None


def checked(state: RoomState) -> RoomState:
    """Hold a state to its bounds.

    Raises:
        BadMessage: Naming the first field that is out of range.
    """
    _check_words(state)
    if state.media_url and not _MEDIA_URL.fullmatch(state.media_url):
        raise BadMessage("A media address begins with https://, http:// or one slash.")
    _check(state.policy)
    return state


def _check(policy: RoomPolicy) -> None:
    if not 0 <= policy.slow_ms <= SLOW_MAX_MS:
        raise BadMessage(f"Slow mode is 0 to {SLOW_MAX_MS} ms.")
    if not 1 <= policy.text_max <= TEXT_MAX:
        raise BadMessage(f"A comment's length is 1 to {TEXT_MAX} characters.")
    if not 0 <= policy.recall_within_ms <= RECALL_WITHIN_MAX_MS:
        raise BadMessage(f"Time to recall is 0 to {RECALL_WITHIN_MAX_MS} ms.")
    if not 0 <= policy.level_min <= LEVEL_MAX:
        raise BadMessage(f"A least level is 0 to {LEVEL_MAX}.")
    if not DELAY_MIN_MS <= policy.delay_ms <= DELAY_MAX_MS:
        raise BadMessage(f"A delay is {DELAY_MIN_MS} to {DELAY_MAX_MS} ms.")
    if not policy.modes:
        raise BadMessage("A room allows at least one mode.")


def _check_words(state: RoomState) -> None:
    if not 1 <= len(state.title) <= TITLE_MAX:
        raise BadMessage(f"A title has 1 to {TITLE_MAX} characters.")
    if len(state.summary) > SUMMARY_MAX:
        raise BadMessage(f"A summary has at most {SUMMARY_MAX} characters.")
