from hypothesis import given
from hypothesis import strategies as st

from danmaku.domain.ids import Seq
from danmaku.nodes.sequence import ChainSequence
from tests.unit.nodes.entries import changed

LENGTH = 30
RECORD = [changed(seq) for seq in range(1, LENGTH + 1)]

runs = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 8)).map(
    lambda run: RECORD[run[0] : run[0] + run[1]]
)
steps = st.one_of(
    runs.map(lambda run: ("take", run)),
    st.integers(1, 8).map(lambda limit: ("read", limit)),
    st.integers(1, LENGTH).map(lambda top: ("hear", top)),
)


def seqs_of(entries):
    return [entry.seq for entry in entries]


@given(st.lists(steps, max_size=60), st.integers(0, LENGTH), st.integers(0, 10))
def test_whatever_comes_in_each_goes_out_once_and_in_order(steps, delivered, ahead_max):
    """Own commits, messages lost, doubled and late, and reads of the record, in any order."""
    sequence, out = ChainSequence(Seq(delivered), ahead_max=ahead_max), []
    for step, what in steps:
        if step == "take":
            out += sequence.take(what)
        elif step == "hear":
            sequence.hear(Seq(what))
        else:
            after = sequence.delivered
            out += sequence.take(RECORD[after : after + what])
        assert len(sequence._ahead) <= ahead_max
        assert sequence.has_hole == (sequence.top > sequence.delivered)
    sequence.hear(Seq(LENGTH))
    while sequence.has_hole:
        out += sequence.take(RECORD[sequence.delivered : sequence.delivered + 4])

    assert seqs_of(out) == [*range(delivered + 1, LENGTH + 1)]


def test_what_waits_behind_a_hole_follows_what_fills_it():
    sequence = ChainSequence(Seq(0), ahead_max=10)

    assert sequence.take([changed(3), changed(2)]) == []
    assert sequence.has_hole
    assert seqs_of(sequence.take([changed(1)])) == [1, 2, 3]
    assert not sequence.has_hole


def test_beyond_the_bound_only_the_knowledge_stays():
    sequence = ChainSequence(Seq(0), ahead_max=1)

    sequence.take([changed(3), changed(5)])

    assert sequence.top == 5
    assert seqs_of(sequence.take([changed(1), changed(2)])) == [1, 2, 3]
    assert sequence.has_hole


def test_hearing_of_an_older_top_changes_nothing():
    sequence = ChainSequence(Seq(7), ahead_max=1)

    sequence.hear(Seq(5))

    assert not sequence.has_hole


def test_what_the_record_does_not_know_is_forgotten():
    sequence = ChainSequence(Seq(0), ahead_max=10)
    sequence.take([changed(1), changed(9)])

    sequence.disbelieve()

    assert not sequence.has_hole
    assert seqs_of(sequence.take([changed(2)])) == [2]
