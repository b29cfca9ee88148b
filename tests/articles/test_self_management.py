"""A streamer keeps their room by tools that are asked for, given in part, and taken back at once.

Article: Article.SELF_MANAGEMENT, Article.POWERS_BRING_DUTIES, Article.FOUNDERS_VERIFIED
"""

import pytest

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.identity import Strength
from danmaku.domain.ids import PLATFORM, Millis
from danmaku.domain.people_facts import IdentityVerified
from danmaku.domain.room import ReviewMode
from danmaku.ports import Append
from tests.articles.seen import notices_of, texts_of

CLAUSES = Words("条款", "Clauses", "职责。", "Duties.")
ASKED = ["comment.recall", "comment.restore", "moderator.invite"]


def bearer(person):
    return {"Authorization": f"Bearer {person.token}"}


@pytest.fixture
async def cast(site):
    """Clauses for operators are out; mia owns a room in which ann comments; eve assesses."""
    edition = Edition(DocumentKind.OPERATOR_CLAUSES, 1, Millis(0), is_mandatory=True)
    await site.core.offices.documents.issue(None, Document(edition, CLAUSES))
    mia, ann = await site.person("mia"), await site.person("ann")
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    room = await site.room_of(mia)
    author = await Viewer.join(site.door(room, ann))
    await author.send("the butler did it")
    return room, mia, ann, eve


async def hide(site, room, person, number=1):
    path = f"/api/rooms/{room}/comments/{number}/recall?category=spoiler"
    return await site.api.post(path, headers=bearer(person))


async def apply(site, room, person):
    body = {"powers": ASKED, "accepts_clauses": True}
    done = await site.api.post(f"/api/rooms/{room}/application", json=body, headers=bearer(person))
    return done.json()["application"]


async def test_hiding_works_after_approval_in_that_room_only_and_ends_at_once(site, cast):
    room, mia, ann, eve = cast
    other = await site.room()
    stranger = await Viewer.join(site.door(other, ann))
    await stranger.send("elsewhere")
    assert (await hide(site, room, mia)).status_code == 403

    application = await apply(site, room, mia)
    given = await site.api.post(
        f"/api/applications/{application}/grant",
        json={"powers": ASKED, "days": 30},
        headers=bearer(eve),
    )

    assert given.status_code == 201
    assert (await hide(site, room, mia)).status_code == 200
    assert (await hide(site, other, mia)).status_code == 403
    told = await site.api.get("/api/me/measures", headers=bearer(ann))
    [measure] = told.json()["measures"]
    assert (measure["step"], measure["category"]) == ("hide", "spoiler")

    narrowed = await site.api.post(
        f"/api/grants/{given.json()['grant_id']}/narrow",
        json={"keep": ["comment.restore"], "reason": "hid too much"},
        headers=bearer(eve),
    )
    assert narrowed.status_code == 204
    restored = f"/api/rooms/{room}/comments/1/restore"
    assert (await site.api.post(restored, headers=bearer(mia))).status_code == 200
    assert (await hide(site, room, mia)).status_code == 403


async def test_what_was_hidden_and_why_is_public(site, cast):
    room, mia, _, eve = cast
    application = await apply(site, room, mia)
    body = {"powers": ASKED, "days": 30}
    await site.api.post(f"/api/applications/{application}/grant", json=body, headers=bearer(eve))
    await hide(site, room, mia)

    share = (await site.api.get(f"/api/rooms/{room}/hidden")).json()

    assert (share["published"], share["hidden"], share["by_category"]) == (1, 1, {"spoiler": 1})


async def test_in_a_delayed_room_its_moderator_stops_a_comment_before_anybody_else_receives_it(
    site, clock
):
    room = await site.room(mode=ReviewMode.DELAYED, delay_ms=60_000)
    tom, ann = await site.person("tom"), await site.person("ann")
    await site.core.people.grant(None, "tom", Bundle.MODERATOR, room=room, until_ms=None)
    author, keeper, viewer = [await Viewer.join(site.door(room, who)) for who in (ann, tom, None)]

    stopped = await author.send("the butler did it")
    await author.send("what a scene")
    await keeper.until(lambda: len(notices_of(keeper, "held")) == 2)
    path = f"/api/rooms/{room}/held/{stopped['seq']}/reject"
    done = await site.api.post(path, json={"category": "spoiler"}, headers=bearer(tom))
    clock.go_on(60_000)
    await viewer.until(lambda: bool(texts_of(viewer)))
    await author.until(lambda: bool(notices_of(author, "refused")))

    assert (stopped["op"], stopped["category"], done.status_code) == ("held", "delay", 200)
    assert [one["text"] for one in notices_of(keeper, "held")] == [
        "the butler did it",
        "what a scene",
    ]
    [told] = notices_of(author, "refused")
    assert (told["seq"], told["category"]) == (stopped["seq"], "spoiler")
    assert texts_of(viewer) == texts_of(author) == ["what a scene"]
    assert [(one["text"], one["late"]) for one in await site.listed(room)] == [
        ("what a scene", False)
    ]
    assert notices_of(viewer, "held") == notices_of(author, "held") == []


async def test_powers_of_the_lapsed_wait_until_they_are_verified_again(site):
    tom = await site.person("tom")
    room = await site.room()
    await site.core.people.grant(None, "tom", Bundle.MODERATOR, room=room, until_ms=None)
    author = await Viewer.join(site.door(room, await site.person("ann")))
    await author.send("one")

    async def verified(until_ms):
        fact = IdentityVerified(tom.who.account, "sandbox", Strength.PHONE, until_ms)
        await site.core.store.commit(Append(PLATFORM, fact))

    await verified(Millis(1))
    assert (await hide(site, room, tom)).status_code == 403
    await verified(None)
    assert (await hide(site, room, tom)).status_code == 200
