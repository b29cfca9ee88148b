import io
import zipfile

import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.features import Feature
from danmaku.domain.filings import FilingFilter
from tests.filed import assessed


@pytest.fixture
async def ann(stage):
    """A visitor of a room with one comment of somebody else's, in a house that has likes."""
    eve, ben = await stage.person("eve", Bundle.CHIEF_EDITOR), await stage.person("ben")
    offices = stage.core.offices
    rey = await stage.person("rey", Bundle.REVIEWER)
    await assessed(stage.core.filing.filings, rey.who, eve.who)
    await offices.features.switch(eve.who, Feature.LIKES, is_on=True)
    await stage.say(ben, await stage.room(), "look at this")
    return await stage.person("ann")


async def test_list_has_the_count_and_a_form_that_works_without_a_script(ann):
    before = (await ann.get("/rooms/demo")).text
    done = await ann.post_form("/rooms/demo/comments/1/like", stands="true")
    liked = (await ann.get("/rooms/demo")).text
    await ann.post_form("/rooms/demo/comments/1/like", stands="false")
    after = (await ann.get("/rooms/demo")).text

    assert (done.status_code, done.headers["location"]) == (303, "/rooms/demo#c1")
    row = 'name="stands" value="{}" aria-pressed="{}"'
    assert row.format("true", "false") in before
    assert row.format("false", "true") in liked
    assert row.format("true", "false") in after
    assert '">1</span>' in liked.partition("row-likes")[2][:60]


async def test_guests_see_counts_and_no_button(stage, ann):
    await ann.post_form("/rooms/demo/comments/1/like", stands="true")

    page = (await stage.guest().get("/rooms/demo")).text

    assert 'class="row-likes"' in page
    assert 'class="row-like"' not in page


async def test_what_one_likes_is_in_the_export_of_nobody_else(stage, ann):
    await ann.post_form("/rooms/demo/comments/1/like", stands="true")
    ben = await stage.person("other")

    files = []
    for one in (ann, ben):
        archive = zipfile.ZipFile(io.BytesIO((await one.get("/me/export")).content))
        files.append(archive.read("likes.jsonl"))

    assert files[0].startswith(b'{"room":"demo","number":1,')
    assert files[1] == b""


async def test_features_are_listed_for_everybody(stage, ann):
    [got] = (await stage.guest().get("/api/features")).json()["features"]
    [filing] = await stage.core.filing.filings.listed(None, FilingFilter())

    reference = str(filing.filing)
    said = {"feature": "likes", "runs": True, "approved": True, "on": True}
    assert got == said | {"reference": reference}
    assert (await ann.get("/api/rooms/demo/comments")).json()["likes"] == {}
