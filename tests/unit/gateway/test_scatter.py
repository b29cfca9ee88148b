"""One frame to many sockets, by both of its forms."""

import contextlib
import os
import socket
from array import array

import pytest

from danmaku.gateway import scatter as module
from danmaku.gateway.scatter import scatter_plainly

FRAME = b"\x81\x05hello"


@pytest.fixture(params=["plain", "compiled"])
def scatter(request):
    if request.param == "plain":
        return scatter_plainly
    assert module.IS_COMPILED, "this machine has a compiler, so the tests want the compiled form"
    return module.scatter


@pytest.fixture
def pairs():
    pairs = [socket.socketpair() for _ in range(20)]
    for ours, theirs in pairs:
        ours.setblocking(False)  # noqa: FBT003 -- the library's signature
        theirs.setblocking(False)  # noqa: FBT003
    yield pairs
    for ours, theirs in pairs:
        ours.close()
        theirs.close()


def descriptors(pairs):
    return array("i", [ours.fileno() for ours, _ in pairs])


def fill(writer):
    with contextlib.suppress(BlockingIOError):
        while True:
            writer.send(bytes(65_536))


def everything_in(reader):
    read = b""
    while True:
        try:
            read += reader.recv(65_536)
        except BlockingIOError:
            return read


def test_everybody_gets_the_frame(scatter, pairs):
    assert scatter(descriptors(pairs), 0, len(pairs), FRAME) == []
    assert [theirs.recv(100) for _, theirs in pairs] == [FRAME] * len(pairs)


def test_nobody_to_write_to(scatter, pairs):
    assert scatter(array("i"), 0, 0, FRAME) == []
    assert scatter(descriptors(pairs), 7, 7, FRAME) == []


def test_only_the_slice_gets_it_and_counts_from_its_begin(scatter, pairs):
    pairs[6][1].close()

    assert scatter(descriptors(pairs), 5, 8, FRAME) == [(1, 0)]
    assert [everything_in(theirs) for _, theirs in pairs[4:6]] == [b"", FRAME]
    assert [everything_in(theirs) for _, theirs in pairs[7:9]] == [FRAME, b""]


def test_who_does_not_take_it_whole_is_told_with_what_it_took(scatter, pairs):
    full, _ = pairs[3]
    fill(full)
    narrow, reader = pairs[7]
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    large = os.urandom(1_000_000)

    shortfalls = scatter(descriptors(pairs), 0, len(pairs), large)

    taken = dict(shortfalls)
    assert taken[3] == 0
    assert 0 < taken[7] < len(large)
    assert everything_in(reader) == large[: taken[7]]
    assert [index for index, _ in shortfalls] == sorted(taken)


def test_a_socket_that_is_gone_hurts_nobody(scatter, pairs):
    pairs[0][1].close()
    numbers = descriptors(pairs)
    numbers[1] = -1

    assert scatter(numbers, 0, len(numbers), FRAME) == [(0, 0), (1, 0)]
    assert [theirs.recv(100) for _, theirs in pairs[2:]] == [FRAME] * (len(pairs) - 2)


@pytest.mark.parametrize(("begin", "end"), [(-1, 1), (1, 0), (0, 3)])
def test_a_slice_that_is_not_there_is_an_error_of_the_compiled_form(begin, end):
    with pytest.raises(IndexError):
        module.scatter(array("i", [0, 0]), begin, end, FRAME)
