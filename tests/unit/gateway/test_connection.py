import asyncio
import base64
import contextlib
import gc
import json
import socket
import zlib
from contextlib import asynccontextmanager

import pytest

from danmaku.gateway.connection import Connection
from tests.patience import PATIENCE_S
from tests.unit.gateway.house import JSON, MSGPACK, PAGES, ROOM, house

TEXT, BINARY, CLOSE, PING, PONG, CONT = 0x1, 0x2, 0x8, 0x9, 0xA, 0x0
FIN, RSV1, RSV2 = 0x80, 0x40, 0x20
MASK = b"\x01\x02\x03\x04"
HELLO = b'{"op":"hello"}'


def masked(payload):
    return bytes(byte ^ MASK[place % 4] for place, byte in enumerate(payload))


def frame(opcode, payload=b"", *, first=FIN, mask=True, length=None):
    length = len(payload) if length is None else length
    bit = 0x80 if mask else 0
    if length < 126:
        head = bytes((first | opcode, bit | length))
    elif length < 65_536:
        head = bytes((first | opcode, bit | 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((first | opcode, bit | 127)) + length.to_bytes(8, "big")
    return head + (MASK + masked(payload) if mask else payload)


def parts(payload, count, opcode=TEXT):
    frames = [frame(opcode, payload, first=0)] + [frame(CONT, first=0) for _ in range(count - 2)]
    return b"".join([*frames, frame(CONT)])


def deflated(payload):
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


class Raw:
    """A client that may break any rule."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    @classmethod
    @asynccontextmanager
    async def open(cls, house, *, dialect=JSON, extensions=None):
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(upgrade(dialect, extensions))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        try:
            yield cls(reader, writer)
        finally:
            writer.transport.abort()
            await asyncio.sleep(0)

    def write(self, *frames):
        self.writer.write(b"".join(frames))

    async def read(self):
        first, length = await self.reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await self.reader.readexactly(2), "big")
        elif length == 127:
            length = int.from_bytes(await self.reader.readexactly(8), "big")
        return first & 0x0F, await self.reader.readexactly(length)

    async def close_code(self):
        """The code of the close frame; None if the connection ends without one."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                while (read := await self.read())[0] != CLOSE:
                    pass
            except (asyncio.IncompleteReadError, ConnectionResetError):
                return None
            return int.from_bytes(read[1][:2], "big")


DEFLATE = "permessage-deflate"
BROKEN = {
    "unmasked": (frame(TEXT, HELLO, mask=False), 1002),
    "reserved opcode": (frame(0x3, b"x"), 1002),
    "reserved control opcode": (frame(0xB, b"x"), 1002),
    "compressed without agreement": (frame(TEXT, deflated(HELLO), first=FIN | RSV1), 1002),
    "reserved bit": (frame(TEXT, HELLO, first=FIN | RSV2), 1002),
    "fragmented ping": (frame(PING, b"x", first=0), 1002),
    "long ping": (frame(PING, b"x" * 126), 1002),
    "continuation of nothing": (frame(CONT, b"x"), 1002),
    "message within a message": (frame(TEXT, b"{", first=0) + frame(TEXT, HELLO), 1002),
    "close within a message": (frame(TEXT, b"{", first=0) + frame(CLOSE), 1002),
    "close of one byte": (frame(CLOSE, b"x"), 1002),
    "close with a reserved code": (frame(CLOSE, (1005).to_bytes(2, "big")), 1002),
    "close with a reason that is not UTF-8": (frame(CLOSE, b"\x03\xe8\xff"), 1007),
    "too long": (frame(TEXT, b"x" * 4097), 1009),
    "said to be enormous": (frame(TEXT, b"", length=2**62), 1009),
    "said to be negative": (frame(TEXT, b"", length=2**64 - 1), 1009),
    "too long in fragments": (frame(TEXT, b"x" * 4000, first=0) + frame(CONT, b"x" * 97), 1009),
    "too many fragments": (parts(HELLO, 9), 1009),
    "not UTF-8": (frame(TEXT, b"\xff"), 1007),
    "cut within a letter": (frame(TEXT, "弹".encode()[:2]), 1007),
    "surrogates": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "the other kind of frame": (frame(BINARY, HELLO), 4400),
    "nothing": (frame(TEXT), 4400),
    "depth bomb": (frame(TEXT, b'{"text":' + b"[" * 4000), 4400),
    "send before hello": (frame(TEXT, b'{"op":"send","id":"a","text":"x"}'), 4400),
    "hello twice": (frame(TEXT, HELLO) * 2, 4400),
}


@pytest.mark.parametrize(("sent", "code"), BROKEN.values(), ids=BROKEN)
async def test_what_breaks_the_rules_is_closed_with_its_code(plain, sent, code):
    async with Raw.open(plain) as raw:
        raw.write(sent)

        assert await raw.close_code() == code


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(TEXT, deflated(b" " * 1_000_000), first=FIN | RSV1), 1009),
        (frame(TEXT, b"\xff\xff\xff", first=FIN | RSV1), 1002),
        (frame(TEXT, deflated(b"\xff"), first=FIN | RSV1), 1007),
    ],
    ids=["bomb", "noise", "not UTF-8"],
)
async def test_what_is_compressed_is_held_to_the_same_rules(plain, sent, code):
    async with Raw.open(plain, extensions=DEFLATE) as raw:
        raw.write(sent)

        assert await raw.close_code() == code


