"""The short way and the long way read the same, whatever comes and however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.typing import Subprotocol

from danmaku.gateway.wire import TEXT, Wire, extensions_of

MASK = b"\x01\x02\x03\x04"
MOST = 300
NAME = Subprotocol("one")
UPGRADE = (
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


def opened(headers=b""):
    wire = Wire([NAME], MOST, extensions_of(compress=True))
    wire.receive_data(UPGRADE % headers)
    [request] = wire.events_received()
    assert isinstance(request, Request)
    wire.send_response(wire.accept(request))
    wire.data_to_send()
    assert wire.state is State.OPEN
    return wire


def read(wire, chunks, *, is_short):
    """What is understood of the chunks, what is said back, and how many took the short way."""
    heard, said, short = [], [], 0
    for chunk in chunks:
        if wire.eof_sent:
            break
        payload = wire.plain_message(chunk) if is_short else None
        if payload is not None:
            short += 1
            opcode = Opcode.TEXT if chunk[0] == TEXT else Opcode.BINARY
            heard.append((opcode, payload, True))
        else:
            wire.receive_data(chunk)
            events = wire.events_received()
            heard += [(it.opcode, bytes(it.data), it.fin) for it in events if type(it) is Frame]
        said += wire.data_to_send()
    return (heard, said, wire.state), short


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
    control = [frame(0x8A), frame(0x89, b"x"), frame(0x8A) + frame(0x81, b"y" * 126)]
    message = frame(first, b"x" * length)

    (heard, _, _), short = read(opened(headers), [message, *control, message], is_short=True)

    assert short == 2
    assert heard[0] == heard[-1] == (Opcode(first & 0xF), b"x" * length, True)


@pytest.mark.parametrize(
    "before",
    [
        [frame(0x01, b"a fragment")],
        [frame(0x89, b"ping")[:3], frame(0x89, b"ping")[3:]],
        [frame(0x88, b"")],
        [frame(0x82, b"x", width=8)],
    ],
)
def test_nothing_takes_the_short_way_where_the_parser_may_be_within_something(before):
    _, short = read(opened(), [*before, frame(0x81, b"hello")], is_short=True)

    assert short == 0


def test_nothing_takes_the_short_way_before_the_upgrade():
    wire = Wire([NAME], MOST, [])

    assert wire.plain_message(frame(0x81, b"hello")) is None
    wire.receive_data(UPGRADE % b"")
    assert wire.plain_message(frame(0x81, b"hello")) is None


def test_what_came_along_with_the_request_keeps_the_parser_in_charge():
    wire = Wire([NAME], MOST, [])
    wire.receive_data(UPGRADE % b"" + frame(0x81, b"hello")[:3])
    wire.send_response(wire.accept(wire.events_received()[0]))

    assert wire.plain_message(frame(0x81, b"hello")) is None


@pytest.mark.parametrize(
    ("offer", "is_shareable"),
    [
        (b"", False),
        (DEFLATE, True),
        (b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n", False),
    ],
)
def test_frames_are_shared_with_whom_they_suit(offer, is_shareable):
    assert opened(offer).is_shareable is is_shareable


def test_the_first_known_dialect_is_chosen():
    wire = Wire([NAME, Subprotocol("two")], MOST, extensions_of(compress=False))
    wire.receive_data(UPGRADE.replace(b": one", b": three, two, one") % DEFLATE)
    wire.send_response(wire.accept(wire.events_received()[0]))

    assert (wire.subprotocol, wire.extensions) == ("two", [])
