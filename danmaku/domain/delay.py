"""Comments that those who keep a room see some seconds before anybody else does.

Such a comment is held with a category of its own. When its time is over it appears by itself, at
its media position and as fresh as it is, unless something has come to stand against it: a keeper
who stopped it, a measure, a stricter mode. What is still stopped a minute later waits for a person,
as any held comment does; so nothing appears long after its moment because a room opened again.

Article: articles.Article.SELF_MANAGEMENT, articles.Article.REVIEW_BEFORE_PUBLICATION
"""

from typing import Final

from danmaku.domain.account import Standing
from danmaku.domain.conditions import Conditions
from danmaku.domain.controls import stricter, strictest
from danmaku.domain.facts import CommentHeld, CommentPublished
from danmaku.domain.ids import Millis, RoomId, Seq, is_before
from danmaku.domain.measures import stopped_by
from danmaku.domain.room import DELAY_MAX_MS, ReviewMode, RoomState, Status

DELAY_CATEGORY: Final = "delay"
OVERDUE_MS_MAX: Final = 60_000  # after its time; then a person has to look
LOOKED_BACK_MS: Final = DELAY_MAX_MS + OVERDUE_MS_MAX
"""A comment that came in earlier than this ago does not appear by itself any more."""

_APPEARS_IN = frozenset({ReviewMode.MACHINE, ReviewMode.DELAYED})


def put_off(judgement: CommentPublished) -> CommentHeld:
    """What would have been published, to wait its time first."""
    return CommentHeld(
        author=judgement.author,
        client_id=judgement.client_id,
        at_ms=judgement.at_ms,
        content=judgement.content,
        verdict=judgement.verdict,
        category=DELAY_CATEGORY,
    )


def appears_ms(fact: CommentHeld, state: RoomState) -> Millis | None:
    """When a held comment appears by itself; None: it waits for a person."""
    if fact.category != DELAY_CATEGORY:
        return None
    return Millis(fact.at_ms + state.policy.delay_ms)


def may_appear(
    author: Standing, room: RoomId, state: RoomState, conditions: Conditions, now_ms: Millis
) -> bool:
    """Whether nothing has come to stand against what `author` sent into `room` a moment ago."""
    control = strictest(conditions.controls, room, now_ms)
    mode = state.policy.mode if control is None else stricter(state.policy.mode, control.mode)
    is_open = state.status is Status.OPEN and not is_before(now_ms, state.paused_until_ms)
    is_free = not author.is_closed and stopped_by(author.measures, room, now_ms) is None
    return is_open and is_free and mode in _APPEARS_IN


def appearing(fact: CommentHeld, origin: Seq) -> CommentPublished:
    """A comment whose time is over: nobody stopped it, and it is not late."""
    return CommentPublished(
        actor=fact.author,
        author=fact.author,
        client_id=fact.client_id,
        at_ms=fact.at_ms,
        content=fact.content,
        verdict=fact.verdict,
        origin=origin,
    )
