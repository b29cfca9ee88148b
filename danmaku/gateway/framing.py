"""WebSocket frames for data that goes out: built once, written to many.

The protocol machine of a connection frames only what is its own (close, ping, pong). Data frames
are made here, because the same bytes go to every viewer of a cohort: unfragmented, unmasked, and
where a cohort has agreed on permessage-deflate, compressed without context, which makes the frame
the same for all of them (RFC 7692, 7.1.1).
"""

import zlib

_FIN = 0x80
_RSV1 = 0x40  # "compressed"
_TEXT = 0x1
_BINARY = 0x2
_SMALL = 126
_MEDIUM = 1 << 16
_SYNC_TAIL = 4  # bytes that a sync flush ends with and RFC 7692 leaves out
_LEVEL = 1  # higher levels cost more time than they save bytes on batches of this size
_DEFLATE_FROM_BYTES = 256  # below, compression gains nothing


def frame_of(payload: bytes, *, is_text: bool, deflate: bool = False) -> bytes:
    """One whole message in one frame.

    Args:
        payload: The message; UTF-8 where `is_text`.
        is_text: Text frame, else binary.
        deflate: Whether the receivers agreed to permessage-deflate; small messages and those that
            would grow still go out plain, which the extension allows.
    """
    first = _FIN | (_TEXT if is_text else _BINARY)
    if deflate and len(payload) >= _DEFLATE_FROM_BYTES:
        deflated = _deflated(payload)
        if len(deflated) < len(payload):
            return _header(first | _RSV1, len(deflated)) + deflated
    return _header(first, len(payload)) + payload


def _header(first: int, length: int) -> bytes:
    if length < _SMALL:
        return bytes((first, length))
    if length < _MEDIUM:
        return bytes((first, 126)) + length.to_bytes(2, "big")
    return bytes((first, 127)) + length.to_bytes(8, "big")


def _deflated(payload: bytes) -> bytes:
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    whole = compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
    return whole[:-_SYNC_TAIL]
