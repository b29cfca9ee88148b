"""Inspection reaches each room: how complaints were handled there can be counted and read.

Article: Article.COMPLAINTS_INSPECTED
"""

from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from tests.articles.test_inspector import inspector
from tests.articles.verbs import bearer

COMPLAINT = {"category": "privacy", "text": "this is my address", "contact": "a@b.example"}


async def test_an_inspector_counts_the_complaints_of_one_room_and_reads_each(site):
    rooms = [await site.room(), await site.room()]
    ann, rey = await site.person("ann"), await site.person("rey", Bundle.REVIEWER)
    for room in rooms:
        await site.core.comments.post(ann.who, room, Draft("c-1", "hello"))
    about = {"room": rooms[0], "number": 1}
    filed = await site.api.post("/api/complaints", json=COMPLAINT | about)
    filed.raise_for_status()
    _, by_inspector, _ = await inspector(site)
    [case] = (await site.api.get("/api/cases", headers=by_inspector)).json()["cases"]
    claimed = await site.api.post(f"/api/cases/{case['case_id']}/claim", headers=bearer(rey))
    decision = {"outcome": "rejected", "category": "privacy", "basis": "rule 3", "note": "No."}
    decided = await site.api.post(
        f"/api/cases/{case['case_id']}/decide", json=decision, headers=bearer(rey)
    )

    assert (claimed.status_code, decided.status_code) == (200, 200)
    handled = [
        (
            await site.api.get(
                "/api/inspection/figures", params={"room": room}, headers=by_inspector
            )
        ).json()["handled"]
        for room in rooms
    ]
    assert [row["kind"] for row in handled[0]] == ["complaint"]
    assert handled[1] == []
    seen = await site.api.get(f"/api/cases/{case['case_id']}", headers=by_inspector)
    assert seen.status_code == 200
    [said] = seen.json()["filings"]
    assert (said["text"], said["contact"]) == (COMPLAINT["text"], "•••")
