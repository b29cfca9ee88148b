"""A new function stays off until its assessment is approved; the draft states how the house stands.

Article: Article.SECURITY_ASSESSMENT
"""

from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from tests.articles.verbs import bearer

REQUIRED = (
    "persons",
    "identity",
    "logs",
    "handling",
    "personal",
    "complaints",
    "support",
)


async def test_a_function_is_off_in_rooms_until_an_editor_answers_for_its_assessment(site):
    room, ann = await site.room(), await site.person("ann")
    rey = await site.person("rey", Bundle.REVIEWER)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    await site.core.comments.post(ann.who, room, Draft("c-1", "hello"))

    async def post(person, path, **body):
        return await site.api.post(path, json=body, headers=bearer(person))

    early = await post(eve, "/api/features/likes", on=True)
    filing = (await post(rey, "/api/filings/assessments", feature="likes")).json()["filing"]
    draft = (await site.api.get(f"/api/filings/{filing}", headers=bearer(eve))).json()
    await post(rey, f"/api/filings/{filing}/turn", revision=filing, state="ready")
    unapproved = await post(eve, "/api/features/likes", on=True)
    own = await post(rey, f"/api/filings/{filing}/turn", revision=filing, state="approved")
    await post(eve, f"/api/filings/{filing}/turn", revision=filing, state="approved")
    on = await post(eve, "/api/features/likes", on=True)
    like = f"/api/rooms/{room}/comments/1/like"
    liked = await site.api.put(like, headers=bearer(rey))
    await post(
        eve, f"/api/filings/{filing}/turn", revision=filing, state="returned", note="an order"
    )
    after = await site.api.put(like, headers=bearer(eve))

    assert [one.status_code for one in (early, unapproved, own)] == [403, 403, 403]
    assert [one.status_code for one in (on, liked, after)] == [200, 200, 403]
    sections = {one["word"]: one["lines"] for one in draft["sections"]}
    assert set(REQUIRED) <= sections.keys()
    assert {"word": "chief_editor", "value": "Eve (eve)", "about": ""} in sections["persons"]
    version = site.core.rules.version
    assert {"word": "rules", "value": version, "about": ""} in sections["handling"]
    document = await site.api.get(f"/api/filings/{filing}/document", headers=bearer(eve))
    assert "Eve (eve)" in document.text
