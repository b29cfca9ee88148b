"""Who of the staff is on duty, how much each decides, and how often that is overturned.

Article: articles.Article.REVIEW_TEAM
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from danmaku.domain.ids import AccountId, Millis, is_before
from danmaku.domain.times import DAY_MS

WINDOW_MS = 30 * DAY_MS  # what shares and medians are taken over


@dataclass(frozen=True, slots=True)
class Shift:
    """When somebody's duty began and when it ends by itself, or was ended."""

    account: AccountId
    begun_ms: Millis
    until_ms: Millis

    def is_on(self, now_ms: Millis) -> bool:
        """Whether they are on duty."""
        return is_before(now_ms, self.until_ms)


@dataclass(frozen=True, slots=True)
class Load:
    """What one of the staff has in hand and has done; see WINDOW_MS."""

    account: AccountId
    login: str
    shift: Shift | None = None
    trained_until_ms: Millis | None = None
    claimed_count: int = 0  # cases in hand
    today_count: int = 0  # decided within a day
    decided_count: int = 0
    median_ms: int | None = None  # from the claim to the decision
    overturned_count: int = 0  # appeals granted, wholly or in part, against what they decided

    @property
    def overturned_share(self) -> float | None:
        """Appeals granted, of what was decided; None: nothing was."""
        return self.overturned_count / self.decided_count if self.decided_count else None


@dataclass(frozen=True, slots=True)
class Cover:
    """How many rooms there are for each who is on duty."""

    open_rooms: int
    on_duty: int
    rooms_max: int  # for each; above it is a warning

    @property
    def rooms_each(self) -> float:
        """Open rooms for each; infinite, where there are rooms and nobody is on duty."""
        if self.on_duty:
            return self.open_rooms / self.on_duty
        return float("inf") if self.open_rooms else 0.0

    @property
    def is_thin(self) -> bool:
        """Whether there are too many rooms for each."""
        return self.rooms_each > self.rooms_max


def median_of(took_ms: Iterable[int]) -> int | None:
    """The time in the middle; None: there is none."""
    found = list(took_ms)
    return int(median(found)) if found else None
