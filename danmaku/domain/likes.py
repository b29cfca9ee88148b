"""Likes: a word of approval that one account can say once of a comment, and take back.

They are counted and shown; nothing is ordered, kept longer or shown more often by them.

Article: articles.Article.NO_MANIPULATION, articles.Article.NO_HIRED_POSTERS
"""

from danmaku.domain.account import Power, Standing
from danmaku.domain.comment import Comment, CommentStatus
from danmaku.domain.conditions import Conditions, require_ready
from danmaku.domain.controls import strictest
from danmaku.domain.features import Feature
from danmaku.domain.grants import require, require_other
from danmaku.domain.ids import AccountId, Millis
from danmaku.domain.live import LiveRoom
from danmaku.domain.measures import require_free
from danmaku.domain.room import ReviewMode, Status
from danmaku.errors import Code, Coded, NotAllowed, NotFound


def require_like(
    who: Standing | None,
    room: LiveRoom,
    comment: Comment,
    *,
    author: AccountId,
    conditions: Conditions,
    now_ms: Millis,
) -> Standing:
    """Let those like a comment who may comment beside it: known, and stopped by nothing.

    Raises:
        NotSignedIn, NotAllowed: `who` may not comment here, or the house has no likes.
        NotFound: There is no such comment to be seen.
        Coded: A measure, a document, an identity, the room or a control stands against it;
            OWN_INTEREST: it is one's own.
    """
    require_likes(conditions)
    who = require(who, Power.COMMENT_SEND, room.room, now_ms)
    if comment.status is not CommentStatus.PUBLISHED:
        raise NotFound("There is no such comment to like.")
    _require_open(room, conditions, now_ms)
    require_free(who.measures, room.room, now_ms)
    if who.is_closed:
        raise Coded(Code.ACCOUNT_SUSPENDED, "This account is closed.")
    require_ready(who, conditions, now_ms)
    require_other(who, author)
    return who


def require_likes(conditions: Conditions) -> None:
    """Let nothing be liked where likes are off.

    Raises:
        NotAllowed: They are.
    """
    if not conditions.runs(Feature.LIKES):
        raise NotAllowed("Likes are switched off here.")


def _require_open(room: LiveRoom, conditions: Conditions, now_ms: Millis) -> None:
    state = room.state
    if state.status is Status.CLOSED:
        raise Coded(Code.ROOM_CLOSED, "This room is closed.")
    control = strictest(conditions.controls, room.room, now_ms)
    if state.mode_at(now_ms) is ReviewMode.CLOSED or (
        control is not None and control.mode is ReviewMode.CLOSED
    ):
        raise Coded(Code.ROOM_PAUSED, "This room is switched off for now.")
