import asyncio

import pytest
import uvicorn

from danmaku.doors import Door
from danmaku.web.heads import HEAD_BYTES_MAX, Heads
from tests.patience import PATIENCE_S

ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def half_an_answer(_scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass


async def takes_all(_scope, receive, send):
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


async def said_of(app, *pieces, after=b""):
    """What a door says when pieces are sent one by one, each when `after` has been said before."""
    config = uvicorn.Config(app, http=Heads, port=0, lifespan="off", log_config=None)
    door = Door(config)
    standing = asyncio.create_task(door.stand())
    await door.opened.wait()
    reader, writer = await asyncio.open_connection(*door.address.removeprefix("http://").split(":"))
    try:
        async with asyncio.timeout(PATIENCE_S):
            writer.write(pieces[0])
            said = await reader.readuntil(after) if after else b""
            for piece in pieces[1:]:
                writer.write(piece)
                await writer.drain()
            return said + await reader.read()
    except ConnectionError:
        return said
    finally:
        writer.transport.abort()
        door.should_exit = True
        await standing


async def test_no_refusal_is_put_into_the_middle_of_an_answer():
    said = await said_of(half_an_answer, ASKED, b"no request\r\n\r\n", after=b"half")

    assert said.count(b"HTTP/1.1 ") == 1


async def test_what_says_nothing_ends_however_it_is_cut():
    piece = b"a" * 1000
    endless = [b"GET / HTTP/1.1\r\nX-A: ", *[piece] * (HEAD_BYTES_MAX // len(piece) + 9)]

    said = await said_of(takes_all, *endless)

    assert said.startswith(b"HTTP/1.1 400") or said == b""  # the rest was not read


async def test_an_extension_of_a_chunk_does_not_go_on_for_ever():
    head = (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
    )
    endless = [b"2;a=", *[b"b" * 1000] * (HEAD_BYTES_MAX // 1000 + 9)]

    said = await said_of(takes_all, head, *endless, after=b"100 Continue\r\n\r\n")

    assert said.partition(b"\r\n\r\n")[2][:12] in (b"HTTP/1.1 400", b"")


async def test_a_long_body_is_no_long_head():
    length = HEAD_BYTES_MAX * 4
    head = f"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"

    said = await said_of(takes_all, head.encode(), *[b"a" * 1024] * (length // 1024))

    assert said.startswith(b"HTTP/1.1 204")


@pytest.mark.parametrize("host", [b"x:99999", b"x:0", b"[:::]"])
async def test_a_host_that_cannot_be_taken_apart_is_none(host):
    said = await said_of(takes_all, b"GET / HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")

    assert said.startswith(b"HTTP/1.1 400")
