"""kill -9 in the middle of a bulk recall: it goes on, and takes nothing twice."""

import asyncio
import sqlite3
from hashlib import sha256

import httpx
import pytest

from bench.client import Door, Viewer
from bench.server import Server
from danmaku.store.database import DATABASE_FILE
from tests.contract.soundness import findings_in
from tests.faults.visitors import SETTINGS
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.faults

ROOM = "room"
SENDERS, EACH = 40, 15
COMMENTS = SENDERS * EACH
FLOOD = {"room": ROOM, "category": "flood", "why": "a flood"}
PLENTY = SETTINGS | {"ADMISSION__SENDS_BURST": "100000", "ADMISSION__WAVES_HELD": "false",
                     "ADMISSION__REPEATS_MAX": "10000"}  # fmt: skip


def desk_of(server):
    transport = httpx.HTTPTransport(uds=str(server.desk))
    return httpx.Client(transport=transport, base_url="http://desk", timeout=PATIENCE_S)


def ask(server, path, **fields):
    with desk_of(server) as desk:
        return desk.post(path, json=fields).raise_for_status().json()


def recall(server):
    with desk_of(server) as desk:
        [row] = desk.get("/bulk-recalls").raise_for_status().json()["recalls"]
    return row


async def until_phase(server, phase):
    async with asyncio.timeout(PATIENCE_S):
        while True:
            row = recall(server)
            if row["phase"] == phase:
                return row
            await asyncio.sleep(0.1)  # nobody is told but who looks


def unlike(n):
    """A text that is nobody's repeat."""
    return sha256(str(n).encode()).hexdigest()[:16]


async def flood(server, token, first):
    socket = await Viewer.join(Door(server.address, ROOM, token=token))
    for n in range(first, first + EACH):
        answer = await socket.send(unlike(n))
        assert answer["op"] == "published", answer
    return socket


async def gone(server):
    async with httpx.AsyncClient(base_url=f"http://{server.address}", trust_env=False) as api:
        found, before = 0, None
        while True:
            params = {"limit": 1000} | ({} if before is None else {"before": before})
            page = (await api.get(f"/api/rooms/{ROOM}/comments", params=params)).json()["comments"]
            if not page:
                return found
            found += sum(one["kind"] == "marker" for one in page)
            before = page[-1]["number"]


def recalled_at_rest(data_dir):
    """How many a server that has ended had taken: the next one goes on at once."""
    with sqlite3.connect(data_dir / DATABASE_FILE) as connection:
        [(count,)] = connection.execute(
            "SELECT count(*) FROM entry WHERE kind = 'comment_recalled' AND chain = ?", [ROOM]
        )
    connection.close()
    return count


async def test_a_bulk_recall_outlives_its_server(tmp_path):
    with Server(tmp_path, PLENTY) as server:
        server.open_room(ROOM)
        tokens = [server.account(f"sender{n}") for n in range(SENDERS)]
        server.account("rey")
        ask(server, "/grants", login="rey", bundle="reviewer")
        [socket, *_] = await asyncio.gather(
            *(flood(server, token, n * EACH) for n, token in enumerate(tokens))
        )
        told = ask(server, "/bulk-recalls/preview", by="rey", **FLOOD)
        ask(server, f"/bulk-recalls/{told['scan']}/execute", by="rey")

        await socket.until(lambda: socket.position > COMMENTS + 100)
        server.kill()
        assert findings_in(server.data_dir) == []
        before = recalled_at_rest(server.data_dir)
        await asyncio.to_thread(server.start)
        row = await until_phase(server, "ended")

        assert 0 < before < COMMENTS
        assert row["hits"] == told["comments"] == await gone(server) == COMMENTS
        ask(server, f"/bulk-recalls/{told['scan']}/undo", by="rey")
        await until_phase(server, "undone")
        assert await gone(server) == 0
    assert findings_in(server.data_dir) == []
