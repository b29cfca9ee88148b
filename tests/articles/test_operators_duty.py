"""Those who keep a room see its reports at once, and what they leave undone is seen.

Article: Article.OPERATORS_DUTY
"""

from bench.client import Viewer
from danmaku.domain.keeping import ANSWER_WITHIN_MS


def bearer(person):
    return {"Authorization": f"Bearer {person.token}"}


async def test_a_report_stands_in_the_rooms_console_with_its_time_and_is_answered_there(site):
    mia = await site.person("mia")
    room = await site.room_of(mia)
    author = await Viewer.join(site.door(room, await site.person("ann")))
    await author.send("the butler did it")

    filed = {"room": room, "number": 1, "category": "spoiler", "text": "spoils"}
    await site.api.post("/api/reports", json=filed)

    listed = await site.api.get(f"/api/rooms/{room}/reports", headers=bearer(mia))
    [report] = listed.json()["reports"]
    assert (report["number"], report["comment"]) == (1, "the butler did it")
    assert report["due_ms"] - report["at_ms"] == ANSWER_WITHIN_MS
    assert "receipt" not in report

    answered = await site.api.post(
        f"/api/rooms/{room}/reports/{report['seq']}/answer",
        json={"finding": "upheld"},
        headers=bearer(mia),
    )
    duty = (await site.api.get(f"/api/rooms/{room}/duty", headers=bearer(mia))).json()
    assert answered.status_code == 204
    assert (duty["filed"], duty["answered"], duty["overdue"]) == (1, 1, 0)


async def test_reports_of_a_room_are_for_its_keepers_alone(site):
    room = await site.room()
    stranger = await site.person("stranger")
    await site.room_of(stranger)

    refused = await site.api.get(f"/api/rooms/{room}/reports", headers=bearer(stranger))

    assert refused.status_code == 403
