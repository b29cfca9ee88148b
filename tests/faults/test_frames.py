"""Bytes from hell: a stable code or a clean close, and everybody else is served meanwhile."""

import asyncio
import json
import struct
import time
import zlib
from random import Random

import httpx
import pytest

from bench.client import Door, Viewer
from bench.frames import upgrade_request
from bench.probes import files_count, memory_bytes
from bench.server import Server
from danmaku.conformance.encodings import Dialect
from tests.faults.raw import (
    BINARY,
    CLOSE,
    CONT,
    JSON_HELLO,
    MSGPACK_HELLO,
    PING,
    PONG,
    TEXT,
    frame,
    requested,
    upgraded,
)
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.faults

ROOM = "room"
FRAMES = 5_000
CLIENTS = 8
GROWTH_BYTES_MAX = 20_000_000
PROBE_S_MAX = 0.1
LEAKS = (b"Traceback", b'File "', b".py", b"Error(")
SETTINGS = {
    "GATEWAY__MESSAGES_PER_S": "100",
    "GATEWAY__MESSAGES_BURST": "200",
    "FILTER__MICROS_MAX": "5000000",  # a busy machine is no fault of a text
    "ADMISSION__SENDS_PER_S": "100",
    "ADMISSION__SENDS_BURST": "200",
    "LOG_LEVEL": "info",
}
HELLO = frame(TEXT, JSON_HELLO)

AGAINST_THE_PROTOCOL = {
    "unmasked": (frame(TEXT, JSON_HELLO, masked=False), 1002),
    "reserved opcode": (frame(3, b"x"), 1002),
    "reserved control opcode": (frame(11, b"x"), 1002),
    "reserved bits": (frame(TEXT, JSON_HELLO, rsv=2), 1002),
    "compressed without agreement": (frame(TEXT, JSON_HELLO, rsv=4), 1002),
    "ping in two fragments": (frame(PING, b"x", fin=False), 1002),
    "ping over 125 bytes": (frame(PING, b"x" * 126), 1002),
    "continuation of nothing": (frame(CONT, b"x"), 1002),
    "message within a message": (frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), 1002),
    "length above 2**63": (frame(TEXT, b"x", says=2**63, width=8), 1009),
    "close code 999": (frame(CLOSE, struct.pack("!H", 999)), 1002),
    "close code 1005": (frame(CLOSE, struct.pack("!H", 1005)), 1002),
    "close of one byte": (frame(CLOSE, b"x"), 1002),
    "close that is not UTF-8": (frame(CLOSE, struct.pack("!H", 1000) + b"\xff"), 1007),
    "message too big": (frame(TEXT, b"x" * 5000), 1009),
    "message that will be too big": (frame(TEXT, b"x", says=2**40, width=8), 1009),
    "too big in fragments": (
        frame(TEXT, b"x" * 3000, fin=False) + frame(CONT, b"x" * 3000),
        1009,
    ),
    "too many fragments": (
        frame(TEXT, b"{", fin=False) + frame(CONT, b" ", fin=False) * 20,
        1009,
    ),
    "text that is not UTF-8": (frame(TEXT, b"\xff\xfe"), 1007),
    "a surrogate in UTF-8": (frame(TEXT, b'{"op":"\xed\xa0\x80"}'), 1007),
    "text that ends within a character": (frame(TEXT, b'{"op":"\xe5\xbc'), 1007),
    "the other kind of frame": (frame(BINARY, MSGPACK_HELLO), 4400),
    "send before hello": (frame(TEXT, b'{"op":"send","id":"1","text":"x"}'), 4400),
    "no JSON": (frame(TEXT, b"hello"), 4400),
    "nothing": (frame(TEXT, b""), 4400),
    "no map": (frame(TEXT, b"[]"), 4400),
    "deep": (frame(TEXT, b"[" * 4000), 4400),
    "deep map": (frame(TEXT, b'{"a":' * 800), 4400),
    "no op": (frame(TEXT, b"{}"), 4400),
    "unknown op": (frame(TEXT, b'{"op":"shutdown"}'), 4400),
    "unknown field": (frame(TEXT, b'{"op":"hello","admin":true}'), 4400),
    "since that is negative": (frame(TEXT, b'{"op":"hello","since":-1}'), 4400),
    "since that is huge": (frame(TEXT, b'{"op":"hello","since":1e999}'), 4400),
    "since beyond 2**53": (frame(TEXT, b'{"op":"hello","since":9007199254740993}'), 4400),
    "since that is no number": (frame(TEXT, b'{"op":"hello","since":NaN}'), 4400),
    "token that is a list": (frame(TEXT, b'{"op":"hello","token":["x"]}'), 4400),
    "token that is not valid": (frame(TEXT, b'{"op":"hello","token":"dm_x"}'), 4401),
    "hello twice": (HELLO * 2, 4400),
}
OF_A_SENDER = {
    "id that is empty": (b'{"op":"send","id":"","text":"x"}', 4400),
    "id that is long": (b'{"op":"send","id":"' + b"x" * 65 + b'","text":"x"}', 4400),
    "id that is not ASCII": ('{"op":"send","id":"前","text":"x"}'.encode(), 4400),
    "text that is a number": (b'{"op":"send","id":"1","text":1}', 4400),
    "text with a lone surrogate": (b'{"op":"send","id":"1","text":"\\ud800"}', 4400),
    "position that is NaN": (b'{"op":"send","id":"1","text":"x","position_ms":NaN}', 4400),
    "position that is a fraction": (b'{"op":"send","id":"1","text":"x","position_ms":0.5}', 4400),
    "mode of no player": (b'{"op":"send","id":"1","text":"x","mode":"spiral"}', 4400),
    "position that is negative": (
        b'{"op":"send","id":"1","text":"x","position_ms":-1}',
        "bad_position",
    ),
    "position beyond a day": (
        b'{"op":"send","id":"1","text":"x","position_ms":86400001}',
        "bad_position",
    ),
    "text of nothing": (b'{"op":"send","id":"1","text":""}', "empty"),
    "text of spaces": ('{"op":"send","id":"1","text":" \u3000\u200b"}'.encode(), "empty"),
    "text that is long": (b'{"op":"send","id":"1","text":"' + b"x" * 500 + b'"}', "too_long"),
    "size of no player": (b'{"op":"send","id":"1","text":"x","size":99}', "style_not_allowed"),
    "colour that is none": (
        b'{"op":"send","id":"1","text":"x","color":16777216}',
        "style_not_allowed",
    ),
    "recall of nothing": (b'{"op":"recall","id":"1","number":4096}', "not_found"),
}
IN_MSGPACK = {
    "deep": b"\x91" * 4000,
    "deep map": b"\x81\xa1a" * 1300,
    "array of four thousand millions": b"\xdd\xff\xff\xff\xff",
    "map of four thousand millions": b"\xdf\xff\xff\xff\xff",
    "text of four thousand millions": b"\x81\xa2op\xdb\xff\xff\xff\xff",
    "extension": b"\xc7\x04\x01abcd",
    "timestamp": b"\x81\xa2op\xd6\xff\x00\x00\x00\x00",
    "key that is a map": b"\x81\x81\x01\x02\x03",
    "text that is not UTF-8": b"\x81\xa2op\xa2\xff\xfe",
    "text with a surrogate": b"\x81\xa2op\xa3\xed\xa0\x80",
    "since that is NaN": b"\x82\xa2op\xa5hello\xa5since\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",
    "bytes after the message": MSGPACK_HELLO + b"\x00",
    "half a message": MSGPACK_HELLO[:-2],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("frames"), SETTINGS) as server:
        server.open_room(ROOM)
        server.token = server.account("ann")
        yield server


