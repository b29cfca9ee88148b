"""What is held is told and followed; whoever asks gets it, and whoever leaves is forgotten in time.

Article: Article.PERSONAL_DATA
"""

import io
import re
from zipfile import ZipFile

import orjson

from bench.client import Viewer
from danmaku.domain.account import Bundle
from danmaku.domain.privacy import HOLDINGS
from tests.articles.seen import entries_of
from tests.articles.verbs import bearer
from tests.contract.soundness import findings_in

ROW = re.compile(r'<tr data-word="(\w+)" data-since="(\w+)" data-days="(\d+)">')


async def signed_in(site, person):
    """The person's browser."""
    secret = await site.core.people.sessions.open(person.who.account)
    site.api.cookies.set("danmaku", secret)
    return site.api


async def test_the_notice_tells_the_terms_that_the_server_follows(site):
    page = (await site.api.get("/privacy")).raise_for_status().text

    told = [(word, since, int(days)) for word, since, days in ROW.findall(page)]
    assert told == [(one.word, one.term.since.value, one.term.days) for one in HOLDINGS]


async def test_an_export_holds_all_of_oneself_and_nothing_of_others(site):
    room = await site.room()
    ann, ben = await site.person("ann"), await site.person("ben")
    for person, text in ((ann, "words of ann"), (ben, "planted words of ben")):
        viewer = await Viewer.join(site.door(room, person))
        await viewer.send(text)

    browser = await signed_in(site, ann)
    got = (await browser.get("/me/export")).raise_for_status()

    with ZipFile(io.BytesIO(got.content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert orjson.loads(files["account.json"])["login"] == "ann"
    comments = [orjson.loads(line) for line in files["comments.jsonl"].splitlines()]
    assert [comment["text"] for comment in comments] == ["words of ann"]
    kinds = [orjson.loads(line)["kind"] for line in files["history.jsonl"].splitlines()]
    assert kinds[0] == "account_registered"
    assert b"words of ann" in files["index.html"]
    assert b"planted" not in b"".join(files.values())
    assert ben.token.encode() not in b"".join(files.values())


async def test_who_leaves_is_gone_from_public_view_at_once_and_the_chain_verifies(site):
    room = await site.room()
    ann, eve = await site.person("ann"), await site.person("eve")
    speaker = await Viewer.join(site.door(room, ann))
    await speaker.send("words of ann")
    watcher = await Viewer.join(site.door(room, eve))

    await site.core.offices.privacy.leaving.close(ann.who, login="ann")

    await watcher.reach((await site.core.rooms.live(room)).top)
    [recall] = entries_of(watcher, "recall")
    assert recall["category"] == "account_closed"
    page = (await site.api.get(f"/rooms/{room}")).text
    assert "words of ann" not in page
    assert "Account closed" in page
    assert (await site.listed(room))[0]["kind"] == "marker"
    assert (await site.core.people.standings.of(ann.who.account)).is_closed
    folder = site.core.settings.store.data_dir
    assert findings_in(folder) == []


async def test_who_has_left_still_reads_exports_and_sees_the_date(site):
    ann = await site.person("ann")
    await site.core.offices.privacy.leaving.close(ann.who, login="ann")

    browser = await signed_in(site, ann)

    assert "given this account up" in (await browser.get("/me")).raise_for_status().text
    assert (await browser.get("/me/export")).status_code == 200
    assert (await browser.get("/me/leave")).status_code == 200


async def test_what_a_legal_hold_covers_outlives_an_erasure_until_it_is_lifted(site):
    room = await site.room()
    ann = await site.person("ann")
    staff = [await site.person(login, Bundle.CHIEF_EDITOR) for login in ("eve", "eva")]
    speaker = await Viewer.join(site.door(room, ann))
    await speaker.send("words of ann")
    sent = {"basis": "court order 12", "login": "ann"}
    laid = await site.api.post("/api/legal-holds", json=sent, headers=bearer(staff[0]))
    path = f"/api/legal-holds/{laid.raise_for_status().json()['hold_id']}/lift"

    await site.core.offices.privacy.leaving.close(ann.who, login="ann")
    own = await (await signed_in(site, ann)).get("/me")
    site.api.cookies.clear()
    by_the_same = await site.api.post(path, json={"why": "over"}, headers=bearer(staff[0]))
    by_another = await site.api.post(path, json={"why": "over"}, headers=bearer(staff[1]))

    assert "words of ann" not in (await site.api.get(f"/rooms/{room}")).text
    assert "court order 12" in own.text
    assert (by_the_same.status_code, by_another.status_code) == (403, 200)
    assert by_the_same.json()["code"] == "own_interest"
    assert findings_in(site.core.settings.store.data_dir) == []
