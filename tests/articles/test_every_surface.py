"""All that people write passes one filter and gets one kind of record, names and titles too.

Article: Article.EVERY_SURFACE
"""

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.facts import CommentHeld, CommentRefused, NameJudged
from tests.articles.verbs import bearer

SAMPLES = {"wobblesnark": "held", "grumblewock": "refused"}  # of the sample rules


@pytest.fixture
async def cast(site):
    """mia, who runs a room; and all that is entered from here on."""
    mia = await site.person("mia")
    room = await site.room_of(mia)
    entered = []
    site.core.record.subscribe(entered.extend)
    return mia, room, entered


async def comment(site, mia, room, text):
    viewer = await Viewer.join(site.door(room, mia))
    await viewer.send(text)


async def reply(site, mia, room, text):
    body = {"id": "c1", "text": text}
    await site.api.post(f"/api/rooms/{room}/comments", json=body, headers=bearer(mia))


async def name(site, mia, _room, text):
    await site.api.put("/api/me/name", json={"name": text}, headers=bearer(mia))


async def title(site, mia, room, text):
    await site.api.patch(f"/api/rooms/{room}", json={"title": text}, headers=bearer(mia))


async def summary(site, mia, room, text):
    await site.api.patch(f"/api/rooms/{room}", json={"summary": text}, headers=bearer(mia))


async def new_room(site, mia, _room, text):
    await site.core.people.grant(None, "mia", Bundle.OPERATOR, room=None, until_ms=None)
    body = {"room": "another", "title": text}
    await site.api.post("/api/rooms", json=body, headers=bearer(mia))


def recorded(entered):
    """What was entered: kind of judgement, its category, the words, and what the filter said."""
    for entry in entered:
        match entry.fact:
            case CommentHeld(category=category, content=content, verdict=verdict):
                yield "held", category, content.text, verdict
            case CommentRefused(category=category, content=content, verdict=verdict):
                yield "refused", category, content.text, verdict
            case NameJudged(state=state, category=category, text=text, verdict=verdict):
                yield state.value, category, text, verdict


@pytest.mark.parametrize("surface", [comment, reply, name, title, summary, new_room])
@pytest.mark.parametrize("sample", SAMPLES)
async def test_one_sample_meets_one_answer_on_every_surface(site, cast, surface, sample):
    mia, room, entered = cast

    await surface(site, mia, room, sample)

    [(state, category, text, verdict)] = recorded(entered)
    expected = site.core.rules.look(sample).findings
    assert (state, category, text) == (SAMPLES[sample], expected.category, sample)
    assert (verdict.ruleset, verdict.category) == (expected.ruleset, expected.category)
    assert len(verdict.hits) == len(expected.hits)


@pytest.mark.parametrize("kind", ["image/png", "Audio/ogg", "video/mp4; codecs=avc1"])
async def test_what_nobody_could_review_is_not_taken(site, cast, kind):
    mia, room, entered = cast

    for method, path in (
        ("POST", f"/api/rooms/{room}/comments"),
        ("PUT", "/api/me/name"),
        ("POST", "/report"),
    ):
        headers = bearer(mia) | {"Content-Type": kind}
        answer = await site.api.request(method, path, content=b"\x89PNG", headers=headers)
        assert answer.status_code == 415
        if path.startswith("/api"):
            assert answer.json()["code"] == "type_unsupported"
    assert entered == []
