"""Requests that two readers might read in two ways, as bytes: refused, or read in one way alone.

Whatever is refused ends its connection, so that nothing behind it is taken for a request.
"""

import asyncio
import re

import pytest
import pytest_asyncio

from tests.live.site import running, settings_of
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="module")

POST = b"POST /api/rooms HTTP/1.1\r\nHost: x\r\n"
GET = b"GET /api/rooms HTTP/1.1\r\nHost: x\r\n"
LAST = GET + b"Connection: close\r\n\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"

REFUSED = {
    "length and chunks": POST
    + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    + END
    + LAST,
    "chunks and length": POST
    + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
    + END
    + LAST,
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}xx" + LAST,
    "one length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + LAST,
    "list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}" + LAST,
    "length with a sign": POST + b"Content-Length: +2\r\n\r\n{}" + LAST,
    "length in hex": POST + b"Content-Length: 0x2\r\n\r\n{}" + LAST,
    "length beyond numbers": POST + b"Content-Length: " + b"9" * 23 + b"\r\n\r\n{}" + LAST,
    "length with a blank": POST + b"Content-Length : 2\r\n\r\n{}" + LAST,
    "unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + END + LAST,
    "chunks not last": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n" + END + LAST,
    "coding below chunks": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + END + LAST,
    "chunks twice": POST + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n" + END + LAST,
    "chunks in 1.0": POST.replace(b"1.1", b"1.0")
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + END
    + LAST,
    "coding behind a control": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + END + LAST,
    "folded line": GET + b"X-A: a\r\n b\r\n\r\n" + LAST,
    "blank before a field": b"GET /api/rooms HTTP/1.1\r\n Host: x\r\n\r\n" + LAST,
    "bare LF": b"GET /api/rooms HTTP/1.1\nHost: x\n\n" + LAST,
    "bare LF in a field": GET + b"X-A: a\nX-B: b\r\n\r\n" + LAST,
    "bare CR in a field": GET + b"X-A: a\rX-B: b\r\n\r\n" + LAST,
    "NUL in a value": GET + b"X-A: a\0b\r\n\r\n" + LAST,
    "NUL in a name": GET + b"X\0A: ab\r\n\r\n" + LAST,
    "NUL in the path": b"GET /api/ro\0oms HTTP/1.1\r\nHost: x\r\n\r\n" + LAST,
    "letters beyond ASCII": b"GET /api/r\xc3\xb6oms HTTP/1.1\r\nHost: x\r\n\r\n" + LAST,
    "field without a name": GET + b": x\r\n\r\n" + LAST,
    "field without a colon": GET + b"foo\r\n\r\n" + LAST,
    "end of line in an extension": CHUNKED + b"2;a\nx\r\n{}\r\n" + END + LAST,
    "bare LF after a chunk": CHUNKED + b"2\n{}\n0\n\n" + LAST,
    "chunk below nothing": CHUNKED + b"-2\r\n{}\r\n" + END + LAST,
    "chunk beyond numbers": CHUNKED + b"f" * 17 + b"\r\n{}\r\n" + END + LAST,
    "chunk with a prefix": CHUNKED + b"0x2\r\n{}\r\n" + END + LAST,
    "length after the body": CHUNKED + b"0\r\nContent-Length: 9\r\n\r\n" + LAST,
    "65 fields": GET + b"".join(b"X-%d: a\r\n" % n for n in range(64)) + b"\r\n" + LAST,
    "65 fields after the body": CHUNKED + b"0\r\n" + b"X-A: a\r\n" * 65 + b"\r\n" + LAST,
    "long field": GET + b"X-A: " + b"a" * 8192 + b"\r\n\r\n" + LAST,
    "long target": b"GET /?x=" + b"a" * 8192 + b" HTTP/1.1\r\nHost: x\r\n\r\n" + LAST,
    "field without an end": GET + b"X-A: " + b"a" * 16_384,
    "no host": b"GET /api/rooms HTTP/1.1\r\n\r\n" + LAST,
    "two hosts": GET + b"Host: y\r\n\r\n" + LAST,
    "host that is none": b"GET /api/rooms HTTP/1.1\r\nHost: a/b@c\r\n\r\n" + LAST,
    "no version": b"GET /api/rooms\r\n\r\n" + LAST,
    "version of the future": b"GET /api/rooms HTTP/1.9\r\nHost: x\r\n\r\n" + LAST,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "method that is none": b"G=T /api/rooms HTTP/1.1\r\nHost: x\r\n\r\n" + LAST,
    "target of a tunnel": b"CONNECT evil.test:80 HTTP/1.1\r\nHost: x\r\n\r\n" + LAST,
    "target without a path": b"GET evil.test:80 HTTP/1.1\r\nHost: x\r\n\r\n" + LAST,
    "TLS": bytes.fromhex("1603010200010001fc0303") + bytes(50),
}  # fmt: skip

# What is read, and the answers to it, the last of which ends the connection.
READ = {
    "64 fields": (GET + b"".join(b"X-%d: a\r\n" % n for n in range(63)) + b"\r\n", [200]),
    "whole address": (b"GET http://evil.test/api/rooms HTTP/1.1\r\nHost: x\r\n\r\n", [200]),
    "empty lines before": (b"\r\n\r\n" + GET + b"\r\n", [200]),
    "chunk extension": (CHUNKED + b"2;a=b\r\n{}\r\n" + END, [400]),
    "password after the body": (CHUNKED + b"0\r\nAuthorization: Bearer x\r\n\r\n", [400]),
    "two at once": (GET + b"\r\n" + GET + b"\r\n", [200, 200]),
    "body that is waited for": (
        POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
        [100, 400],
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory):
    async with running(settings_of(tmp_path_factory.mktemp("data"))) as site:
        yield site


async def answers_to(site, sent):
    """The statuses of all answers until the server ends the connection."""
    host, _, port = site.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    said = b""
    try:
        writer.write(sent)
        async with asyncio.timeout(PATIENCE_S):
            while more := await reader.read(65_536):
                said += more
    except ConnectionError:
        pass  # it ended while some of what was sent was unread
    finally:
        writer.transport.abort()
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3})", said)]


@pytest.mark.parametrize("name", REFUSED)
async def test_what_has_two_readings_is_refused_and_ends_the_connection(site, name):
    sent = REFUSED[name]

    answers = await answers_to(site, sent)

    assert answers == [400] or (len(sent) > 4096 and answers == [])  # the rest was not read


@pytest.mark.parametrize("name", READ)
async def test_what_has_one_reading_is_read_so(site, name):
    sent, expected = READ[name]

    assert await answers_to(site, sent + LAST) == [*expected, 200]


async def test_what_offers_another_protocol_is_answered_once_in_this_one(site):
    offer = GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"

    assert await answers_to(site, offer + LAST) == [200]


async def test_a_body_of_a_socket_opens_none(site):
    room = await site.room()
    upgrade = (
        f"GET /rooms/{room}/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nContent-Length: 3\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\nabc"
    )

    assert await answers_to(site, upgrade.encode() + LAST) == [400]


async def test_fields_after_the_body_are_no_part_of_the_head(site):
    ann = await site.person("ann")
    asked = b"GET /api/me HTTP/1.1\r\nHost: x\r\n"
    bearer = b"Authorization: Bearer " + ann.token.encode() + b"\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n"

    before = await answers_to(site, asked + chunks + bearer + b"\r\n" + END + LAST)
    after = await answers_to(site, asked + chunks + b"\r\n0\r\n" + bearer + b"\r\n" + LAST)

    assert (before, after) == ([200, 200], [401, 200])
