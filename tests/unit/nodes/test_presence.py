from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.ids import RoomId
from danmaku.nodes import presence
from danmaku.nodes.presence import Presence, chunks

A, B = RoomId("a"), RoomId("b")


def test_counts_of_all_nodes_are_added_up():
    others = Presence(believed_s=6.0)

    assert others.note("one", {A: 2, B: 1}, 0.0) == {A, B}
    assert others.note("two", {A: 5}, 0.0) == {A}
    assert others.note("two", {A: 5}, 1.0) == set()

    assert (others.elsewhere(A), others.elsewhere(B)) == (7, 1)
    assert set(others.nodes) == {"one", "two"}


def test_who_says_nothing_any_more_is_not_counted():
    others = Presence(believed_s=6.0)
    others.note("one", {A: 2}, 0.0)
    others.note("two", {A: 5}, 4.0)

    assert others.forget(7.0) == {A}
    assert others.elsewhere(A) == 5
    assert others.nodes == ("two",)
    assert others.forget(11.0) == {A}
    assert (others.elsewhere(A), others.nodes) == (0, ())


def test_a_room_that_all_have_left_is_told_once_and_forgotten():
    others = Presence(believed_s=6.0)
    others.note("one", {A: 2}, 0.0)

    [said] = chunks({}, told={A: 2})
    others.note("one", said, 1.0)

    assert said == {A: 0}
    assert others.elsewhere(A) == 0
    assert others._counts == {} == others._sums


def test_beyond_the_bound_nothing_is_counted(monkeypatch):
    monkeypatch.setattr(presence, "ROOMS_MAX", 1)
    others = Presence(believed_s=6.0)

    others.note("one", {A: 2, B: 3}, 0.0)

    assert (others.elsewhere(A), others.elsewhere(B)) == (2, 0)


def test_a_node_without_viewers_still_says_that_it_is_there():
    assert list(chunks({}, told={})) == [{}]


@given(st.dictionaries(st.integers(0, 40), st.integers(1, 9)), st.sets(st.integers(0, 40)))
def test_chunks_say_all_of_it_in_bounded_pieces(counts, told):
    presence_chunks = list(chunks(counts, dict.fromkeys(told, 1)))
    said = {room: count for chunk in presence_chunks for room, count in chunk.items()}

    assert {room: count for room, count in said.items() if count} == counts
    assert {room for room, count in said.items() if not count} == told - set(counts)
    assert all(len(chunk) <= presence.CHUNK_ROOMS for chunk in presence_chunks)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("xyz"), st.dictionaries(st.sampled_from("abc"), st.integers(0, 3))
        ),
        max_size=30,
    )
)
def test_the_sum_is_that_of_what_was_said_last(said):
    others, last = Presence(believed_s=100.0), {}
    for now_s, (node, counts) in enumerate(said):
        others.note(node, counts, float(now_s))
        last |= {(node, room): count for room, count in counts.items()}

    for room in "abc":
        assert others.elsewhere(room) == sum(n for (_, r), n in last.items() if r == room)
