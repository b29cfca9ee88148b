from dataclasses import replace

import pytest

from danmaku.domain.account import Bundle, PowerGrant
from danmaku.domain.comment import Comment, CommentStatus, Content, RecalledBy, Style
from danmaku.domain.facts import (
    CommentHeld,
    CommentPublished,
    CommentRecalled,
    CommentRefused,
    CommentRestored,
    Entry,
    PowersGranted,
    RoomChanged,
    RoomOpened,
    Verdict,
)
from danmaku.domain.ids import AccountId, ClientId, Millis, Number, Pseudonym, RoomId, Seq
from danmaku.domain.room import RoomState
from danmaku.domain.views import View, ViewKind, view_of, view_of_comment

ANN, TOM = AccountId(1), AccountId(2)
STATE = RoomState("Demo")
CONTENT = Content("高能", Style(), 1_500, "Ann")
VERDICT = Verdict("r1", "pass", None, micros=3)
PUBLISHED = Comment(
    origin=Seq(4),
    number=Number(2),
    status=CommentStatus.PUBLISHED,
    at_ms=Millis(10_000),
    position_ms=1_500,
    author=Pseudonym("abc"),
    content=CONTENT,
)
RECALLED = replace(PUBLISHED, status=CommentStatus.RECALLED, by=RecalledBy.ROOM, category="spoiler")
SENT = {
    "author": ANN,
    "client_id": ClientId("c-1"),
    "at_ms": Millis(10_000),
    "content": CONTENT,
    "verdict": VERDICT,
}


def view_of_fact(fact, comment=None):
    return view_of(Entry(RoomId("demo"), Seq(9), Millis(10_001), fact, comment=comment))


def test_a_published_comment_is_shown():
    view = view_of_fact(CommentPublished(actor=ANN, **SENT), PUBLISHED)

    assert view == View(ViewKind.COMMENT, Seq(9), comment=PUBLISHED)


def test_a_recall_is_told_without_the_text():
    fact = CommentRecalled(actor=TOM, number=Number(2), by=RecalledBy.ROOM, category="spoiler")

    assert view_of_fact(fact, RECALLED) == View(
        ViewKind.RECALL, Seq(9), comment=replace(RECALLED, content=None)
    )


def test_a_restore_brings_the_text_back():
    view = view_of_fact(CommentRestored(actor=TOM, number=Number(2)), PUBLISHED)

    assert view == View(ViewKind.RESTORE, Seq(9), comment=PUBLISHED)


@pytest.mark.parametrize("fact", [RoomOpened(None, ANN, STATE), RoomChanged(ANN, STATE)])
def test_a_rooms_state_is_shown(fact):
    assert view_of_fact(fact) == View(ViewKind.ROOM, Seq(9), state=STATE)


@pytest.mark.parametrize(
    "fact",
    [
        CommentHeld(category="contact", **SENT),
        CommentRefused(actor=None, category="spam", **SENT),
        PowersGranted(PowerGrant("g", Bundle.VIEWER, None, None), ANN, actor=None),
    ],
)
def test_nothing_is_shown_of_what_is_sealed(fact):
    assert view_of_fact(fact, replace(PUBLISHED, number=None, status=CommentStatus.HELD)) is None


def test_a_list_shows_a_published_comment():
    assert view_of_comment(Seq(9), PUBLISHED) == View(ViewKind.COMMENT, Seq(9), comment=PUBLISHED)


@pytest.mark.parametrize("comment", [RECALLED, replace(PUBLISHED, content=None)])
def test_a_list_shows_the_place_alone_of_one_whose_text_is_gone(comment):
    assert view_of_comment(Seq(9), comment) == View(
        ViewKind.MARKER, Seq(9), comment=replace(comment, content=None)
    )
