"""kill -9 while comments wait their time: each appears once, none early, none is lost."""

import asyncio
import json
import sqlite3
import subprocess
import sys

import httpx
import pytest

from bench.client import Door, Viewer
from bench.record import read_record
from bench.server import Server
from danmaku.store.database import DATABASE_FILE
from tests.articles.seen import texts_of
from tests.contract.soundness import findings_in
from tests.faults.visitors import SETTINGS

pytestmark = pytest.mark.faults

ROOM = "room"
DELAY_MS = 3_000
KILLS = 3
EACH = 40  # comments between two kills


def danmaku(server, *words):
    """A verb at the server's own desk."""
    command = [sys.executable, "-m", "danmaku", "--data-dir", str(server.data_dir), *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout) if "--json" in words else done.stdout


def delayed_room(server):
    """The room, and somebody who comments in it."""
    server.open_room(ROOM)
    danmaku(server, "account", "create", "otto", "--no-password")
    danmaku(server, "account", "grant", "otto", "operator")
    secret = danmaku(server, "token", "create", "otto", "--json")["secret"]
    httpx.patch(
        f"http://{server.address}/api/rooms/{ROOM}",
        json={"mode": "delayed", "delay_ms": DELAY_MS},
        headers={"Authorization": f"Bearer {secret}"},
        trust_env=False,
    ).raise_for_status()
    return Door(server.address, ROOM, token=server.account("ann"))


def waited_ms(data_dir):
    """How long each comment has waited, by the times of its entries."""
    with sqlite3.connect(data_dir / DATABASE_FILE) as connection:
        rows = connection.execute(
            "SELECT p.at_ms - h.at_ms FROM entry p JOIN entry h"
            " ON h.chain = p.chain AND h.seq = p.origin"
            " WHERE p.kind = 'comment_published' AND p.chain = ?",
            [ROOM],
        ).fetchall()
    connection.close()
    return [ms for (ms,) in rows]


async def test_what_waits_is_lost_by_no_kill_and_appears_once_and_never_early(tmp_path):
    sent = [f"{kill} {number}" for kill in range(KILLS) for number in range(EACH)]
    with Server(tmp_path, SETTINGS) as server:
        door = await asyncio.to_thread(delayed_room, server)
        for first in range(0, len(sent), EACH):
            author = await Viewer.join(door)
            for text in sent[first : first + EACH]:
                answer = await author.send(text)
                assert (answer["op"], answer["category"]) == ("held", "delay")
            server.kill()
            assert findings_in(server.data_dir) == []
            await asyncio.to_thread(server.start)
        viewer = await Viewer.join(Door(server.address, ROOM), since=0)
        await viewer.until(lambda: len(texts_of(viewer)) >= len(sent))
        record = await read_record(server.address, ROOM)

    assert sorted(texts_of(viewer)) == sorted(sent)
    assert sorted(one["text"] for one in record.entries.values() if "text" in one) == sorted(sent)
    waited = waited_ms(server.data_dir)
    assert len(waited) == len(sent)
    assert min(waited) >= DELAY_MS
    assert findings_in(server.data_dir) == []
