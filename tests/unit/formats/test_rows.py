from dataclasses import replace

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.conformance.encodings import Dialect, decoded
from danmaku.domain.comment import (
    SIZES,
    Comment,
    CommentStatus,
    Content,
    Mode,
    RecalledBy,
    Style,
)
from danmaku.domain.ids import MAX_SAFE_INTEGER, Millis, Number, Pseudonym, Seq
from danmaku.domain.room import RoomState
from danmaku.domain.views import View, ViewKind, bare
from danmaku.formats.danmaku_v1 import fields_of, state_fields_of
from danmaku.formats.rows import row_of

COMMENT = Comment(
    origin=Seq(7),
    number=Number(3),
    status=CommentStatus.PUBLISHED,
    at_ms=Millis(1_790_000_000_000),
    position_ms=61_500,
    author=Pseudonym("k3jx9q2m7a"),
    content=Content("前方高能", Style(), 61_500, "Ann"),
)
RECALLED = replace(COMMENT, status=CommentStatus.RECALLED, by=RecalledBy.ROOM, category="spoiler")
STATE = RoomState(title="Cats")
PLAIN = [0, 8, 3, 1_790_000_000_000, 61_500, "k3jx9q2m7a", "Ann", "前方高能"]

counts = st.integers(0, MAX_SAFE_INTEGER)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
styles = st.builds(
    Style, st.sampled_from(Mode), st.integers(0, 0xFFFFFF), st.sampled_from(sorted(SIZES))
)
comments = st.builds(
    Comment,
    origin=counts,
    number=counts,
    status=st.just(CommentStatus.PUBLISHED),
    at_ms=counts,
    position_ms=counts,
    author=texts,
    content=st.builds(Content, texts, st.just(Style()) | styles, counts, texts),
    late=st.booleans(),
    imported=st.booleans(),
    by=st.none() | st.sampled_from(RecalledBy),
    category=st.none() | texts,
)
views = st.one_of(
    st.builds(View, st.sampled_from([ViewKind.COMMENT, ViewKind.RESTORE]), counts, comments),
    st.builds(
        View, st.sampled_from([ViewKind.MARKER, ViewKind.RECALL]), counts, comments.map(bare)
    ),
    st.builds(
        View, st.just(ViewKind.ROOM), counts, state=st.builds(RoomState, texts, media_url=texts)
    ),
)


def styled(mode=Mode.SCROLL, color=0xFFFFFF, size=25, **told):
    content = replace(COMMENT.content, style=Style(mode, color, size))
    return View(ViewKind.COMMENT, Seq(8), replace(COMMENT, content=content, **told))


@given(views=st.lists(views, max_size=5))
def test_a_client_that_spreads_the_rows_has_what_the_other_dialects_say(views):
    payload = msgpack.packb(["entries", 0, 9, [row_of(view) for view in views]])

    assert decoded(Dialect.ROWS, payload)["entries"] == [fields_of(view) for view in views]


@given(view=views)
def test_cells_that_are_added_later_do_not_disturb_a_reader_of_today(view):
    whole = row_of(styled(Mode.TOP, late=True, imported=True, restored=True))
    payload = msgpack.packb(["entries", 0, 9, [[*whole, "new"], [99, 5], row_of(view)], "new"])

    first, second = decoded(Dialect.ROWS, payload)["entries"]

    assert first == fields_of(styled(Mode.TOP, late=True, imported=True, restored=True))
    assert second == fields_of(view)


@pytest.mark.parametrize(
    ("view", "cells"),
    [
        (styled(), []),
        (styled(Mode.REVERSE), [6]),
        (styled(Mode.TOP), [5]),
        (styled(Mode.BOTTOM), [4]),
        (styled(color=0xFF8800), [1, 0xFF8800]),
        (styled(size=36), [1, 0xFFFFFF, 36]),
        (styled(late=True), [1, 0xFFFFFF, 25, True]),
        (styled(imported=True), [1, 0xFFFFFF, 25, False, True]),
    ],
)
def test_what_ends_a_comment_and_is_as_usual_is_left_out(view, cells):
    assert row_of(view) == [*PLAIN, *cells]


@pytest.mark.parametrize(
    ("view", "row"),
    [
        (View(ViewKind.RESTORE, Seq(8), COMMENT), [3, *PLAIN[1:]]),
        (
            View(ViewKind.MARKER, Seq(8), bare(RECALLED)),
            [1, 8, 3, 1_790_000_000_000, 61_500, "room", "spoiler"],
        ),
        (View(ViewKind.RECALL, Seq(9), bare(RECALLED)), [2, 9, 3, "room", "spoiler"]),
        (View(ViewKind.RECALL, Seq(9), bare(replace(RECALLED, category=None))), [2, 9, 3, "room"]),
        (View(ViewKind.ROOM, Seq(1), state=STATE), [4, 1, state_fields_of(STATE)]),
    ],
    ids=lambda value: value.kind if isinstance(value, View) else "",
)
def test_each_kind_of_entry_has_its_row(view, row):
    assert row_of(view) == row
