"""What the house says for itself passes the same filter and stands in the same record.

Article: Article.PROVIDER_ITSELF
"""

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.facts import CommentPublished, CommentRefused
from danmaku.domain.ids import ClientId

PROHIBITED = "grumblewock"  # the sample rules refuse this word


@pytest.mark.parametrize("bundle", [Bundle.OPERATOR, Bundle.CHIEF_EDITOR])
async def test_a_notice_of_the_house_is_judged_like_anybodys_words(site, bundle):
    room = await site.room()
    house = await site.person("house", bundle)

    async def said(text):
        draft = Draft(ClientId(f"notice-{len(text)}"), text)
        return (await site.core.comments.post(house.who, room, draft)).fact

    assert isinstance(await said("The broadcast begins at eight."), CommentPublished)
    refused = await said(PROHIBITED)
    assert isinstance(refused, CommentRefused)
    assert refused.verdict.ruleset == site.core.rules.version
