"""One frame to many sockets, by both of its forms."""

import contextlib
import os
import socket

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
    return [ours.fileno() for ours, _ in pairs]


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
    assert scatter(descriptors(pairs), FRAME) == []
    assert [theirs.recv(100) for _, theirs in pairs] == [FRAME] * len(pairs)


def test_nobody_to_write_to(scatter):
    assert scatter([], FRAME) == []


def test_who_does_not_take_it_whole_is_told_with_what_it_took(scatter, pairs):
    full, _ = pairs[3]
    fill(full)
    narrow, reader = pairs[7]
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    large = os.urandom(1_000_000)

    shortfalls = scatter(descriptors(pairs), large)

    taken = dict(shortfalls)
    assert taken[3] == 0
    assert 0 < taken[7] < len(large)
    assert everything_in(reader) == large[: taken[7]]
    assert [index for index, _ in shortfalls] == sorted(taken)


def test_a_socket_that_is_gone_hurts_nobody(scatter, pairs):
    pairs[0][1].close()
    numbers = descriptors(pairs)
    numbers[1] = -1

    assert scatter(numbers, FRAME) == [(0, 0), (1, 0)]
    assert [theirs.recv(100) for _, theirs in pairs[2:]] == [FRAME] * (len(pairs) - 2)


def test_what_is_no_descriptor_is_an_error():
    with pytest.raises(TypeError):
        module.scatter(["3"], FRAME)
    with pytest.raises(OverflowError):
        module.scatter([1 << 80], FRAME)
