"""The short way and the long way read the same, whatever comes and however it is cut."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from danmaku.gateway.upgrade import Upgrades
from danmaku.gateway.wire import PING, PONG, Wire, control_frame

MASK = b"\x01\x02\x03\x04"
MOST = 300
UPGRADES = Upgrades(["one"], compress=True, message_bytes_max=MOST)
REQUEST = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: one\r\n%b\r\n"
)
DEFLATE = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"


def frame(first, payload=b"", *, mask=True, width=None):
    bit, length = 0x80 if mask else 0, len(payload)
    width = width or (0 if length < 126 else 2)
    mark = {0: length, 2: 126, 8: 127}[width]
    head = bytes((first, bit | mark)) + (length.to_bytes(width, "big") if width else b"")
    if not mask:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


def agreement(headers=b""):
    request = UPGRADES.read(REQUEST % headers)
    assert isinstance(request, Request)
    return UPGRADES.agree(request)


def opened(headers=b""):
    return Wire(agreement(headers))


def read(wire, chunks, *, is_short):
    """What is understood of the chunks, what is said back, and how many took the short way."""
    heard, said, short = [], b"", 0
    for chunk in chunks:
        if not wire.is_open:
            break
        payload = wire.plain(chunk) if is_short else None
        if payload is None:
            heard += [(it.opcode, bytes(it.data), it.fin) for it in wire.receive(chunk, 0)]
            said += b"".join(wire.to_send())
            continue
        short += 1
        heard.append((Opcode(chunk[0] & 0xF), payload, True))
        if chunk[0] == PING:
            said += control_frame(PONG, payload)
    return (heard, said, wire.is_open), short


payloads = st.one_of(st.binary(max_size=20), st.binary(min_size=120, max_size=MOST + 10))
frames = st.builds(
    frame,
    st.one_of(
        st.sampled_from([0x81, 0x82, 0x01, 0x80, 0x00, 0x89, 0x8A, 0xC1]), st.integers(0, 255)
    ),
    payloads,
    mask=st.sampled_from([True] * 9 + [False]),
    width=st.sampled_from([None] * 6 + [2, 8]),
)
wholes = st.builds(frame, st.sampled_from([0x81, 0x82, 0x89, 0x8A]), st.binary(max_size=125))


@st.composite
def cut(draw, sequences):
    """Frames, some of them joined, some cut."""
    chunks, rest = [], b""
    for whole in draw(sequences):
        rest += whole
        at = draw(st.one_of(st.just(len(rest)), st.integers(0, len(rest))))
        if at:
            chunks.append(rest[:at])
        rest = rest[at:]
    return [*chunks, rest] if rest else chunks


@given(cut(st.lists(st.one_of(wholes, frames), max_size=8)), st.sampled_from([b"", DEFLATE]))
def test_both_ways_read_the_same(chunks, headers):
    short, _ = read(opened(headers), chunks, is_short=True)
    long, _ = read(opened(headers), chunks, is_short=False)

    assert short == long


@pytest.mark.parametrize("headers", [b"", DEFLATE])
@pytest.mark.parametrize("length", [0, 1, 125, 126, MOST])
@pytest.mark.parametrize("first", [0x81, 0x82])
def test_whole_messages_take_the_short_way(headers, length, first):
    message = frame(first, b"x" * length)

    (heard, _, _), short = read(opened(headers), [message, message], is_short=True)

    assert short == 2
    assert heard == [(Opcode(first & 0xF), b"x" * length, True)] * 2


def test_whole_pings_and_pongs_take_the_short_way():
    (heard, said, _), short = read(opened(), [frame(PING, b"x"), frame(PONG)], is_short=True)

    assert short == 2
    assert heard == [(Opcode.PING, b"x", True), (Opcode.PONG, b"", True)]
    assert said == control_frame(PONG, b"x")


def test_the_short_way_is_open_again_after_whole_frames_on_the_long_one():
    message = frame(0x81, b"hello")
    joined = frame(PONG) + frame(0x82, b"y" * 126)

    _, short = read(opened(), [message, joined, message], is_short=True)

    assert short == 2


@pytest.mark.parametrize("whole", [frame(0x89, b"ping"), frame(0x82, b"x" * 200, width=8)])
@pytest.mark.parametrize("at", [1, 3, 7])
def test_the_short_way_is_open_again_after_a_frame_that_came_in_parts(whole, at):
    _, short = read(opened(), [whole[:at], whole[at:], frame(0x81, b"hello")], is_short=True)

    assert short == 1


@pytest.mark.parametrize(
    "before",
    [
        [frame(0x01, b"a fragment")],
        [frame(0x89, b"ping")[:3]],
        [frame(0x88, b"")],
        [frame(0x82, b"x", width=8)[:13]],
    ],
)
def test_nothing_takes_the_short_way_where_the_parser_is_within_something(before):
    _, short = read(opened(), [*before, frame(0x81, b"hello")], is_short=True)

    assert short == 0


LONG = frame(0x81, b"x" * 200)


@pytest.mark.parametrize(
    ("chunks", "begun_ms"),
    [
        ([LONG], None),
        ([LONG[:1]], 0),
        ([LONG[:9], LONG[9:50], LONG[50:-1]], 0),
        ([LONG[:9], LONG[9:]], None),
        ([LONG[:9], LONG[9:] + LONG[:1]], 1),  # another one
        ([frame(0x01, b"a"), frame(0x00, b"b"), frame(PING)], 0),  # a message of many frames
        ([frame(0x01, b"a"), frame(0x00, b"b")[:2]], 0),
        ([frame(0x01, b"a"), frame(PING)[:2], frame(PING)[2:]], 0),
        ([frame(0x01, b"a"), frame(0x80, b"b")], None),
        ([frame(0x01, b"a"), frame(0x80, b"b") + frame(0x01, b"c")], 1),
    ],
)
def test_what_is_begun_is_timed_from_its_first_byte(chunks, begun_ms):
    wire = opened()

    for at_ms, chunk in enumerate(chunks):
        wire.receive(chunk, at_ms)

    assert wire.begun_ms == begun_ms


def test_nothing_takes_the_short_way_after_a_close():
    wire = opened()
    wire.close(1000)

    assert not wire.is_open
    assert wire.plain(frame(0x81, b"hello")) is None
    assert wire.to_send() == [b"\x88\x02\x03\xe8"]


def test_a_wire_that_has_ended_is_gone_without_the_collector():
    wire = opened()
    gc.collect()
    gc.disable()
    try:
        wire.receive(frame(0x01, b"a fragment") + b"\x81", 0)
        wire.end()
        del wire
        left = [it for it in gc.get_objects() if type(it) is ServerProtocol]
    finally:
        gc.enable()

    assert left == []