@pytest.fixture(autouse=True)
def keeps_silent(server):
    """Whatever a client sends, it is no error of ours, and no business of the log's readers."""
    yield
    lines = server.log.read_text().splitlines()
    assert [line for line in lines if "Traceback" in line or level_of(line) == "error"] == []


def level_of(line):
    try:
        return json.loads(line).get("level")
    except ValueError:
        return None


@pytest.mark.parametrize(("bytes_", "close_code"), AGAINST_THE_PROTOCOL.values(),
                         ids=AGAINST_THE_PROTOCOL)  # fmt: skip
async def test_what_is_against_the_protocol_is_closed_with_its_code(server, bytes_, close_code):
    raw = await upgraded(server.address, ROOM)

    raw.writer.write(bytes_)
    given, said = await raw.end()

    assert given == close_code
    assert not any(leak in said for leak in LEAKS)


async def test_who_does_not_answer_a_close_is_dropped(server):
    raw = await upgraded(server.address, ROOM)

    raw.writer.write(frame(TEXT, b"hello"))

    await raw.silence()


@pytest.mark.parametrize(("message", "expected"), OF_A_SENDER.values(), ids=OF_A_SENDER)
async def test_a_senders_nonsense_gets_a_stable_code(server, message, expected):
    raw = await upgraded(server.address, ROOM)
    hello = {"op": "hello", "token": server.token}
    raw.writer.write(frame(TEXT, json.dumps(hello).encode()) + frame(TEXT, message))

    if isinstance(expected, int):
        given, said = await raw.end()
        assert given == expected
        assert not any(leak in said for leak in LEAKS)
    else:
        async with asyncio.timeout(PATIENCE_S):
            said = await raw.reader.readuntil(b'"refused"')
            said += await raw.reader.readuntil(b"}")
        assert f'"code":"{expected}"'.encode() in said
        raw.drop()


