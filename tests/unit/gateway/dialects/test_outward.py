from danmaku.gateway.dialects.bilibili import BilibiliDialect, Chronicle, Version
from danmaku.gateway.dialects.danmaku_v1 import JsonDialect
from danmaku.gateway.dialects.outward import frame_in
from tests.unit.gateway.dialects.entries import STATE

CHRONICLE = Chronicle("r7", 7, STATE)


def of(*, is_bare):
    return BilibiliDialect(
        "r7", Version.PLAIN, is_bare=is_bare, tells_recalls=False, chronicle=CHRONICLE
    )


def test_a_payload_goes_in_the_frame_that_its_dialect_uses():
    assert frame_in(JsonDialect(), b"{}", deflate=False) == b"\x81\x02{}"
    assert frame_in(of(is_bare=False), b"{}", deflate=False) == b"\x82\x02{}"
    assert frame_in(of(is_bare=True), b"{}", deflate=False) == b"{}"


def test_nothing_is_no_frame():
    assert frame_in(JsonDialect(), b"", deflate=True) == b""
