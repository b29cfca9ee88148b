"""Levels follow from the record by a public formula, and decide what somebody may do.

Article: Article.CREDIT_LEVELS
"""

import pytest

from bench.client import Viewer
from danmaku.actions.measures import MeasureDraft
from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft, Style
from danmaku.domain.measures import Step
from danmaku.errors import Code, Refused
from tests.articles.verbs import bearer, reverse, take

RED = Style(color=0xFF0000)


async def test_violation_takes_functions_and_its_reversal_gives_them_back(site):
    room = await site.room()
    author, judge = await site.person("author"), await site.person("judge", Bundle.REVIEWER)
    viewer = await Viewer.join(site.door(room, author))
    await viewer.send("plain")
    measures, credits_ = site.core.offices.measures, site.core.offices.credits
    await site.core.comments.post(author.who, room, Draft("c-1", "in red", style=RED))

    # Not a warning: one that is unread stops every comment, whatever its level.
    draft = MeasureDraft(Step.DELETE, "spam", "rule 3", room=room, number=1)
    measure = await measures.take(judge.who, draft)
    await credits_.settle(author.who.account)
    with pytest.raises(Refused) as refused:
        await site.core.comments.post(author.who, room, Draft("c-2", "in red too", style=RED))
    await measures.reverse(judge.who, measure.measure_id, "no advert after all")
    await credits_.settle(author.who.account)
    await site.core.comments.post(author.who, room, Draft("c-3", "red again", style=RED))

    assert refused.value.code is Code.LEVEL_TOO_LOW
    assert (await credits_.recompute(settle=False)).moved == 0


async def test_everybody_reads_why_their_level_is_what_it_is_and_what_would_raise_it(site):
    author, judge = await site.person("author"), await site.person("judge", Bundle.REVIEWER)
    measure = await take(site, judge, "warn", login="author", category="spam")
    await site.core.offices.credits.settle(author.who.account)

    got = await site.api.get("/api/me/credit", headers=bearer(author))
    credit = got.raise_for_status().json()
    await reverse(site, judge, measure["measure_id"])
    again = await site.api.get("/api/me/credit", headers=bearer(author))

    [line] = credit["lines"]
    assert (line["measure_id"], line["points"]) == (measure["measure_id"], -80)
    assert credit["score"] == 100 + line["points"]
    assert credit["way"]["clean_days"] is not None
    assert again.json()["score"] == 100
