import zlib

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from bench.frames import BINARY, FIN, TEXT, FrameReader, client_frame, inflated


def as_server(payload, opcode=Opcode.TEXT):
    return Frame(opcode, payload).serialize(mask=False)


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(1, 50))
def test_frames_come_out_whole_however_the_bytes_arrive(payloads, step):
    stream = b"".join(as_server(payload) for payload in payloads)
    reader, frames = FrameReader(), []

    for at in range(0, len(stream), step):
        frames += reader.feed(stream[at : at + step])

    assert frames == [(FIN | TEXT, payload) for payload in payloads]


def test_long_frames_are_read_by_their_long_length():
    payload = b"x" * 70_000

    assert FrameReader().feed(as_server(payload, Opcode.BINARY)) == [(FIN | BINARY, payload)]


def test_a_message_to_the_server_is_masked_with_zeros():
    assert client_frame(TEXT, b"hi") == b"\x81\x82\0\0\0\0hi"
    assert client_frame(TEXT, b"x" * 200)[:4] == b"\x81\xfe\x00\xc8"


def test_a_compressed_message_is_inflated():
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    payload = squeeze.compress(b"ha" * 90) + squeeze.flush(zlib.Z_SYNC_FLUSH)

    assert inflated(payload.removesuffix(b"\0\0\xff\xff")) == b"ha" * 90
