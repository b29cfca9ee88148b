from dataclasses import replace

import httpx

from danmaku.web.app import create_app


async def test_alive_and_ready_are_two_things(stage):
    stopping = create_app(replace(stage.house, is_ready=lambda: False))
    door = httpx.ASGITransport(stopping)

    async with httpx.AsyncClient(transport=door, base_url="http://danmaku.test") as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")

    assert (alive.status_code, ready.status_code, ready.text) == (200, 503, "draining\n")
    assert (await stage.guest().get("/readyz")).text == "ready\n"


async def test_metrics_are_of_this_house_alone(stage):
    first = (await stage.guest().get("/metrics")).text

    assert "danmaku_commit_entries_count" in first
    assert "process_resident_memory_bytes" in first
