import asyncio
import time
from types import SimpleNamespace

import pytest

from danmaku.gateway.inflow import PIECE_BYTES_MAX, PIECES_MAX, ROUND_S, Inflow


class Taker:
    """A socket that writes down what became of it."""

    def __init__(self, taken, *, takes_s=0.0, fails=False):
        self.taken = taken
        self.takes_s = takes_s
        self.fails = fails
        self.reads = True
        self.error = None

    def take(self, data):
        time.sleep(self.takes_s)
        if self.fails:
            raise ValueError("not this")
        self.taken.append(data)

    def read_on(self, *, is_so):
        assert self.reads != is_so  # neither is said twice
        self.reads = is_so

    def give_up(self, error):
        self.error = error


@pytest.fixture
def taken():
    return []


@pytest.fixture
def waits():
    return []


@pytest.fixture
async def inflow(waits):
    return Inflow(waits.append)


def busy(inflow, taken):
    """This round of the loop takes no more up."""
    inflow.bring(Taker(taken, takes_s=ROUND_S * 2), b"long")


async def until(is_so):
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 -- what is waited for are rounds of the loop
            await asyncio.sleep(0)


async def test_what_comes_is_taken_up_at_once(inflow, taken, waits, monkeypatch):
    still = SimpleNamespace(perf_counter=lambda: 0.0)  # a machine may stop for a round's time
    monkeypatch.setattr("danmaku.gateway.inflow.time", still)
    for number in range(3):
        inflow.bring(Taker(taken), b"%d" % number)

    assert taken == [b"0", b"1", b"2"]
    await asyncio.sleep(0)
    assert waits == []  # nobody did


async def test_a_round_that_has_lasted_leaves_the_rest_to_the_next_ones(inflow, taken, waits):
    rest = [Taker(taken, takes_s=ROUND_S * 2) for _ in range(3)]
    busy(inflow, taken)
    for number, taker in enumerate(rest):
        inflow.bring(taker, b"%d" % number)

    rounds = [list(taken)]
    while len(taken) < 4:
        await asyncio.sleep(0)
        rounds.append(list(taken))

    assert rounds[0] == [b"long"]
    assert [len(each) for each in rounds] == [1, 2, 3, 4]  # others had their turn between them
    assert taken == [b"long", b"0", b"1", b"2"]
    assert len(waits) == 3
    assert waits == sorted(waits)
    assert waits[-1] >= ROUND_S * 4


async def test_nobody_overtakes_who_waits(inflow, taken):
    waiting, late = Taker(taken), Taker(taken)
    busy(inflow, taken)
    inflow.bring(waiting, b"a")
    inflow.bring(late, b"b")
    inflow.bring(waiting, b"c")

    await until(lambda: len(taken) == 4)

    assert taken == [b"long", b"a", b"c", b"b"]


@pytest.mark.parametrize("pieces", [[b"x"] * PIECES_MAX, [b"x" * (PIECE_BYTES_MAX + 1)]])
async def test_nothing_more_is_read_from_who_brings_much(inflow, taken, pieces):
    taker = Taker(taken)
    busy(inflow, taken)
    for piece in pieces:
        assert taker.reads
        inflow.bring(taker, piece)
    assert not taker.reads
    inflow.bring(taker, b"was under way")

    await until(lambda: taker.reads)

    assert taken == [b"long", *pieces, b"was under way"]


async def test_who_brings_no_more_is_done_with(inflow, taken):
    taker = Taker(taken)
    busy(inflow, taken)
    inflow.bring(taker, b"a")
    inflow.finish(taker)
    inflow.finish(taker)

    assert taken == [b"long", b"a"]
    inflow.bring(Taker(taken), b"b")
    await until(lambda: len(taken) == 3)


async def test_nothing_is_taken_up_of_who_is_gone(inflow, taken):
    gone = Taker(taken)
    busy(inflow, taken)
    inflow.bring(gone, b"a")
    inflow.bring(Taker(taken), b"b")
    inflow.forget(gone)
    inflow.forget(gone)

    await until(lambda: len(taken) == 2)

    assert taken == [b"long", b"b"]


async def test_what_fails_with_one_leaves_others_their_turn(inflow, taken):
    broken, sound = Taker(taken, fails=True), Taker(taken)
    busy(inflow, taken)
    for _ in range(PIECES_MAX):
        inflow.bring(broken, b"a")
    inflow.bring(sound, b"b")

    await until(lambda: len(taken) == 2)

    assert isinstance(broken.error, ValueError)
    assert broken.reads  # its answer to a close, for one
    assert taken == [b"long", b"b"]
