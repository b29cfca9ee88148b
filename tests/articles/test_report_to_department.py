"""One act stops, removes, seals and reports; the report is closed by a receipt or a reason.

Article: Article.REPORT_TO_DEPARTMENT, Article.STOP_DELETE_KEEP_REPORT
"""

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.case_facts import CaseDecided
from danmaku.domain.facts import CommentRecalled, PlatformFact
from danmaku.domain.filing_facts import FilingBegun
from danmaku.domain.people_facts import MeasureTaken
from tests.articles.seen import entries_of
from tests.articles.verbs import bearer, take
from tests.live.site import Site

GRAVE = "something unlawful"


async def confirmed(site: Site):
    """A reported comment that a reviewer confirms as unlawful; who watches, and the reviewer."""
    room, ann = await site.room(), await site.person("ann")
    rey = await site.person("rey", Bundle.REVIEWER)
    watcher = await Viewer.join(site.door(room))
    author = await Viewer.join(site.door(room, ann))
    number = (await author.send(GRAVE))["number"]
    await watcher.until(lambda: bool(entries_of(watcher, "comment")))
    said = {"room": room, "number": number, "category": "porn"}
    (await site.api.post("/api/reports", json=said)).raise_for_status()
    got = await site.api.post("/api/cases/next", json={}, headers=bearer(rey))
    case_id = got.raise_for_status().json()["case"]["case_id"]
    path = f"/api/cases/{case_id}/decide"
    sent = await site.api.post(path, json={"outcome": "upheld"}, headers=bearer(rey))
    sent.raise_for_status()
    return room, number, case_id, watcher, rey


async def filings(site, person, **query):
    got = await site.api.get("/api/filings", params=query, headers=bearer(person))
    return got.raise_for_status().json()["filings"]


async def turn(site, person, filing, state, **words):
    path = f"/api/filings/{filing}/turn"
    words |= {"state": state, "revision": filing}  # nobody has revised it
    return await site.api.post(path, json=words, headers=bearer(person))


async def test_one_act_recalls_marks_seals_and_reports(site):
    announced: list[PlatformFact] = []
    times: dict[type, int] = {}

    def hear(entries):
        for entry in entries:
            announced.append(entry.fact)
            times[type(entry.fact)] = entry.at_ms

    site.core.record.subscribe(hear)
    room, number, case_id, watcher, rey = await confirmed(site)

    await watcher.until(lambda: bool(entries_of(watcher, "recall")))
    page = (await site.api.get(f"/rooms/{room}")).raise_for_status().text
    assert GRAVE not in page
    assert 'is-marker"' in page
    one_act = (CommentRecalled, MeasureTaken, CaseDecided, FilingBegun)
    assert len({times[kind] for kind in one_act}) == 1
    [measure] = [fact for fact in announced if isinstance(fact, MeasureTaken)]
    path = f"/api/measures/{measure.measure.measure_id}/evidence"
    evidence = (await site.api.get(path, headers=bearer(rey))).raise_for_status().json()
    assert evidence["comment"]["text"] == GRAVE
    [item] = await filings(site, rey, kind="item")
    got = await site.api.get(f"/api/filings/{item['filing']}", headers=bearer(rey))
    lines = {line["word"]: line["value"] for s in got.json()["sections"] for line in s["lines"]}
    assert (lines["case"], lines["room"], lines["number"]) == (case_id, room, str(number))
    assert GRAVE not in got.text


async def test_what_staff_take_away_without_a_case_is_reported_by_the_same_act(site):
    times: dict[type, int] = {}
    site.core.record.subscribe(
        lambda entries: times.update({type(entry.fact): entry.at_ms for entry in entries})
    )
    room, ann = await site.room(), await site.person("ann")
    rey = await site.person("rey", Bundle.REVIEWER)
    author = await Viewer.join(site.door(room, ann))
    numbers = [(await author.send(f"{GRAVE} {n}"))["number"] for n in range(4)]

    path = f"/api/rooms/{room}/comments/{numbers[0]}/recall"
    sent = await site.api.post(path, params={"category": "porn"}, headers=bearer(rey))
    sent.raise_for_status()
    one_act = (CommentRecalled, MeasureTaken, FilingBegun)
    assert len({times[kind] for kind in one_act}) == 1

    wanted = {"login": "ann", "room": room, "category": "fraud", "why": "all of it"}
    path = "/api/bulk-recalls/preview"
    seen = await site.api.post(path, json=wanted, headers=bearer(rey))
    scan = seen.raise_for_status().json()["scan"]
    path = f"/api/bulk-recalls/{scan}/execute"
    (await site.api.post(path, headers=bearer(rey))).raise_for_status()
    await author.until(lambda: len(entries_of(author, "recall")) == len(numbers))

    many, one = await filings(site, rey, kind="item")
    assert one["subject"].startswith(f"comment:{room}/")
    assert many["subject"] == f"bulk:{scan}"


async def test_the_item_is_handed_in_by_an_editor_under_a_receipt(site):
    *_, rey = await confirmed(site)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    [item] = await filings(site, eve, open=True)
    number = item["filing"]

    closed = [
        await turn(site, eve, number, "acknowledged"),
        await turn(site, eve, number, "waived"),
    ]
    own = await turn(site, rey, number, "ready")
    foreign = await turn(site, rey, number, "approved")
    await turn(site, eve, number, "approved")
    bare = await turn(site, eve, number, "submitted")
    done = await turn(site, eve, number, "submitted", receipt="2026-0001")

    assert [one.status_code for one in closed] == [403, 400]
    assert (own.status_code, foreign.status_code, bare.status_code) == (200, 403, 400)
    assert (done.json()["state"], done.json()["receipt"]) == ("submitted", "2026-0001")
    assert await filings(site, eve, open=True) == []


async def test_a_bar_and_a_closed_room_are_reported_too(site):
    await site.person("ann")
    room = await site.room()
    rey = await site.person("rey", Bundle.REVIEWER)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)

    await take(site, rey, "suspend", login="ann")
    await take(site, eve, "forbid", login="ann")
    await take(site, eve, "close_comments", room=room)

    assert [one["kind"] for one in await filings(site, eve)] == ["item", "blacklist"]


async def test_a_day_is_reported_with_numbers_that_a_recount_finds(site):
    heard: list[PlatformFact] = []
    site.core.record.subscribe(lambda entries: heard.extend(entry.fact for entry in entries))
    await confirmed(site)
    eve = await site.person("eve", Bundle.CHIEF_EDITOR)
    announced = tuple(heard)
    now_ms = site.core.store._clock()
    period = {"from_ms": now_ms - 3_600_000, "to_ms": now_ms}

    sent = await site.api.post("/api/filings/reports", json=period, headers=bearer(eve))
    filing = sent.raise_for_status().json()["filing"]

    got = (await site.api.get(f"/api/filings/{filing}", headers=bearer(eve))).json()
    stated = {
        line["about"]: line["value"]
        for section in got["sections"]
        if section["word"] == "entries"
        for line in section["lines"]
    }
    assert stated["comment_published"] == "1"
    for kind, fact in (("case_decided", CaseDecided), ("filing_begun", FilingBegun)):
        assert stated[kind] == str(sum(isinstance(one, fact) for one in announced))
