"""What holders of powers are reminded of before they lose them by the mere passing of time.

A function of the standing and the time: nothing has to run for a reminder to come, and none is
lost by somebody who was not there.

Article: articles.Article.FOUNDERS_VERIFIED
"""

from dataclasses import dataclass
from enum import StrEnum

from danmaku.domain.account import Bundle, Standing
from danmaku.domain.ids import Millis, RoomId


class Ends(StrEnum):
    """What it is that ends."""

    IDENTITY = "identity"  # the verification that powers rest on: to be renewed
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something ends soon, or has ended and can be renewed."""

    ends: Ends
    until_ms: Millis
    room: RoomId | None = None  # of a grant; None: the platform
    is_over: bool = False


def reminders_of(who: Standing, now_ms: Millis, within_ms: int) -> tuple[Reminder, ...]:
    """What ends for `who` within that time, soonest first; nothing for those without powers."""
    held = [
        grant
        for grant in who.grants
        if grant.bundle is not Bundle.VIEWER and (grant.until_ms is None or now_ms < grant.until_ms)
    ]
    if not held or who.is_ended(None, now_ms):
        return ()
    found = [
        Reminder(Ends.GRANT, grant.until_ms, grant.room)
        for grant in held
        if grant.until_ms is not None and grant.until_ms <= now_ms + within_ms
    ]
    until_ms = None if who.identity is None else who.identity.until_ms
    if until_ms is not None and until_ms <= now_ms + within_ms:
        found.append(Reminder(Ends.IDENTITY, until_ms, is_over=until_ms <= now_ms))
    return tuple(sorted(found, key=lambda one: one.until_ms))
