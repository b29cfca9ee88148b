import json
import struct
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from danmaku.errors import BadMessage
from danmaku.gateway.dialects.bilibili import (
    BilibiliDialect,
    Chronicle,
    PacketStream,
    Version,
    auth_answer,
    auth_of,
    heartbeat_answer,
    packets_of,
)
from danmaku.gateway.dialects.outward import Op
from tests.unit.gateway.dialects.entries import (
    IMPORTED,
    LATE,
    MARKER,
    RECALLED,
    RESTORED,
    SAID,
    STATE,
    changed,
)

HEAD = struct.Struct(">IHHII")
AUTH = {"uid": 0, "roomid": 7, "protover": 3, "platform": "web", "type": 2, "key": "guest"}


def packet(operation, body=b"", *, version=1, head=16, size=None):
    size = 16 + len(body) if size is None else size
    return HEAD.pack(size, head, version, operation, 1) + body


def read(data):
    """What an unforgiving reader makes of it: (version, operation, body) of each packet."""
    found, at = [], 0
    while at < len(data):
        size, head, version, operation, sequence = HEAD.unpack_from(data, at)
        assert (head, sequence) == (16, 1)
        body = data[at + 16 : at + size]
        assert len(body) == size - 16
        found.append((version, operation, body))
        at += size
    return found


def dialect(version=Version.PLAIN, *, is_bare=False, tells_recalls=False, state=STATE):
    chronicle = Chronicle("r7", 7, state)
    return BilibiliDialect("r7", version, is_bare, tells_recalls, chronicle)


def commands(spoken, *views):
    return [
        json.loads(body)
        for version, operation, body in read(b"".join(map(spoken.part, views)))
        if (version, operation) == (0, 5)
    ]


# --- what comes in


def test_packets_stand_back_to_back():
    data = packet(7, b"{}") + packet(2) + packet(2, b"[object Object]", version=0)

    assert [(one.operation, one.body) for one in packets_of(data)] == [
        (7, b"{}"),
        (2, b""),
        (2, b"[object Object]"),
    ]


BAD = {
    "head cut off": packet(2)[:15],
    "body cut off": packet(7, b"{}")[:-1],
    "too long for the message": packet(2, size=17),
    "shorter than its head": packet(2, size=15),
    "of no length": packet(2, size=0),
    "longer than any may be": packet(2, size=4097),
    "of four gigabytes": packet(2, size=2**32 - 1),
    "another head": packet(2, head=18),
    "no head": packet(2, head=0),
    "deflated": packet(7, zlib.compress(b"{}"), version=2),
    "something after": packet(2) + b"x",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_lengths_that_lie_are_found_out(data):
    with pytest.raises(BadMessage):
        list(packets_of(data))


@pytest.mark.parametrize("name", ["of no length", "of four gigabytes", "another head", "deflated"])
def test_a_stream_does_not_wait_for_what_cannot_be(name):
    with pytest.raises(BadMessage):
        list(PacketStream().feed(BAD[name]))


@given(st.lists(st.binary(max_size=60), max_size=6), st.integers(1, 40))
def test_a_stream_is_cut_the_same_however_it_comes(bodies, step):
    data = b"".join(packet(2, body) for body in bodies)
    stream = PacketStream()
    pieces = [data[at : at + step] for at in range(0, len(data), step)]

    cut = [one.body for piece in pieces for one in stream.feed(piece)]

    assert cut == bodies


@given(st.binary(max_size=200))
def test_whatever_comes_is_packets_or_none(data):
    for take in (lambda: packets_of(data), lambda: PacketStream().feed(data)):
        try:
            for one in take():
                assert len(one.body) <= len(data)
        except BadMessage:
            pass


@pytest.mark.parametrize(("protover", "version"), [(0, 0), (1, 0), (2, 2), (3, 3)])
def test_a_client_says_how_it_wants_its_commands(protover, version):
    assert auth_of(json.dumps(AUTH | {"protover": protover}).encode()).version == version


def test_a_client_need_not_say_much():
    auth = auth_of(b'{"roomid":"7"}')

    assert (auth.roomid, auth.version, auth.key, auth.recall) == (7, Version.PLAIN, None, False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[7]",
        b"\xff",
        b'{"roomid":"seven"}',
        b'{"roomid":0}',
        b'{"roomid":2147483648}',
        b'{"roomid":7,"protover":4}',
        b'{"roomid":7,"key":5}',
        b'{"roomid":7,"buvid":"' + b"x" * 2048 + b'"}',
        b'{"roomid":' + b"[" * 2000,
    ],
)
def test_a_client_must_name_a_room_by_its_number(body):
    with pytest.raises(BadMessage):
        auth_of(body)


