import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.comment import Comment, CommentStatus, Content, RecalledBy, Style
from danmaku.domain.ids import Millis, Number, Pseudonym, Seq
from danmaku.domain.room import RoomState
from danmaku.domain.views import View, ViewKind, bare
from danmaku.gateway.dialects.danmaku_v1 import JsonDialect, MsgpackDialect
from danmaku.gateway.ring import Ring

JSON = JsonDialect()


def comment_of(number, text="秘密"):
    return Comment(
        origin=Seq(number),
        number=Number(number),
        status=CommentStatus.PUBLISHED,
        at_ms=Millis(1),
        position_ms=5,
        author=Pseudonym("p"),
        content=Content(text=text, style=Style(), position_ms=5, name="ann"),
    )


def published(seq, number):
    return View(ViewKind.COMMENT, Seq(seq), comment=comment_of(number))


def recalled(seq, number):
    comment = replace(
        bare(comment_of(number)), status=CommentStatus.RECALLED, by=RecalledBy.ROOM, category="spam"
    )
    return View(ViewKind.RECALL, Seq(seq), comment=comment)


def restored(seq, number):
    return View(ViewKind.RESTORE, Seq(seq), comment=comment_of(number))


def ring_of(*views, top=0, entries_max=100, sent=None):
    ring = Ring(Seq(top), entries_max)
    for seq, view in enumerate(views, start=top + 1):
        ring.push(Seq(seq), view, sent=Seq(seq - 1 if sent is None else sent))
    return ring


def kinds(ring, after, upto):
    return [(item.seq, item.view.kind.value) for item in ring.between(Seq(after), Seq(upto))]


def test_private_entries_pass_without_showing():
    ring = ring_of(published(1, 1), None, published(3, 2), None)

    assert ring.top == 4
    assert kinds(ring, 0, 4) == [(1, "comment"), (3, "comment")]
    assert kinds(ring, 1, 2) == []
    assert kinds(ring, 1, 3) == [(3, "comment")]


def test_entries_come_without_a_hole():
    ring = ring_of(published(1, 1))

    with pytest.raises(AssertionError):
        ring.push(Seq(3), None, sent=Seq(1))


def test_a_recall_leaves_the_marker_in_place_of_the_comment_and_follows_it():
    ring = ring_of(published(1, 1), published(2, 2), recalled(3, 1))

    first, second, third = ring.between(Seq(0), Seq(3))

    assert (first.view.kind, first.seq) == (ViewKind.MARKER, 1)
    assert (first.view.comment.by, first.view.comment.category) == (RecalledBy.ROOM, "spam")
    assert second.view.kind is ViewKind.COMMENT
    assert third.view.kind is ViewKind.RECALL


@pytest.mark.parametrize("dialect", [JSON, MsgpackDialect()])
def test_a_recall_empties_what_was_encoded_already(dialect):
    ring = ring_of(published(1, 1))
    [item] = ring.between(Seq(0), Seq(1))
    assert "秘密".encode() in item.part(dialect)

    ring.push(Seq(2), recalled(2, 1), sent=Seq(1))

    assert "秘密".encode() not in item.part(dialect)


def test_a_second_recall_empties_the_restored_comment_too():
    ring = ring_of(published(1, 1), recalled(2, 1), restored(3, 1), recalled(4, 1))

    assert kinds(ring, 0, 4) == [(1, "marker"), (2, "recall"), (3, "marker"), (4, "recall")]


def test_a_recall_of_a_comment_that_has_left_the_ring_is_only_an_entry():
    ring = ring_of(recalled(8, 1), top=7)

    assert kinds(ring, 7, 8) == [(8, "recall")]


def test_the_oldest_entries_go_first_and_the_floor_says_how_far_back_it_goes():
    ring = ring_of(*(published(n, n) for n in range(1, 30)), entries_max=16)

    assert ring.floor > 0
    assert kinds(ring, ring.floor, 29)[0][0] == ring.floor + 1
    assert len(kinds(ring, ring.floor, 29)) <= 18


def test_what_nobody_has_been_sent_is_not_dropped():
    ring = ring_of(*(published(n, n) for n in range(1, 60)), entries_max=16, sent=2)

    assert ring.floor == 2


def test_a_restart_forgets_everything():
    ring = ring_of(published(1, 1))

    ring.restart(Seq(9))

    assert (ring.floor, ring.top) == (9, 9)
    assert kinds(ring, 9, 9) == []


def test_what_is_encoded_takes_no_more_than_it_is_long():
    ring = ring_of(*(published(seq, seq) for seq in range(1, 101)))
    items = ring.between(0, 100)
    lengths = sum(len(item.part(JSON)) for item in items)
    for item in items:
        item._encoded.clear()

    tracemalloc.start()
    for item in items:
        item.part(JSON)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert held < 5 * lengths


def test_an_entry_is_encoded_once_for_a_dialect():
    [item] = ring_of(View(ViewKind.ROOM, Seq(1), state=RoomState(title="x"))).between(
        Seq(0), Seq(1)
    )

    assert item.part(JSON) is item.part(JSON)


@given(st.lists(st.sampled_from(["publish", "private", "recall", "restore"]), max_size=80))
def test_no_recalled_text_is_left_and_memory_is_bounded(acts):
    ring, recalled_numbers, number = Ring(Seq(0), 16), set(), 0
    for seq, act in enumerate(acts, start=1):
        view = None
        if act == "publish":
            number += 1
            view = published(seq, number)
        elif act == "recall" and number and number not in recalled_numbers:
            recalled_numbers.add(number)
            view = recalled(seq, number)
        elif act == "restore" and number in recalled_numbers:
            recalled_numbers.discard(number)
            view = restored(seq, number)
        ring.push(Seq(seq), view, sent=Seq(seq - 1))
        items = ring.between(ring.floor, ring.top)
        texts = [item for item in items if item.view.comment and item.view.comment.content]
        assert not {item.view.comment.number for item in texts} & recalled_numbers
        assert len(items) <= 18
        assert sum(map(len, ring._texts.values())) == len(texts)


def test_a_ring_filled_from_below_is_as_if_it_had_been_there_all_the_time():
    ring = ring_of(published(5, 5), top=4)

    ring.fill(Seq(1), Seq(4), [published(2, 2), published(4, 4)])

    assert ring.floor == 1
    assert kinds(ring, 1, 5) == [(2, "comment"), (4, "comment"), (5, "comment")]


def test_what_was_recalled_while_the_ring_was_being_filled_has_no_text():
    ring = ring_of(published(5, 5), recalled(6, 2), top=4)

    ring.fill(Seq(1), Seq(4), [published(2, 2)])

    assert kinds(ring, 1, 6) == [(2, "marker"), (5, "comment"), (6, "recall")]
    assert "秘密".encode() not in b"".join(item.part(JSON) for item in ring.between(Seq(1), Seq(4)))


def test_a_floor_that_has_moved_leaves_the_filling_without_effect():
    ring = ring_of(published(5, 5), top=4)

    ring.fill(Seq(1), Seq(3), [published(2, 2)])

    assert ring.floor == 4


@pytest.mark.parametrize(("after", "takes"), [(0, False), (1, True)])
def test_a_ring_is_filled_no_further_than_its_bound(after, takes):
    ring = ring_of(published(5, 5), published(6, 6), top=4, entries_max=5)

    assert ring.takes(Seq(after)) is takes