async def test_a_message_in_as_many_fragments_as_allowed_is_read(plain):
    async with Raw.open(plain) as raw:
        raw.write(parts(HELLO, 8))

        assert json.loads((await raw.read())[1])["op"] == "welcome"


async def test_a_compressed_message_is_read(plain):
    async with Raw.open(plain, extensions=DEFLATE) as raw:
        raw.write(frame(TEXT, deflated(HELLO), first=FIN | RSV1))

        assert (await raw.read())[0] == TEXT


async def test_a_ping_between_fragments_is_answered(plain):
    async with Raw.open(plain) as raw:
        raw.write(frame(TEXT, HELLO[:5], first=0), frame(PING, b"p"), frame(CONT, HELLO[5:]))

        assert await raw.read() == (PONG, b"p")
        assert json.loads((await raw.read())[1])["op"] == "welcome"


async def test_a_depth_bomb_of_msgpack_is_a_bad_message(plain):
    async with Raw.open(plain, dialect=MSGPACK) as raw:
        raw.write(frame(BINARY, b"\x81\xa1a" * 1300))

        assert await raw.close_code() == 4400


async def test_a_clients_close_is_answered_with_its_code(plain):
    async with Raw.open(plain) as raw:
        raw.write(frame(TEXT, HELLO))
        await raw.read()

        raw.write(frame(CLOSE, (1000).to_bytes(2, "big")))

        assert await raw.close_code() == 1000
        assert await raw.reader.read() == b""
        assert plain.gateway.viewers(ROOM) == 0


async def test_a_client_that_vanishes_is_forgotten(tmp_path):
    async with house(tmp_path, viewers_ms=100) as it, it.viewer() as other, Raw.open(it) as raw:
        raw.write(frame(TEXT, HELLO))
        await raw.read()
        assert (await other.hear("viewers"))["count"] == 2

        raw.writer.transport.abort()

        assert (await other.hear("viewers"))["count"] == 1


async def test_a_flood_is_closed(tmp_path):
    async with house(tmp_path, messages_per_s=10, messages_burst=20) as it, Raw.open(it) as raw:
        raw.write(frame(PING) * 100)

        assert await raw.close_code() == 4429


@pytest.mark.parametrize(
    ("limits", "sent"),
    [
        ({"hello_ms_max": 100}, b""),
        ({"fragment_ms_max": 100}, frame(TEXT, b"{", first=0)),
        ({"fragment_ms_max": 100}, frame(TEXT, HELLO)[:-1]),
        ({"heartbeat_ms": 100, "silence_ms_max": 100}, b""),
    ],
    ids=["no hello", "a message without an end", "half a frame", "no sign of life"],
)
async def test_who_keeps_us_waiting_is_idle(tmp_path, limits, sent):
    async with house(tmp_path, **limits) as it, Raw.open(it) as raw:
        raw.write(sent)

        assert await raw.close_code() == 4408


# --- viewers who are too slow


def slow_socket(house):
    """A client's end with the smallest buffer that the kernel gives."""
    end = socket.socket()
    end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    end.connect(("127.0.0.1", house.port))
    return end


SLOW = {"ring_entries_max": 16, "gather_ms_max": 0}
LONG = "很长的弹幕" * 20


async def flood(it, count, first=0):
    await asyncio.gather(*(it.post("ann", f"{n:04}{LONG}"[:100]) for n in range(first, count)))


