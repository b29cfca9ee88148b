import asyncio
from dataclasses import dataclass, replace

import httpx
import pytest

from danmaku.errors import Code, StoreDown
from danmaku.web import ops
from danmaku.web.app import create_app
from danmaku.web.ops import create_ops_app


def caller_of(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://danmaku.test")


@dataclass
class FaultyReader:
    """A record of which one question is known: that it answers so."""

    answers: object

    async def rooms(self, *, limit):  # noqa: ARG002 -- the port asks so
        return await self.answers()


async def down():
    raise StoreDown


async def never():
    await asyncio.Event().wait()


@pytest.mark.parametrize("hindrance", [Code.DRAINING, Code.STORE_UNAVAILABLE])
async def test_alive_and_ready_are_two_things(stage, hindrance):
    hindered = create_app(replace(stage.house, hindrance=lambda: hindrance))

    async with caller_of(hindered) as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")

    assert (alive.status_code, ready.status_code, ready.text) == (200, 503, f"{hindrance}\n")
    assert (await stage.guest().get("/readyz")).text == "ready\n"


@pytest.mark.parametrize("answers", [down, never])
async def test_who_cannot_read_the_record_is_not_ready_and_says_so_soon(
    stage, monkeypatch, answers
):
    monkeypatch.setattr(ops, "READ_S_MAX", 0.05)
    blind = create_ops_app(replace(stage.house, reader=FaultyReader(answers)))

    async with caller_of(blind) as client:
        ready = await client.get("/readyz")

    assert (ready.status_code, ready.text) == (503, "store_unavailable\n")


async def test_keepers_find_at_their_door_what_they_need_and_nothing_else(stage):
    async with caller_of(create_ops_app(stage.house)) as client:
        found = {
            path: (await client.get(path)).status_code
            for path in ("/healthz", "/readyz", "/metrics", "/", "/rooms", "/api/rooms")
        }

    assert found == {"/healthz": 200, "/readyz": 200, "/metrics": 200} | dict.fromkeys(
        ("/", "/rooms", "/api/rooms"), 404
    )


async def test_metrics_are_of_this_house_alone(stage):
    first = (await stage.guest().get("/metrics")).text

    assert "danmaku_commit_entries_count" in first
    assert "process_resident_memory_bytes" in first
