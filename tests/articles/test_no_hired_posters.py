"""A scripted flood is one matter for a person; a crowd that cheers is left alone.

Article: Article.NO_HIRED_POSTERS
"""

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.facts import CommentPublished
from tests.live.site import running, settings_of

ACCOUNTS = 60


@pytest.fixture
async def site(tmp_path):
    async with running(settings_of(tmp_path / "data", admission={"waves_held": True})) as site:
        yield site


async def outcomes(site, room, texts):
    entries = []
    for n, text in enumerate(texts):
        who = (await site.person(f"poster{n}")).who
        entries.append(await site.core.comments.post(who, room, Draft(f"c-{n}", text)))
    return entries


async def test_flood_of_accounts_with_near_equal_texts_is_one_row_that_one_act_refuses(site):
    room = await site.room()
    judge = await site.person("judge", Bundle.REVIEWER)
    adverts = [f"限时抢购全场半价大家速来看看{n}号" for n in range(ACCOUNTS)]

    entries = await outcomes(site, room, adverts)

    published = [one for one in entries if isinstance(one.fact, CommentPublished)]
    held = [one.fact for one in entries if not isinstance(one.fact, CommentPublished)]
    names = {fact.verdict.hits[-1].rule for fact in held}
    assert (len(published), len(names)) == (2, 1)
    moderation = site.core.moderation
    refused = await moderation.decide_cluster(judge.who, room, names.pop(), "spam")
    assert refused == ACCOUNTS - 2
    assert await moderation.held(judge.who, room) == []


async def test_crowd_that_cheers_is_published_whole(site):
    room = await site.room()

    entries = await outcomes(site, room, ["哈" * (3 + n % 20) for n in range(ACCOUNTS)])

    assert {type(one.fact) for one in entries} == {CommentPublished}
