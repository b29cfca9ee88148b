"""Entries of one room as dialects are given them."""

from dataclasses import replace

from danmaku.domain.comment import Comment, CommentStatus, Content, RecalledBy, Style
from danmaku.domain.ids import Millis, Number, Pseudonym, Seq
from danmaku.domain.room import RoomState
from danmaku.domain.views import View, ViewKind, bare

STATE = RoomState(title="A room")
COMMENT = Comment(
    origin=Seq(20),
    number=Number(17),
    status=CommentStatus.PUBLISHED,
    at_ms=Millis(1_790_000_000_123),
    position_ms=12_500,
    author=Pseudonym("u-ann"),
    content=Content("前方高能", Style(), 12_500, "Ann"),
)
SAID = View(ViewKind.COMMENT, Seq(20), comment=COMMENT)
LATE = View(ViewKind.COMMENT, Seq(21), comment=replace(COMMENT, late=True))
IMPORTED = View(ViewKind.COMMENT, Seq(22), comment=replace(COMMENT, imported=True))
RECALLED = View(ViewKind.RECALL, Seq(23), comment=bare(replace(COMMENT, by=RecalledBy.ROOM)))
MARKER = View(ViewKind.MARKER, Seq(20), comment=bare(replace(COMMENT, by=RecalledBy.ROOM)))
RESTORED = View(ViewKind.RESTORE, Seq(24), comment=replace(COMMENT, restored=True))


def changed(seq, **fields):
    return View(ViewKind.ROOM, Seq(seq), state=replace(STATE, **fields))
