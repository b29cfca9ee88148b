"""What the public may see of an entry.

One function decides it, for the live stream, the catch-up, the list and the exports alike; so a
sealed fact cannot reach one reader because another door forgot it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from danmaku.domain.comment import Comment, CommentStatus
from danmaku.domain.facts import (
    CommentPublished,
    CommentRecalled,
    CommentRestored,
    Entry,
    RoomChanged,
    RoomOpened,
)
from danmaku.domain.ids import Number, Seq
from danmaku.domain.room import RoomState


class ViewKind(StrEnum):
    """The words of docs/protocol.md, "entries"."""

    COMMENT = "comment"
    MARKER = "marker"
    RECALL = "recall"
    RESTORE = "restore"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class View:
    """One public entry. A marker's and a recall's comment have no content."""

    kind: ViewKind
    seq: Seq
    comment: Comment | None = None
    state: RoomState | None = None


def numbers_of(views: Iterable[View]) -> list[Number]:
    """Of the comments among them that can be seen."""
    return [
        view.comment.number
        for view in views
        if view.comment is not None
        and view.comment.content is not None
        and view.comment.number is not None
    ]


def bare(comment: Comment) -> Comment:
    """The comment without its content."""
    return replace(comment, content=None)


def view_of_comment(seq: Seq, comment: Comment) -> View:
    """How a list shows a comment that has a number: itself, or its marker."""
    if comment.status is CommentStatus.PUBLISHED and comment.content is not None:
        return View(ViewKind.COMMENT, seq, comment=comment)
    return View(ViewKind.MARKER, seq, comment=bare(comment))


def view_of(entry: Entry) -> View | None:
    """What viewers get of a fresh entry of a room's chain; None for a private one."""
    match entry.fact:
        case CommentPublished():
            return View(ViewKind.COMMENT, entry.seq, comment=entry.comment)
        case CommentRecalled():
            assert entry.comment is not None
            return View(ViewKind.RECALL, entry.seq, comment=bare(entry.comment))
        case CommentRestored():
            return View(ViewKind.RESTORE, entry.seq, comment=entry.comment)
        case RoomOpened(state=state) | RoomChanged(state=state):
            return View(ViewKind.ROOM, entry.seq, state=state)
        case _:
            return None  # held, refused, a room's own words, or of the platform's chain
