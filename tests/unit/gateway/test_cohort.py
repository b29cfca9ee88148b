"""Where a viewer lies in its cohort says what it has, whoever comes, goes or is full meanwhile."""

import socket

from hypothesis import given
from hypothesis import strategies as st

from danmaku.gateway.cohort import Cohort
from danmaku.gateway.dialects.danmaku_v1 import JsonDialect
from danmaku.gateway.outbox import Outbox

DIALECT = JsonDialect()


class Room:
    """A cohort, and what each of its viewers ought to have."""

    def __init__(self):
        self.cohort = Cohort()
        self.batches = 0
        self.got = {}  # by viewer: batches it was given
        self.wants = {}  # by viewer: batches it must have when it is asked

    def add(self, _):
        outbox = Outbox(lambda frame: self.take(outbox, frame), [].append,
                        dialect=DIALECT, deflate=False)  # fmt: skip
        self.cohort.add(outbox)
        self.got[outbox] = self.batches  # it begins where the others are about to be

    def take(self, outbox, frame):
        assert self.got[outbox] == int(frame) - 1
        self.got[outbox] = int(frame)

    def begin(self, _):
        if self.cohort.is_done:
            self.batches += 1
            self.cohort.begin()

    def write(self, count):
        self.cohort.write(str(self.batches).encode(), count)

    def remove(self, pick):
        if self.got:
            outbox = list(self.got)[pick % len(self.got)]
            has_batch = self.cohort.remove(outbox)
            assert self.got.pop(outbox) == self.batches - (not has_batch)


ACTS = st.tuples(
    st.sampled_from(["add", "add", "begin", "write", "remove"]),
    st.integers(min_value=0, max_value=9),
)


@given(acts=st.lists(ACTS, max_size=80))
def test_everybody_gets_each_batch_once_and_who_goes_is_told_what_it_has(acts):
    room = Room()
    for act, argument in acts:
        getattr(room, act)(argument)
    room.write(1000)

    assert len(room.cohort) == len(room.got)
    assert set(room.got.values()) <= {room.batches}
    assert room.cohort.is_done


def test_who_is_full_may_leave_while_the_batch_is_written():
    cohort, told = Cohort(), []
    pairs = [socket.socketpair() for _ in range(6)]

    def full(place):
        def write(rest):
            told.append((place, rest, cohort.remove(outboxes[place])))

        return write

    outboxes = [
        Outbox(full(place), told.append, dialect=DIALECT, deflate=False, descriptor=ours.fileno())
        for place, (ours, _) in enumerate(pairs)
    ]
    for outbox in outboxes:
        cohort.add(outbox)
    for place in (1, 2):
        pairs[place][1].close()
    cohort.begin()

    assert cohort.write(b"batch", 4) == 4
    assert told == [(1, b"batch", True), (2, b"batch", True)]
    assert cohort.write(b"batch", 4) == 2
    assert [pairs[place][1].recv(100) for place in (0, 3, 4, 5)] == [b"batch"] * 4
    for ours, theirs in pairs:
        ours.close()
        theirs.close()
