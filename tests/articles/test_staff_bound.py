"""What the staff remove is looked at again by somebody who knows nothing of it.

Article: Article.STAFF_BOUND
"""

from bench.client import Viewer
from danmaku.actions.drawn import new_id
from danmaku.actions.rechecks import MARGIN_MS
from danmaku.actions.team import Team
from danmaku.clock import now_ms
from danmaku.config import TeamSettings
from danmaku.domain.account import Bundle
from tests.articles.verbs import bearer


async def ask(site, person, method, path, **fields):
    return await site.api.request(method, path, json=fields or None, headers=bearer(person))


async def drawn(site):
    """Draw every decision, a little later than now."""
    core = site.core
    team = Team.over(
        *(core.record, core.store.team, core.store),
        freshen=core.people.standings.freshen,
        clock=lambda: now_ms() + MARGIN_MS + 1_000,
        new_id=new_id,
        settings=TeamSettings(recheck_permille=1000),
    )
    assert await team.rechecks.draw() == 1


async def test_a_recall_by_staff_arrives_blind_at_another_and_a_difference_at_an_editor(site):
    room = await site.room()
    ann, eve = await site.person("ann"), await site.person("eve", Bundle.CHIEF_EDITOR)
    rey, ria = [await site.person(name, Bundle.REVIEWER) for name in ("rey", "ria")]
    socket = await Viewer.join(site.door(room, ann))
    await socket.send("what I meant")
    path = f"/api/rooms/{room}/comments/1/recall"
    (await ask(site, rey, "POST", path, category="spam")).raise_for_status()
    await drawn(site)

    own = (await ask(site, rey, "GET", "/api/rechecks")).json()["rechecks"]
    [look] = (await ask(site, ria, "GET", "/api/rechecks")).json()["rechecks"]
    said = await ask(site, ria, "POST", f"/api/rechecks/{look['recheck']}", violates=False)
    others = [await ask(site, one, "POST", "/api/cases/next", kinds=[]) for one in (rey, ria)]
    case = (await ask(site, eve, "POST", "/api/cases/next", kinds=[])).json()["case"]
    decide = f"/api/cases/{case['case_id']}/decide"
    (await ask(site, eve, "POST", decide, outcome="upheld")).raise_for_status()

    assert own == []
    assert (look["text"], look["room"]) == ("what I meant", room)
    assert look.keys() == {"recheck", "room", "at_ms", "position_ms", "text"}
    assert said.status_code == 204
    assert [one.json()["case"] for one in others] == [None, None]
    assert case["kind"] == "recheck"
    assert [one.get("text") for one in await site.listed(room)] == ["what I meant"]
    agreement = (await ask(site, eve, "GET", "/api/rechecks/agreement")).json()
    assert agreement["by_login"] == [{"word": "rey", "looked": 1, "agreed": 0, "share": 0.0}]


async def test_what_is_odd_about_decisions_is_told_to_editors_alone(site, clock):
    room = await site.room()
    ann, rey = await site.person("ann"), await site.person("rey", Bundle.REVIEWER)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    socket = await Viewer.join(site.door(room, ann))
    clock.stop()  # so that each decision is a hasty one
    for number in range(1, 6):
        await socket.send(f"look here {number}")
        report = {"room": room, "number": number, "category": "spam"}
        (await site.api.post("/api/reports", json=report)).raise_for_status()
        case = (await ask(site, rey, "POST", "/api/cases/next", kinds=[])).json()["case"]
        decide = f"/api/cases/{case['case_id']}/decide"
        (await ask(site, rey, "POST", decide, outcome="rejected")).raise_for_status()

    told = (await ask(site, eve, "GET", "/api/roster/oddities")).json()["oddities"]

    assert [(one["oddity"], one["login"], one["count"]) for one in told] == [("hasty", "rey", 5)]
    assert (await ask(site, rey, "GET", "/api/roster/oddities")).status_code == 403
