"""The emergency brake: comments of one room, or of the platform, looked at first or switched off.

A control ends by its time: what holds is a function of the controls and of the moment, and the
modes from before are back when it is over.

Article: articles.Article.EMERGENCY_RESPONSE
"""

from collections.abc import Iterable
from dataclasses import dataclass

from danmaku.domain.ids import Millis, RoomId
from danmaku.domain.room import ReviewMode
from danmaku.errors import BadMessage

REASON_MAX = 500  # code points
LASTS_MAX_MS = 31 * 86_400_000

STRICTNESS = (ReviewMode.MACHINE, ReviewMode.DELAYED, ReviewMode.EVERY, ReviewMode.CLOSED)
"""Review modes, the strictest last."""


@dataclass(frozen=True, slots=True)
class Control:
    """A review mode laid over a scope for a time."""

    scope: RoomId | None  # None: every room
    mode: ReviewMode  # EVERY or CLOSED
    until_ms: Millis
    reference: str = ""  # of the order it carries out; empty: the house's own decision

    def binds(self, room: RoomId, now_ms: Millis) -> bool:
        """Whether it holds in `room` at that moment."""
        return self.scope in (None, room) and now_ms < self.until_ms


def checked(control: Control, now_ms: Millis) -> Control:
    """Hold a control to what makes sense.

    Raises:
        BadMessage: Naming what is wrong with it.
    """
    if control.mode not in (ReviewMode.EVERY, ReviewMode.CLOSED):
        raise BadMessage("A control makes things stricter: 'every' or 'closed'.")
    if not now_ms < control.until_ms <= now_ms + LASTS_MAX_MS:
        raise BadMessage("A control ends in the future, within 31 days.")
    return control


def strictest(controls: Iterable[Control], room: RoomId, now_ms: Millis) -> Control | None:
    """The control that holds in `room`: the strictest, and of those the platform's; or None."""
    holding = [control for control in controls if control.binds(room, now_ms)]
    if not holding:
        return None
    return max(holding, key=lambda one: (STRICTNESS.index(one.mode), one.scope is None))


def stricter(one: ReviewMode, other: ReviewMode) -> ReviewMode:
    """The stricter of two modes."""
    return max(one, other, key=STRICTNESS.index)
