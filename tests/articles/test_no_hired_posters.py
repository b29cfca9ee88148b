"""A scripted flood is one matter for a person; a crowd that cheers is left alone.

Article: Article.NO_HIRED_POSTERS
"""

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.facts import CommentPublished
from danmaku.domain.live import cluster_in
from tests.live.site import running, settings_of

ACCOUNTS = 200


@pytest.fixture
async def site(tmp_path):
    async with running(settings_of(tmp_path / "data", admission={})) as site:
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


@pytest.mark.parametrize("line", ["主播加油加油我们都爱你", "哈哈哈", "@主播 生日快乐"])
async def test_crowd_that_calls_out_one_thing_is_published_whole(site, line):
    room = await site.room()

    entries = await outcomes(site, room, [line] * ACCOUNTS)

    assert {type(one.fact) for one in entries} == {CommentPublished}


async def test_new_accounts_that_turn_on_one_person_are_one_matter(site):
    room = await site.room()
    judge = await site.person("judge", Bundle.REVIEWER)
    words = ("滚", "骗子", "丢人", "别播了", "垃圾", "什么水平")

    entries = await outcomes(site, room, [f"@小明 {words[n % 6]}{n}" for n in range(40)])

    held = [one.fact for one in entries if not isinstance(one.fact, CommentPublished)]
    assert len(held) == 36
    [name] = {cluster_in(fact.verdict) for fact in held}
    assert len(await site.core.moderation.cluster(judge.who, room, name)) == len(held)
