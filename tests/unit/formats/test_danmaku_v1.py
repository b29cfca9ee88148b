from dataclasses import replace

import pytest

from danmaku.domain.comment import Comment, CommentStatus, Content, Mode, RecalledBy, Style
from danmaku.domain.ids import Millis, Number, Pseudonym, Seq
from danmaku.domain.room import Broadcast, MediaType, ReviewMode, RoomKind, RoomPolicy, RoomState
from danmaku.domain.views import View, ViewKind, bare
from danmaku.formats.danmaku_v1 import fields_of, state_fields_of

COMMENT = Comment(
    origin=Seq(7),
    number=Number(3),
    status=CommentStatus.PUBLISHED,
    at_ms=Millis(1_790_000_000_000),
    position_ms=61_500,
    author=Pseudonym("k3jx9q2m7a"),
    content=Content("前方高能", Style(Mode.TOP, 0xFF8800, 36), 61_500, "Ann"),
)
RECALLED = replace(COMMENT, status=CommentStatus.RECALLED, by=RecalledBy.ROOM, category="spoiler")
PLACE = {"number": 3, "at_ms": 1_790_000_000_000, "position_ms": 61_500}
SHOWN = {
    **PLACE,
    "mode": "top",
    "color": 0xFF8800,
    "size": 36,
    "text": "前方高能",
    "author": "k3jx9q2m7a",
    "name": "Ann",
    "late": False,
    "imported": False,
}
GONE = {"by": "room", "category": "spoiler"}


@pytest.mark.parametrize(
    ("view", "fields"),
    [
        (View(ViewKind.COMMENT, Seq(8), COMMENT), {"kind": "comment", "seq": 8, **SHOWN}),
        (View(ViewKind.RESTORE, Seq(9), COMMENT), {"kind": "restore", "seq": 9, **SHOWN}),
        (
            View(ViewKind.MARKER, Seq(8), bare(RECALLED)),
            {"kind": "marker", "seq": 8, **PLACE, **GONE},
        ),
        (
            View(ViewKind.RECALL, Seq(9), bare(RECALLED)),
            {"kind": "recall", "seq": 9, "number": 3, **GONE},
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, View) else "",
)
def test_comment_is_told_in_the_words_of_the_protocol(view, fields):
    assert fields_of(view) == fields


def test_comment_that_came_late_or_from_a_file_says_so():
    view = View(ViewKind.COMMENT, Seq(8), replace(COMMENT, late=True, imported=True))

    fields = fields_of(view)

    assert (fields["late"], fields["imported"]) == (True, True)


def test_room_is_told_as_a_whole():
    state = RoomState(
        title="Cats",
        summary="Nine of them.",
        kind=RoomKind.LIVE,
        media_url="https://cdn.example/cats.m3u8",
        media_type=MediaType.HLS,
        policy=RoomPolicy(
            mode=ReviewMode.CLOSED, slow_ms=3000, modes=frozenset({Mode.TOP, Mode.SCROLL})
        ),
        broadcast=Broadcast(started_ms=Millis(5)),
    )
    told = {
        "title": "Cats",
        "summary": "Nine of them.",
        "kind": "live",
        "status": "open",
        "mode": "closed",
        "media_url": "https://cdn.example/cats.m3u8",
        "media_type": "hls",
        "paused_until_ms": None,
        "silent_until_ms": None,
        "level_min": 0,
        "unique": False,
        "delay_ms": 10_000,
        "slow_ms": 3000,
        "text_max": 100,
        "modes": ["scroll", "top"],
        "colors": True,
        "sizes": True,
        "recall_within_ms": 120_000,
        "news": False,
        "commerce": False,
        "minor_safe": False,
        "broadcast": {"started_ms": 5, "ended_ms": None},
    }

    assert state_fields_of(state) == told
    assert fields_of(View(ViewKind.ROOM, Seq(1), state=state)) == {
        "kind": "room",
        "seq": 1,
        "state": told,
    }


def test_room_that_never_was_on_air_has_no_broadcast():
    assert state_fields_of(RoomState(title="Cats"))["broadcast"] is None
