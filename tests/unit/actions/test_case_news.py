"""Whoever watches the cases is told that something has changed."""

import asyncio

import pytest

from danmaku.actions import case_news
from danmaku.actions.case_news import CaseNews
from danmaku.actions.moderation import ReportDraft
from danmaku.domain.account import Bundle
from danmaku.errors import Overloaded
from tests.patience import PATIENCE_S
from tests.unit.actions.house import DEMO, house_on


@pytest.fixture
async def scene(tmp_path):
    async with house_on(tmp_path) as house:
        people = await house.cast(ann=None, rey=Bundle.REVIEWER)
        await house.room()
        news = CaseNews()
        house.store.subscribe(news.apply)
        yield house, people, news


async def next_of(watching):
    return await asyncio.wait_for(anext(watching), PATIENCE_S)


async def test_reports_claims_holds_and_decisions_are_news_and_plain_comments_are_not(scene):
    house, people, news = scene
    watching = news.watch()
    assert await next_of(watching) == 0

    await house.say(people["ann"], "hello")
    await house.moderation.report(None, ReportDraft("spam", DEMO, 1), source="a")

    assert await next_of(watching) == 1
    await house.offices.casework.cases.claim_next(people["rey"])
    assert await next_of(watching) == 2
    entry = await house.say(people["ann"], "callme")
    assert await next_of(watching) == 3
    await house.moderation.approve(people["rey"], DEMO, entry.seq)
    assert await next_of(watching) == 4


async def test_what_comes_while_nobody_listens_is_told_afterwards(scene):
    house, _, news = scene
    watching = news.watch()
    await next_of(watching)

    for source in "abc":
        await house.moderation.report(None, ReportDraft("spam"), source=source)

    assert await next_of(watching) == 3


async def test_all_watchers_are_let_go_at_the_end():
    news = CaseNews()
    watching = news.watch()
    await next_of(watching)
    last = asyncio.create_task(next_of(watching))

    news.close()

    with pytest.raises(StopAsyncIteration):
        await last
    assert [version async for version in news.watch()] == []


async def test_watchers_are_bounded(monkeypatch):
    monkeypatch.setattr(case_news, "WATCHERS_MAX", 1)
    news = CaseNews()
    first = news.watch()
    await next_of(first)

    with pytest.raises(Overloaded):
        await next_of(news.watch())

    await first.aclose()
    assert await next_of(news.watch()) == 0
