"""The emergency brake: comments of one room, or of all, put off, looked at first or switched off.

A control ends by its time: what holds is a function of the controls and of the moment, and the
modes from before are back when it is over.

Article: articles.Article.EMERGENCY_RESPONSE
"""

from collections.abc import Iterable
from dataclasses import dataclass

from danmaku.domain.ids import Millis, RoomId
from danmaku.domain.room import ReviewMode, RoomState
from danmaku.domain.times import DAY_MS, MINUTE_MS
from danmaku.errors import BadMessage

REASON_MAX = 500  # code points
LASTS_MAX_MS = 31 * DAY_MS
PATROL_MAX_MS = 30 * MINUTE_MS

STRICTNESS = (ReviewMode.MACHINE, ReviewMode.DELAYED, ReviewMode.EVERY, ReviewMode.CLOSED)
"""Review modes, the strictest last."""

_RANKS = {mode: rank for rank, mode in enumerate(STRICTNESS)}


@dataclass(frozen=True, slots=True)
class Control:
    """A review mode laid over a scope for a time."""

    scope: RoomId | None  # None: every room
    mode: ReviewMode  # any but MACHINE, which asks for nothing
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
    if control.mode is ReviewMode.MACHINE:
        raise BadMessage("A control makes things stricter: 'delayed', 'every' or 'closed'.")
    if not now_ms < control.until_ms <= now_ms + LASTS_MAX_MS:
        raise BadMessage("A control ends in the future, within 31 days.")
    return control


def is_patrols(control: Control, now_ms: Millis) -> bool:
    """Whether whoever patrols may set it: one room is looked at first, for half an hour at most."""
    is_short = control.until_ms <= now_ms + PATROL_MAX_MS
    is_ours = control.scope is not None and not control.reference
    return is_ours and control.mode is ReviewMode.EVERY and is_short


def laid(control: Control, beneath: Control | None) -> tuple[Control, ...]:
    """All that a scope has, once a control was laid over what goes on beneath it."""
    return (control,) if beneath is None else (control, beneath)


def strictest(controls: Iterable[Control], room: RoomId, now_ms: Millis) -> Control | None:
    """The control that holds in `room`: the strictest, and of those the platform's; or None."""
    holding = [control for control in controls if control.binds(room, now_ms)]
    if not holding:
        return None
    return max(holding, key=lambda one: (_RANKS[one.mode], one.scope is None))


def stricter(one: ReviewMode, other: ReviewMode) -> ReviewMode:
    """The stricter of two modes."""
    return one if _RANKS[one] >= _RANKS[other] else other


def imposed_mode(
    controls: Iterable[Control], room: RoomId, level: ReviewMode, now_ms: Millis
) -> ReviewMode:
    """What the platform and an author's level ask for in `room`, whatever the room does."""
    control = strictest(controls, room, now_ms)
    return level if control is None else stricter(level, control.mode)


def effective_mode(
    controls: Iterable[Control], room: RoomId, state: RoomState, level: ReviewMode, now_ms: Millis
) -> ReviewMode:
    """Who looks at a comment before it is published: the strictest of all scopes.

    Article: articles.Article.REVIEW_BEFORE_PUBLICATION

    Args:
        controls: Of the platform and of any room, ended ones too.
        room: Where it is sent.
        state: Of that room.
        level: What the author's level asks for.
        now_ms: When.
    """
    return stricter(imposed_mode(controls, room, level, now_ms), state.mode_at(now_ms))