@pytest.mark.parametrize("payload", IN_MSGPACK.values(), ids=IN_MSGPACK)
async def test_messagepack_that_is_no_message_is_closed(server, payload):
    raw = await upgraded(server.address, ROOM, dialect=Dialect.MSGPACK)

    raw.writer.write(frame(BINARY, payload))
    given, said = await raw.end()

    assert given == 4400
    assert not any(leak in said for leak in LEAKS)


@pytest.mark.parametrize(
    "bomb",
    [b"\x00" * 20_000_000, b'{"op":"hello","token":"' + b"x" * 20_000_000],
    ids=["zeros", "token"],
)
async def test_a_compressed_bomb_is_too_big(server, bomb):
    squeeze = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    packed = squeeze.compress(bomb) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    raw = await upgraded(server.address, ROOM, deflate=True)

    raw.writer.write(frame(TEXT, packed[:4000], rsv=4))
    given, _ = await raw.end()

    assert given == 1009


TEXTS = {
    "control characters": ("a\x00b\x07c\x1b[31m", {"published", "refused"}),
    "bidi overrides": ("\u202e=HYPERLINK(1)\u202c", {"published", "refused"}),
    "zero width": ("a\u200b\u200d\ufeffb", {"published", "refused"}),
    "noncharacters": ("a\ufffe\uffffb", {"published", "refused"}),
    "markup": ("</script><script>alert(1)</script>", {"published"}),
    "line separators": ("a\u2028b\u2029c", {"published", "refused"}),
    "combining marks": ("e" + "\u0301" * 60, {"published", "held", "refused"}),
}


@pytest.mark.parametrize(("text", "outcomes"), TEXTS.values(), ids=TEXTS)
async def test_strange_text_is_answered_and_shown_harmlessly(server, text, outcomes):
    viewer = await Viewer.join(Door(server.address, ROOM, token=server.token))

    answer = await viewer.send(text)
    await viewer.leave()
    async with httpx.AsyncClient(base_url=f"http://{server.address}", trust_env=False) as api:
        page = (await api.get(f"/rooms/{ROOM}")).text

    assert answer["op"] in outcomes
    assert "<script>alert" not in page
    assert not any(hidden in page for hidden in "\x00\x07\x1b\u202e\u2028\u2029\ufffe")


UPGRADES = {
    "no such room": ({"path": "/rooms/nowhere/live", "subprotocol": Dialect.JSON}, b" 404 "),
    "no room's name": ({"path": "/rooms/..%2f/live", "subprotocol": Dialect.JSON}, b" 404 "),
    "no dialect": ({"path": f"/rooms/{ROOM}/live"}, b" 400 "),
    "unknown dialect": ({"path": f"/rooms/{ROOM}/live", "subprotocol": "soap"}, b" 400 "),
}


@pytest.mark.parametrize(("asked", "status"), UPGRADES.values(), ids=UPGRADES)
async def test_an_upgrade_to_nowhere_is_refused_in_http(server, asked, status):
    request = upgrade_request(host=server.address, key=bytes(16), **asked)

    head, raw = await requested(server.address, request)

    assert status in head.splitlines()[0] + b" "
    raw.drop()


async def test_a_foreign_page_may_not_open_a_socket(server):
    request = upgrade_request(
        f"/rooms/{ROOM}/live", host=server.address, key=bytes(16), subprotocol=Dialect.JSON
    ).replace(b"\r\n\r\n", b"\r\nOrigin: https://evil.example\r\n\r\n")

    head, raw = await requested(server.address, request)

    assert b" 403 " in head.splitlines()[0]
    raw.drop()


# --- at random

PAYLOADS = [
    JSON_HELLO,
    b'{"op":"hello","since":0}',
    b'{"op":"send","id":"x","text":"hi"}',
    b'{"op":"recall","id":"x","number":1}',
    b'{"op":"ping"}',
    b"{}",
    b"[" * 3000,
    b'{"a":' * 700,
    b'{"op":"hello","since":' + b"9" * 400 + b"}",
    b'{"op":"send","id":"x","text":"\\u0000\\ud800"}',
    '{"op":"send","id":"x","text":"\u202e=HYPERLINK(1)"}'.encode(),
    MSGPACK_HELLO,
    b"\x91" * 3000,
    b"\xff\xfe\xf0\x9f",
    b"",
]


def damaged(random, payload):
    bytes_ = bytearray(payload)
    for _ in range(random.choice([0, 0, 1, 2, 5])):
        at = random.randrange(len(bytes_) + 1)
        match random.randrange(3):
            case 0:
                bytes_[at : at + 1] = random.randbytes(1)
            case 1:
                del bytes_[at : at + random.randrange(1, 9)]
            case _:
                bytes_[at:at] = bytes([random.choice(b'"{}[]:,\\\0\x81\xdf')]) * random.randrange(
                    60
                )
    return bytes(bytes_)


