import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import uvicorn

from danmaku.doors import Door
from danmaku.web.patience import LOOK_S, Terms, patient
from tests.patience import PATIENCE_S

LONG_S = 60.0
TERMS = Terms(
    connections_max=None,
    head_s=LONG_S,
    body_s=LONG_S,
    body_bytes_per_s_min=1000,
    answer_s=LONG_S,
)
SHORT_S = LOOK_S
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"


async def echoes(_scope, receive, send):
    """Says how long the body was, in as many bytes."""
    count, more = 0, True
    while more:
        message = await receive()
        count += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * count})


@asynccontextmanager
async def opened(**terms):
    """A door on these terms; gives what connects to it, and the connections it knows of."""
    config = uvicorn.Config(
        echoes, http=patient(replace(TERMS, **terms)), port=0, lifespan="off", log_config=None
    )
    door, writers = Door(config), []
    standing = asyncio.create_task(door.stand())
    await door.opened.wait()
    host, _, port = door.address.removeprefix("http://").rpartition(":")

    async def visit(**how):
        reader, writer = await asyncio.open_connection(host, int(port), **how)
        writers.append(writer)
        return reader, writer

    try:
        async with asyncio.timeout(PATIENCE_S):
            yield visit, door.server_state.connections
    finally:
        for writer in writers:
            writer.transport.abort()
        door.should_exit = True
        await standing


async def test_one_too_many_is_told_when_to_come_back_and_one_who_left_makes_room():
    async with opened(connections_max=1) as (visit, _):
        _, first = await visit()
        told = await (await visit())[0].read()
        first.transport.abort()
        while b"503" in (said := await asked(visit)):  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.05)

    assert told.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 5" in told
    assert said.startswith(b"HTTP/1.1 200 ")


async def asked(visit):
    reader, writer = await visit()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    return await reader.readuntil(b"\r\n\r\n")


async def test_a_head_that_does_not_end_is_late_however_it_drips():
    async with opened(head_s=SHORT_S) as (visit, _):
        reader, writer = await visit()
        writer.write(b"GET / HTTP/1.1\r\nX: ")
        dripping = asyncio.create_task(drip(writer))
        told = await reader.readuntil(b"\r\n\r\n")
        with suppress(ConnectionError):  # a drop that comes with the end may meet a closed door
            await reader.read()
        dripping.cancel()

    assert told.startswith(b"HTTP/1.1 408 ")


async def drip(writer):
    while not writer.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.05)


async def test_a_body_that_does_not_end_is_late():
    async with opened(body_s=SHORT_S) as (visit, _):
        reader, writer = await visit()
        writer.write(HEAD % 100 + b"x" * 10)
        told = await reader.read()

    assert told.startswith(b"HTTP/1.1 408 ")


async def test_a_long_body_that_comes_quickly_has_the_time_for_its_length():
    async with opened(body_s=0.0, body_bytes_per_s_min=10) as (visit, _):
        reader, writer = await visit()
        writer.write(HEAD % 101 + b"x" * 100)  # ten seconds' worth
        await asyncio.sleep(2 * LOOK_S)
        writer.write(b"x")
        told = await reader.readuntil(b"\r\n\r\n")

    assert told.startswith(b"HTTP/1.1 200 ")


async def test_who_takes_nothing_of_an_answer_is_let_go():
    length = 1 << 24  # more than the kernel holds
    async with opened(answer_s=SHORT_S) as (visit, known):
        _, writer = await visit(limit=1024)  # the reader takes this much, and then no more
        writer.write(HEAD % length + b"x" * length)
        await writer.drain()

        assert len(known) == 1
        while known:  # noqa: ASYNC110 -- nobody tells
            await asyncio.sleep(0.05)