async def test_a_slow_viewer_skips_but_misses_no_recall(tmp_path):
    async with house(tmp_path, **SLOW) as it:
        await it.person()
        async with it.viewer(sock=slow_socket(it), max_queue=1) as slow, it.viewer() as quick:
            for round_ in range(8):
                await flood(it, 50 * round_ + 50, 50 * round_)
                await quick.read_to(51 + 51 * round_ if round_ else 51)
                await it.recall("ann", 50 * round_ + 1)
            top = 1 + 8 * 51
            await quick.read_to(top)
            entries = await slow.read_to(top)
            await it.post("ann", "last")
            entries += await slow.read_to(top + 1)

    shown = {entry["number"]: entry for entry in entries if entry["kind"] == "comment"}
    gone = {entry["number"] for entry in entries if entry["kind"] == "recall"}
    assert len(shown) < 400
    assert gone == {50 * round_ + 1 for round_ in range(8)}
    assert entries[-1]["text"] == "last"
    assert it.telemetry.skips._value.get() > 0


async def test_a_viewer_who_takes_nothing_is_closed_and_hurts_nobody(tmp_path):
    async with house(tmp_path, stalled_ms_max=1000, viewers_ms=100, **SLOW) as it:
        await it.person()
        slow = it.viewer(sock=slow_socket(it), max_queue=1, close_timeout=0.1)
        async with it.viewer() as quick, slow:
            said = 0
            async with asyncio.timeout(PATIENCE_S):
                while it.gateway.viewers(ROOM) != 1:  # until all buffers are full, and a second
                    await flood(it, said + 100, said)
                    said += 100
                    await quick.read_to(1 + said)
                    await asyncio.sleep(0.1)
            await it.post("ann", "for who stays")
            await quick.read_to(2 + said)


async def test_whoever_gets_the_descriptor_of_a_viewer_who_has_gone_gets_nothing_of_its_room(
    tmp_path,
):
    async with house(tmp_path, gather_ms_max=0, viewers_ms=100) as it:
        await it.person()
        async with it.viewer() as stays:
            async with Raw.open(it) as gone:
                gone.write(frame(TEXT, HELLO))
                assert (await stays.hear("viewers"))["count"] == 2
            assert (await stays.hear("viewers"))["count"] == 1
            # Not in the room, for it has not said hello; the kernel gives it the lowest number.
            async with Raw.open(it) as heir:
                await it.post("ann", "for those who are here")
                await stays.read_to(2)
                heir.write(frame(PING, b"?"))
                first = await heir.reader.readexactly(3)

    assert first == bytes((FIN | PONG, 1)) + b"?"


# --- what went before on the same connection


def upgrade(dialect=JSON, extensions=None):
    lines = [
        f"GET /rooms/{ROOM}/live HTTP/1.1",
        "Host: x",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}",
        f"Sec-WebSocket-Protocol: {dialect}",
    ]
    if extensions:
        lines.append(f"Sec-WebSocket-Extensions: {extensions}")
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("begun", [False, True])
async def test_no_socket_is_made_behind_an_answer_that_has_not_gone_out(plain, page, begun):
    """Frames would be written past it, and nobody would hear that they do not fit."""
    await plain.rooms.live(ROOM)  # so that the upgrade need not wait for it
    before = asyncio.all_tasks()
    loop = asyncio.get_running_loop()
    earlier, received = f"GET {page} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), []
    with slow_socket(plain) as sock:
        sock.setblocking(False)  # noqa: FBT003 -- the library's signature
        if begun:
            await loop.sock_sendall(sock, earlier)
            while b"a page" not in b"".join(received):
                received.append(await loop.sock_recv(sock, 256))
            earlier = b""
        await loop.sock_sendall(sock, earlier + upgrade())
        with contextlib.suppress(ConnectionResetError):
            async with asyncio.timeout(PATIENCE_S):
                while data := await loop.sock_recv(sock, 65_536):
                    received.append(data)

    assert b"101 Switching" not in b"".join(received)
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*asyncio.all_tasks() - before)  # nobody waits to write on


# --- what is left behind


@pytest.mark.parametrize("last", [frame(TEXT, b"{", first=0), frame(TEXT, b"{")[:5], b""])
async def test_a_connection_that_is_over_is_gone_without_the_collector(plain, last):
    token = await plain.person()
    gc.collect()
    gc.disable()
    try:
        async with plain.viewer(token) as ann:
            await ann.send("hello")
            ann.connection.transport.write(last)
            assert connections_count() == 1
            ann.connection.transport.abort()
        async with asyncio.timeout(PATIENCE_S):
            while connections_count():  # noqa: ASYNC110 -- it has to be asked
                await asyncio.sleep(0.01)
    finally:
        gc.enable()


def connections_count():
    return sum(isinstance(it, Connection) for it in gc.get_objects())