def random_frame(random):
    payload = damaged(random, random.choice(PAYLOADS))
    close = struct.pack("!H", random.choice([0, 999, 1000, 1005, 1015, 3000, 4999, 65535]))
    kinds = [
        lambda: frame(random.choice([TEXT, BINARY]), payload),
        lambda: frame(TEXT, payload, fin=False) + frame(CONT, random.randbytes(5)),
        lambda: frame(TEXT, b"x", fin=False) * random.randrange(1, 20),
        lambda: frame(random.randrange(3, 16), payload[:125]),
        lambda: frame(random.choice([TEXT, PING]), payload[:125], rsv=random.randrange(1, 8)),
        lambda: frame(TEXT, payload, masked=False),
        lambda: frame(TEXT, payload[:50], says=random.choice([2**63, 2**31, 65536]), width=8),
        lambda: frame(TEXT, payload[:20], width=random.choice([2, 8])),
        lambda: frame(CLOSE, close + random.randbytes(random.randrange(20))),
        lambda: frame(random.choice([PING, PONG]), random.randbytes(random.choice([0, 1, 125]))),
        lambda: frame(TEXT, zlib.compress(payload)[2:-4], rsv=4),
        lambda: random.randbytes(random.randrange(1, 64)),
        lambda: frame(TEXT, payload)[: random.randrange(1, 6)],
    ]
    return random.choice(kinds)()


async def torment(address, random, frames):
    """One client that is up to no good, over as many sockets as it takes."""
    left = frames
    while left > 0:
        dialect = random.choice(list(Dialect))
        raw = await upgraded(address, ROOM, dialect=dialect, deflate=random.random() < 0.3)
        ending = asyncio.create_task(raw.end())
        if random.random() < 0.5:
            packed = frame(BINARY, MSGPACK_HELLO)
            raw.writer.write(HELLO if dialect is Dialect.JSON else packed)
        for _ in range(random.randrange(1, 30)):
            raw.writer.write(random_frame(random))
            left -= 1
            await asyncio.sleep(0)
            if ending.done():
                break
        raw.drop()
        _, said = await ending
        assert not any(leak in said for leak in LEAKS)


async def probe(address, token, done):
    """Somebody decent, who is served all the while."""
    viewer, waits_s = await Viewer.join(Door(address, ROOM, token=token)), []
    while not done.is_set():
        begun = time.monotonic()
        answer = await viewer.send(f"still here {time.monotonic_ns()}")
        assert answer["op"] == "published"
        await viewer.reach(answer["seq"])
        waits_s.append(time.monotonic() - begun)
        await asyncio.sleep(0.02)
    await viewer.leave()
    return waits_s


async def tormented(server, chance, frames):
    """How long somebody decent waited, each time, while so many frames came from others."""
    done = asyncio.Event()
    probing = asyncio.create_task(probe(server.address, server.token, done))
    async with asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            own = Random(chance.random())  # noqa: S311 -- no secret depends on it
            group.create_task(torment(server.address, own, frames // CLIENTS))
    done.set()
    return await probing


async def test_random_frames_harm_nobody(server, chance):
    await settled_files(server)
    before = files_count(server.pid)

    waits_s = await tormented(server, chance, FRAMES)

    assert len(waits_s) > 3
    await settled_files(server, upto=before)
    assert files_count(server.pid) <= before


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("frames", [100_000, 1_000_000])
async def test_many_random_frames_leave_nothing_behind(server, chance, frames):
    await tormented(server, chance, 4 * FRAMES)  # what is kept, is kept by now
    await settled_files(server)
    files, memory = files_count(server.pid), memory_bytes(server.pid)

    waits_s = sorted(await tormented(server, chance, frames))

    await settled_files(server, upto=files)
    print(  # noqa: T201 -- for docs/reliability.md
        f"{frames} frames: {(memory_bytes(server.pid) - memory) / 1e6:+.1f} MB, decent waits: "
        f"median {waits_s[len(waits_s) // 2]:.3f} s, p99 {waits_s[len(waits_s) * 99 // 100]:.3f} s"
    )
    assert files_count(server.pid) <= files
    assert memory_bytes(server.pid) - memory < GROWTH_BYTES_MAX
    assert waits_s[len(waits_s) // 2] < PROBE_S_MAX  # a shared machine may stall any single one


async def settled_files(server, upto=None):
    """Wait until sockets that were dropped are closed on the other side too."""
    for _ in range(int(PATIENCE_S / 0.1)):
        count = files_count(server.pid)
        await asyncio.sleep(0.1)
        if count == files_count(server.pid) and (upto is None or count <= upto):
            return
