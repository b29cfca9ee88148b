"""Looking over what is published, as it appears: which rooms first, and which comments for sure.

Article: articles.Article.PATROL
"""

from collections import deque
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import Final

from danmaku.domain.delay import DELAY_CATEGORY
from danmaku.domain.facts import CommentHeld, CommentPublished, Entry, ReportFiled
from danmaku.domain.ids import Millis, Number, RoomId

STEP_MS: Final = 10_000
STEPS: Final = 60  # ten minutes
MINUTE_STEPS: Final = 6

REPORTS_FULL: Final = 0.1  # reports a published comment, from which on they count in full
HELD_FULL: Final = 0.5  # share of what was sent that was held
BURST_FULL: Final = 10.0  # times what is usual
_QUIET: Final = 5  # comments a minute that are never a burst
_FEW: Final = 20  # comments in ten minutes: one report among fewer says little


class Sign(IntEnum):
    """What counts of a room; its place among the counts."""

    PUBLISHED = 0
    HELD = 1
    REPORTED = 2


def sign_of(entry: Entry) -> tuple[RoomId, Sign] | None:
    """What an entry says of the risk of which room; None: nothing."""
    match entry.fact:
        case CommentPublished(late=False, imported=False):  # at once, or by itself after a delay
            return entry.chain, Sign.PUBLISHED
        case CommentHeld(category=category) if category != DELAY_CATEGORY:
            return entry.chain, Sign.HELD
        case ReportFiled(room=room) if room is not None:
            return room, Sign.REPORTED
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Pulse:
    """What happened in a room of late.

    Attributes:
        published, held: In the last minute.
        usual: Published a minute, over the ten minutes before now.
        published_long, reported: In those ten minutes.
    """

    published: int = 0
    held: int = 0
    usual: float = 0.0
    published_long: int = 0
    reported: int = 0


def risk_of(pulse: Pulse) -> int:
    """How soon somebody should look there, 0 to 100.

    Half of it are reports by published comment (full from one in ten), three tenths the share of
    what was sent that was held (full from one half), two tenths how many times more than usual is
    published (full from ten times). Few comments count as some, so that one word in a silent room
    does not outrank a flood.
    """
    reports = pulse.reported / max(pulse.published_long, _FEW)
    held = pulse.held / max(pulse.published + pulse.held, _QUIET)
    burst = (pulse.published / max(pulse.usual, _QUIET) - 1) / (BURST_FULL - 1)
    return round(
        50 * _share(reports / REPORTS_FULL) + 30 * _share(held / HELD_FULL) + 20 * _share(burst)
    )


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


class Tally:
    """Counts of one room over the last ten minutes, in steps of ten seconds."""

    def __init__(self) -> None:
        self._steps = deque[tuple[int, list[int]]]()
        self._sums = [0] * len(Sign)  # of all steps: a wall of many rooms is drawn often

    def note(self, sign: Sign, at_ms: Millis) -> None:
        """Count one; times that run backwards count as now."""
        step = at_ms // STEP_MS
        if not self._steps or self._steps[-1][0] < step:
            self._steps.append((step, [0] * len(Sign)))
            self._forget(step)
        self._steps[-1][1][sign] += 1
        self._sums[sign] += 1

    def pulse(self, now_ms: Millis) -> Pulse:
        """What it comes to at that moment; what is over by then is forgotten."""
        now = now_ms // STEP_MS
        self._forget(now)
        published = held = 0
        for step, counts in reversed(self._steps):
            if step <= now - MINUTE_STEPS:
                break
            published += counts[Sign.PUBLISHED]
            held += counts[Sign.HELD]
        published_long = self._sums[Sign.PUBLISHED]
        minutes_before = (STEPS - MINUTE_STEPS) / MINUTE_STEPS
        return Pulse(
            published=published,
            held=held,
            usual=(published_long - published) / minutes_before,
            published_long=published_long,
            reported=self._sums[Sign.REPORTED],
        )

    def _forget(self, now: int) -> None:
        while self._steps and self._steps[0][0] <= now - STEPS:
            _, over = self._steps.popleft()
            self._sums = [count - gone for count, gone in zip(self._sums, over, strict=True)]


def is_sampled(room: RoomId, number: Number, permille: int) -> bool:
    """Whether a published comment is drawn for a spot check: by its name, so for all alike."""
    digest = sha256(f"{room}\0{number}".encode()).digest()
    return int.from_bytes(digest[:4]) % 1000 < permille
