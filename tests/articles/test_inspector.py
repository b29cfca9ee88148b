"""The department looks at everything and changes nothing; each look is entered; numbers recount.

Article: Article.INSPECTOR, Article.INSPECTION, Article.INSPECTOR_OF_FORUMS
"""

import io
from collections import Counter
from datetime import UTC, datetime
from statistics import median_low
from zipfile import ZipFile

import orjson

from danmaku.clock import now_ms
from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.facts import CommentRecalled
from danmaku.domain.ids import PLATFORM, Millis
from danmaku.domain.inspection import BundleMade, RecordViewed
from danmaku.web.forms import form_token_of
from tests.articles.test_no_manipulation import writing_routes

HELD = "wobblesnark"


async def inspector(site, *, lasts_ms=3_600_000):
    """Somebody from the department, with a grant for an hour."""
    people = site.core.people
    await people.add("ins", "Ins", None)
    until_ms = Millis(now_ms() + lasts_ms)
    await people.grant(None, "ins", Bundle.INSPECTOR, room=None, until_ms=until_ms)
    who = await people.known("ins")
    _, token = await people.issue_token(who, "test", expires_ms=None, room=None)
    secret = await people.sessions.open(who.account)
    return who, {"Authorization": f"Bearer {token}"}, secret


async def platform_facts(site):
    return [entry.fact for entry in await site.core.store.recorded(PLATFORM, 0, limit=1000)]


async def test_each_look_is_entered_before_it_is_shown(site):
    who, bearer, secret = await inspector(site)

    for path in ("/api/inspection/figures", "/api/cases", "/api/cases"):
        (await site.api.get(path, headers=bearer)).raise_for_status()
    page = await site.api.get("/inspect", headers={"Cookie": f"danmaku={secret}"})

    assert "your views are logged" in page.text
    looks = [fact for fact in await platform_facts(site) if isinstance(fact, RecordViewed)]
    assert looks == [
        RecordViewed(who.account, path)
        for path in ("/api/inspection/figures", "/api/cases", "/inspect")
    ]


async def test_nothing_can_be_written(site):
    room = await site.room()
    _, bearer, _ = await inspector(site)
    tried = [path for path in writing_routes() if path.startswith("/api/")]

    for path in tried:
        if path.startswith(("/api/disclosures", "/api/v2/match")):
            continue  # who somebody is can be asked for, and takes a second person; the other asks
        url = path.replace("{room}", room).replace("{number}", "1")
        answers = {
            (await site.api.request(verb, url, headers=bearer, json={})).status_code
            for verb in ("POST", "PUT", "PATCH", "DELETE")
        }
        assert answers <= {403, 404, 405}, (path, answers)
        assert answers != {405}, path
    assert len(tried) > 20
    draft = Draft("c-1", "a comment")
    who = await site.core.people.known("ins")
    assert not who.may("comment.send", room, now_ms())
    assert (await site.listed(room)) == []
    assert draft.text not in str(await platform_facts(site))


async def test_when_the_time_is_over_session_and_token_are_dead(site):
    _, bearer, secret = await inspector(site, lasts_ms=-1)

    assert (await site.api.get("/api/inspection/figures", headers=bearer)).status_code == 401
    assert (await site.api.get("/api/rooms", headers=bearer)).status_code == 401
    page = await site.api.get("/inspect", headers={"Cookie": f"danmaku={secret}"})
    assert page.status_code in {303, 401}


async def test_the_numbers_of_a_day_equal_a_recount_from_the_entries(site):
    rooms = [await site.room(), await site.room()]
    ann, judge = await site.person("ann"), await site.person("judge", Bundle.REVIEWER)
    for n in range(6):
        await site.core.comments.post(ann.who, rooms[n % 2], Draft(f"c-{n}", f"comment {n}"))
    await site.core.comments.post(ann.who, rooms[0], Draft("held", HELD))
    await site.core.comments.recall(judge.who, rooms[0], 1, "spam")
    await site.core.comments.recall(ann.who, rooms[1], 1)
    [held] = await site.core.moderation.held(judge.who, rooms[0])
    await site.core.moderation.approve(judge.who, rooms[0], held.comment.origin)
    _, bearer, _ = await inspector(site)
    today = datetime.fromtimestamp(now_ms() / 1000, UTC).date().isoformat()

    for room in (None, rooms[0]):
        asked = {"first": today} | ({} if room is None else {"room": room})
        figures = (
            await site.api.get("/api/inspection/figures", params=asked, headers=bearer)
        ).json()

        chains = [*rooms, PLATFORM] if room is None else [room]
        entries = [e for c in chains for e in await site.core.store.recorded(c, 0, limit=1000)]
        counted = Counter({(one["chain"], one["kind"]): one["count"] for one in figures["rooms"]})
        assert by_chain(counted) == Counter(entry.chain for entry in entries)
        recalls = [e.fact for e in entries if isinstance(e.fact, CommentRecalled)]
        assert Counter(
            {(one["by"], one["category"]): one["count"] for one in figures["recalled"]}
        ) == Counter((fact.by.value, fact.category or "") for fact in recalls)
        [handled] = figures["handled"]
        assert (handled["kind"], handled["count"]) == ("review", 1)
        entry = next(e for e in entries if (e.chain, e.seq) == (rooms[0], held.comment.origin))
        approved = [e for e in entries if e.chain == rooms[0]][-1]
        took_s = round(median_low([approved.at_ms - entry.at_ms]) / 1000, 1)
        assert handled["median_s"] == handled["p95_s"] == took_s


def by_chain(counted):
    total = Counter()
    for (chain, _), count in counted.items():
        total[chain] += count
    return total


async def test_a_bundle_asked_for_on_the_page_is_handed_over_and_entered(site):
    await site.room()
    who, _, secret = await inspector(site)
    today = datetime.fromtimestamp(now_ms() / 1000, UTC).date().isoformat()
    form = {"csrf": form_token_of(secret), "first": today, "last": today}

    got = await site.api.post("/inspect/bundle", data=form, headers={"Cookie": f"danmaku={secret}"})

    with ZipFile(io.BytesIO(got.content)) as opened:
        manifest = orjson.loads(opened.read("manifest.json"))
    [fact] = [fact for fact in await platform_facts(site) if isinstance(fact, BundleMade)]
    assert fact.actor == who.account
    assert fact.made.entries_count == manifest["entries"]
