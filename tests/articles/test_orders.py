"""An order of the department is carried out under its reference, and ends by itself.

Rooms are boards: what is ordered about a forum is ordered about a room.

Article: Article.ORDERS, Article.COMPLAINTS_INSPECTED
"""

from bench.client import Viewer
from danmaku.actions.filing_watch import FilingWatch
from danmaku.domain.account import Bundle
from danmaku.domain.filing_facts import OrderEnded, OrderEntered
from danmaku.domain.people_facts import ControlSet
from danmaku.domain.times import MINUTE_MS
from tests.articles.verbs import bearer


async def test_a_room_is_suspended_under_the_reference_and_goes_on_when_it_is_over(site, clock):
    facts = []
    site.core.record.subscribe(lambda entries: facts.extend(entry.fact for entry in entries))
    room = await site.room()
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    ins = await site.person("ins", Bundle.INSPECTOR)
    socket = await Viewer.join(site.door(room, await site.person("ann")))
    order = {"reference": "ref 123", "act": "closed", "room": room, "lasts_ms": MINUTE_MS}

    asked = await site.api.post("/api/orders", json=order, headers=bearer(ins))
    sent = await site.api.post("/api/orders", json=order, headers=bearer(eve))
    during = await socket.send("now?")
    body = {"room": room, "reason": "too strict"}
    loosened = await site.api.post("/api/controls/lift", json=body, headers=bearer(eve))
    entered = next(fact for fact in facts if isinstance(fact, OrderEntered))
    clock.go_on(MINUTE_MS)
    controls = (await site.api.get("/api/controls")).json()["controls"]
    after = await socket.send("and now?")
    office = site.core.filing
    parts = (office.book, office.filings, office.orders)
    await FilingWatch(*parts, clock=clock.now_ms, telemetry=site.core.telemetry).look()

    assert (asked.status_code, sent.status_code) == (403, 201)
    assert (during["code"], loosened.status_code) == ("room_paused", 403)
    assert (controls, after["number"]) == ([], 1)
    control = next(fact.control for fact in facts if isinstance(fact, ControlSet))
    ended = next(fact for fact in facts if isinstance(fact, OrderEnded))
    assert control.reference == entered.reference == ended.reference == "ref 123"
    [listed] = (await site.api.get("/api/orders", headers=bearer(ins))).json()["orders"]
    assert listed["ended_ms"] is not None
    [filing] = (await site.api.get("/api/filings", headers=bearer(ins))).json()["filings"]
    assert (filing["kind"], filing["title"]) == ("order", "ref 123")
