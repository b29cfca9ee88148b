"""Who has left is forgotten at once: the collector looks through what is old next to never.

See `danmaku.gateway.pauses`. What is only in a circle of references would stay for hours.
"""

import asyncio
import contextlib
import json
import re

import httpx
import pytest
from websockets.asyncio.client import connect

from bench.client import Door, Viewer
from bench.messages import KINDS
from bench.server import Server
from tests.faults.visitors import SETTINGS
from tests.live.hoarder import order
from tests.unit.gateway.dialects.test_bilibili import packet

EACH = 3
PAGES = ("/", "/rooms/busy", "/rooms/none", "/sign-in", "/api/rooms/busy/comments", "/openapi.json")
OURS = re.compile(r"\d+ (danmaku|uvicorn|uvloop|starlette|fastapi)\.")


@pytest.fixture
def server(tmp_path):
    program = ("tests.live.hoarder", str(tmp_path), "serve")
    with Server(tmp_path, SETTINGS, program=program) as server:
        for room in ("busy", "soon-empty"):
            server.open_room(room)
        server.token = server.account("ann")
        yield server


async def viewers(server, stack):
    """Of every kind, in a room that goes on and in one that does not; half go without a word."""
    came = [
        await Viewer.join(Door(server.address, room, kind, token=server.token), since=0)
        for room in ("busy", "soon-empty")
        for kind in KINDS.values()
        for _ in range(2)
    ]
    for number, viewer in enumerate(came):
        answer = await viewer.send(f"said by {number}")
        await viewer.like(answer["number"])
        if number % 3 == 0:
            await viewer.recall(answer["number"])
        if number % 2:
            stack.push_async_callback(viewer.leave)
        else:
            stack.callback(viewer.drop)


async def viewers_of_others(server, stack):
    for _ in range(EACH):
        socket = await stack.enter_async_context(
            connect(f"ws://{server.address}/connection/websocket", proxy=None)
        )
        await socket.send('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"room:busy"}}')
        assert b'"subscribe"' in (await socket.recv() + await socket.recv()).encode()
        socket = await stack.enter_async_context(
            connect(f"ws://{server.address}/sub", subprotocols=None, proxy=None)
        )
        await socket.send(packet(7, json.dumps({"uid": 0, "roomid": 1}).encode()))
        await socket.recv()


async def readers(server, stack):
    """Their connections stay after the answer."""
    for path in PAGES * EACH:
        api = httpx.AsyncClient(base_url=f"http://{server.address}", trust_env=False)
        reader = await stack.enter_async_context(api)
        await reader.get(path)
        await reader.post(path, json={"name": "ann", "password": "wrong"})


async def test_nothing_of_who_has_left_waits_for_the_collector(server, tmp_path):
    async with contextlib.AsyncExitStack() as stack:
        for come in (viewers, viewers_of_others, readers):
            await come(server, stack)
        await asyncio.sleep(1)
        await order(tmp_path, "freeze")
    await asyncio.sleep(1)

    await order(tmp_path, "look")

    left = (tmp_path / "left").read_text().splitlines()
    assert [line for line in left if OURS.match(line)] == []
