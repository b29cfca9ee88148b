"""A report is before those who deal with it within a second: in the room, and in the queue."""

import asyncio
import time

from bench.client import Viewer
from danmaku.domain.account import Bundle
from tests.articles.seen import notices_of
from tests.articles.verbs import bearer
from tests.patience import PATIENCE_S

WITHIN_S = 1.0
REPORTS_COUNT = 5


async def news_of(site, person, heard):
    """Note when the reviewer's page hears that the queue has changed."""
    headers = bearer(person)
    async with site.api.stream(
        "GET", "/api/cases/news", headers=headers, timeout=PATIENCE_S
    ) as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                heard.put_nowait(time.perf_counter())


async def test_a_report_reaches_the_streamer_and_the_reviewer_within_a_second(site):
    mia = await site.person("mia")
    room = await site.room_of(mia)
    reviewer = await site.person("judge", Bundle.REVIEWER)
    console = await Viewer.join(site.door(room, mia))
    author = await Viewer.join(site.door(room, await site.person("author")))
    heard = asyncio.Queue()
    following = asyncio.create_task(news_of(site, reviewer, heard))
    took_s = []
    try:
        for number in range(1, REPORTS_COUNT + 1):
            await author.send(f"comment {number}")
            await asyncio.sleep(0)
            while not heard.empty():
                heard.get_nowait()
            began_s = time.perf_counter()
            fields = {"room": room, "number": number, "category": "fraud"}
            (await site.api.post("/api/reports", json=fields)).raise_for_status()
            await console.until(lambda n=number: len(notices_of(console, "report")) >= n)
            seen_s = time.perf_counter()
            told_s = await asyncio.wait_for(heard.get(), PATIENCE_S)
            took_s += [seen_s - began_s, told_s - began_s]
    finally:
        following.cancel()

    listed = (await site.api.get("/api/cases?kind=report", headers=bearer(reviewer))).json()
    assert len(listed["cases"]) == REPORTS_COUNT
    assert max(took_s) <= WITHIN_S
