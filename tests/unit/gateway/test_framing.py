import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from danmaku.gateway.framing import frame_of

SIZES = [0, 1, 125, 126, 127, 255, 256, 65_535, 65_536, 70_000]


def read(frame):
    """What a client that agreed to permessage-deflate makes of the bytes."""
    client = ClientProtocol(parse_uri("ws://x"), max_size=None, state=State.OPEN)
    client.extensions = [
        PerMessageDeflate(
            remote_no_context_takeover=True,
            local_no_context_takeover=True,
            remote_max_window_bits=15,
            local_max_window_bits=15,
        )
    ]
    client.receive_data(frame)
    [event] = client.events_received()
    return event.opcode, bytes(event.data), event.fin


@pytest.mark.parametrize("deflate", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_any_size_is_read_back(size, deflate):
    payload = b"ab" * (size // 2) + b"c" * (size % 2)

    assert read(frame_of(payload, is_text=True, deflate=deflate)) == (Opcode.TEXT, payload, True)


@given(st.binary(max_size=600))
def test_any_bytes_are_read_back(payload):
    assert read(frame_of(payload, is_text=False, deflate=True)) == (Opcode.BINARY, payload, True)


def test_only_what_gains_is_compressed():
    small, large = b"a" * 255, b"a" * 256
    noise = bytes((n * 7919) % 251 ^ (n >> 3) for n in range(300))

    assert len(frame_of(small, is_text=True, deflate=True)) == 255 + 4
    assert len(frame_of(large, is_text=True, deflate=True)) < 50
    assert len(frame_of(noise, is_text=False, deflate=True)) <= 300 + 4