# --- what goes out


def test_answers_to_one_client_have_version_one():
    assert (
        auth_answer(is_welcome=True)
        == bytes.fromhex("0000001a001000010000000800000001") + b'{"code":0}'
    )
    assert read(auth_answer(is_welcome=False)) == [(1, 8, b'{"code":-101}')]
    assert read(heartbeat_answer(258)) == [(1, 3, b"\0\0\1\2")]
    assert read(heartbeat_answer(2**40)) == [(1, 3, b"\xff" * 4)]


def test_a_comment_is_one_plain_packet():
    [command] = commands(dialect(), SAID)

    assert command["cmd"] == "DANMU_MSG"
    assert command["info"][1] == "前方高能"


def test_what_does_not_fly_is_not_sent():
    assert commands(dialect(), LATE, IMPORTED, MARKER) == []


def test_recalls_are_told_to_those_who_ask():
    asked = commands(dialect(tells_recalls=True), SAID, RECALLED, RESTORED)

    assert commands(dialect(), RECALLED, RESTORED) == []
    assert [one["cmd"] for one in asked] == ["DANMU_MSG", "RECALL_DANMU_MSG", "DANMU_MSG"]
    assert asked[1]["data"]["target_id"] == "r7-17"


@pytest.mark.parametrize(
    ("version", "opened"), [(Version.ZLIB, zlib.decompress), (Version.BROTLI, brotli.decompress)]
)
def test_a_batch_is_wrapped_whole(version, opened):
    spoken = dialect(version)
    parts = [spoken.part(SAID), b"", spoken.part(SAID)]

    [(found, operation, body)] = read(spoken.batch(Op.ENTRIES, 19, 21, parts))

    assert (found, operation) == (version, 5)
    assert opened(body) == b"".join(parts)


def test_a_plain_batch_is_its_packets():
    spoken = dialect()
    part = spoken.part(SAID)

    assert spoken.batch(Op.ENTRIES, 19, 21, [part, part]) == part + part


@pytest.mark.parametrize("version", [Version.PLAIN, Version.ZLIB, Version.BROTLI])
def test_a_batch_of_nothing_is_nothing(version):
    assert dialect(version).batch(Op.ENTRIES, 19, 21, [b"", b""]) == b""


def test_viewers_are_told_of_in_the_same_wrapping_and_nothing_else_is():
    spoken = dialect(Version.ZLIB)
    [(version, operation, body)] = read(spoken.encode({"op": "viewers", "count": 3}))

    assert (version, operation) == (2, 5)
    assert json.loads(read(zlib.decompress(body))[0][2])["data"]["num"] == 3
    assert spoken.encode({"op": "likes", "counts": []}) == b""


def test_those_who_are_written_to_alike_are_equal():
    one, other = dialect(), dialect()

    assert one == other
    assert hash(one) == hash(other)
    assert one != dialect(is_bare=True)
    assert one != dialect(Version.ZLIB)
    assert dialect(Version.ZLIB).script == dialect(Version.BROTLI).script
    assert one.script != dialect(tells_recalls=True).script


def test_a_change_of_the_room_is_put_into_words_once_for_all():
    chronicle = Chronicle("r7", 7, STATE)
    plain, pressed = (
        BilibiliDialect("r7", each, is_bare=False, tells_recalls=False, chronicle=chronicle)
        for each in (Version.PLAIN, Version.ZLIB)
    )
    silent = changed(30, silent_until_ms=5_000)

    assert [one["cmd"] for one in commands(plain, silent)] == ["ROOM_SILENT_ON"]
    assert [one["cmd"] for one in commands(pressed, silent)] == ["ROOM_SILENT_ON"]
    assert commands(plain, changed(31, silent_until_ms=5_000)) == []
    assert commands(plain, silent) == []  # of before
    assert [one["cmd"] for one in commands(plain, changed(32))] == ["ROOM_SILENT_OFF"]
