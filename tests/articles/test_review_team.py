"""Who reviews is trained, on a roster, and enough for the rooms; errors are counted.

Article: Article.REVIEW_TEAM
"""

from bench.client import Viewer
from danmaku.actions.sample_texts import sample_question_file, sample_questions
from danmaku.domain.account import Bundle
from tests.articles.verbs import bearer


async def ask(site, person, method, path, **fields):
    return await site.api.request(method, path, json=fields or None, headers=bearer(person))


async def report(site, room, number):
    fields = {"room": room, "number": number, "category": "spam"}
    (await site.api.post("/api/reports", json=fields)).raise_for_status()


async def test_an_untrained_account_claims_nothing_until_it_has_passed(site):
    room = await site.room()
    ann, rey = await site.person("ann"), await site.person("rey", Bundle.REVIEWER)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    socket = await Viewer.join(site.door(room, ann))
    await socket.send("look here")
    await report(site, room, 1)
    text = sample_question_file()
    (await ask(site, eve, "POST", "/api/training/questions", text=text)).raise_for_status()

    refused = await ask(site, rey, "POST", "/api/cases/next", kinds=[])
    asked = (await ask(site, rey, "GET", "/api/training")).json()
    right = [one.right for one in sample_questions().questions]
    passed = await ask(site, rey, "POST", "/api/training", version=asked["version"], answers=right)
    claimed = await ask(site, rey, "POST", "/api/cases/next", kinds=[])

    assert (refused.status_code, refused.json()["code"]) == (403, "training_required")
    assert "right" not in asked["questions"][0]
    assert passed.json()["passed"]
    assert claimed.json()["case"]["claimant"] == "rey"


async def test_the_roster_shows_who_is_there_and_warns_above_fifty_rooms_each(site):
    rey = await site.person("rey", Bundle.REVIEWER)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    for _ in range(51):
        await site.room()

    nobody = (await ask(site, eve, "GET", "/api/roster")).json()
    await ask(site, rey, "POST", "/api/roster/duty", on=True)
    one = (await ask(site, eve, "GET", "/api/roster")).json()
    await ask(site, eve, "POST", "/api/roster/duty", on=True)
    two = (await ask(site, eve, "GET", "/api/roster")).json()
    table = (await ask(site, eve, "GET", "/api/roster.csv?on_duty=true")).text

    assert (nobody["rooms_each"], nobody["too_few"]) == (None, True)
    assert (one["rooms_each"], one["too_few"]) == (51.0, True)
    assert (two["rooms_each"], two["too_few"]) == (25.5, False)
    assert [row.split(",")[0] for row in table.splitlines()[1:]] == ['"eve"', '"rey"']


async def test_an_appeal_that_is_granted_counts_against_who_decided(site):
    room = await site.room()
    ann, eve = await site.person("ann"), await site.person("eve", Bundle.CHIEF_EDITOR)
    rey, ria = [await site.person(name, Bundle.REVIEWER) for name in ("rey", "ria")]
    socket = await Viewer.join(site.door(room, ann))
    await socket.send("look here")
    await report(site, room, 1)
    case = (await ask(site, rey, "POST", "/api/cases/next", kinds=[])).json()["case"]
    path = "/api/cases/{}/decide".format
    decided = await ask(site, rey, "POST", path(case["case_id"]), outcome="upheld")
    decided.raise_for_status()
    appeal = {"room": room, "number": 1, "text": "no advert"}
    (await ask(site, ann, "POST", "/api/appeals", **appeal)).raise_for_status()
    case = (await ask(site, ria, "POST", "/api/cases/next", kinds=[])).json()["case"]
    await ask(site, ria, "POST", path(case["case_id"]), outcome="upheld")

    staff = (await ask(site, eve, "GET", "/api/roster")).json()["staff"]

    counts = {one["login"]: (one["decided"], one["overturned"]) for one in staff}
    assert counts == {"eve": (0, 0), "rey": (1, 1), "ria": (1, 0)}
