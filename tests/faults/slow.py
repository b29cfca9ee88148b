"""Ten ways to keep a server waiting, and a crowd of those who do, as a process of its own."""

import asyncio
import contextlib
import sys
import time
from dataclasses import dataclass

import orjson

from bench.frames import upgrade_request
from bench.messages import Dialect
from tests.faults.raw import JSON_HELLO, PING, TEXT, Raw, frame, upgraded

ROOM = "room"
DRIP_S = 0.1


async def opened(server, **how):
    host, _, port = server.address.rpartition(":")
    return Raw(*await asyncio.open_connection(host, int(port), **how))


async def dripped(raw, bytes_, every_s=DRIP_S):
    with contextlib.suppress(OSError):
        for byte in bytes_:
            raw.writer.write(bytes([byte]))
            await asyncio.sleep(every_s)


def upgrade_of(server):
    return upgrade_request(
        f"/rooms/{ROOM}/live", host=server.address, key=bytes(16), subprotocol=Dialect.JSON
    )


async def silent(server):
    return await opened(server), b""


async def slow_head(server):
    head = f"GET /rooms/{ROOM} HTTP/1.1\r\nHost: {server.address}\r\nX-Long: ".encode()
    return await opened(server), head + b"x" * 100


async def half_upgrade(server):
    raw = await opened(server)
    raw.writer.write(upgrade_of(server)[:-2])
    return raw, b""


async def slow_body(server):
    raw = await opened(server)
    raw.writer.write(
        f"POST /api/rooms/{ROOM}/comments HTTP/1.1\r\nHost: {server.address}\r\n"
        f"Authorization: Bearer {server.token}\r\nContent-Type: application/json\r\n"
        "Content-Length: 4000\r\n\r\n".encode()
    )
    return raw, b" " * 100


async def body_of_the_refused(server):
    """It is answered before its body is there, which goes on coming."""
    raw = await opened(server)
    raw.writer.write(
        f"POST /nowhere HTTP/1.1\r\nHost: {server.address}\r\nContent-Length: 4000\r\n\r\n".encode()
    )
    return raw, b" " * 100


async def empty_lines(server):
    """Between two requests, which the library takes for signs of life."""
    raw = await opened(server)
    raw.writer.write(f"GET /healthz HTTP/1.1\r\nHost: {server.address}\r\n\r\n".encode())
    await raw.reader.readuntil(b"\r\n\r\n")
    return raw, b"\r\n" * 50


async def silent_socket(server):
    return await upgraded(server.address, ROOM), b""


async def partial_frame(server):
    raw = await upgraded(server.address, ROOM)
    raw.writer.write(frame(TEXT, JSON_HELLO))
    return raw, frame(TEXT, b"x" * 100)


async def partial_message(server):
    raw = await upgraded(server.address, ROOM)
    raw.writer.write(frame(TEXT, JSON_HELLO) + frame(TEXT, b"{", fin=False))
    return raw, b""


async def drip_of_pings(server):
    raw = await upgraded(server.address, ROOM)
    return raw, frame(PING) * 16


SLOW = [
    silent,
    slow_head,
    half_upgrade,
    slow_body,
    body_of_the_refused,
    empty_lines,
    silent_socket,
    partial_frame,
    partial_message,
    drip_of_pings,
]


async def lived_s(server, kind, every_s=DRIP_S):
    """How long one of them was borne."""
    raw, rest = await kind(server)
    begun = time.monotonic()
    dripping = asyncio.create_task(dripped(raw, rest, every_s))
    await raw.silence()
    dripping.cancel()
    return time.monotonic() - begun


@dataclass
class Elsewhere:
    """A server that another process holds."""

    address: str
    token: str


async def main(name, address, token, many, limit_s, span_s):
    """Be so many for so long: who is let go, after the limit, comes again, all of them evenly."""
    server = Elsewhere(address, token)
    kind = next(kind for kind in SLOW if kind.__name__ == name)
    over, lives = time.monotonic() + limit_s + span_s, []

    async def one(late_s):
        await asyncio.sleep(late_s)
        while time.monotonic() < over:
            lives.append(await lived_s(server, kind, every_s=DRIP_S * 5))

    async with asyncio.TaskGroup() as group:
        for n in range(many):
            group.create_task(one(limit_s * n / many))
        await asyncio.sleep(limit_s)
        print("all are here", flush=True)  # noqa: T201 -- who measures waits for it
    print(orjson.dumps(lives).decode())  # noqa: T201 -- and for this


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], int(sys.argv[4]), *map(float, sys.argv[5:])))
