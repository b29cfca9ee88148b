import io
from zipfile import ZipFile

import orjson

from danmaku.actions.measures import MeasureDraft
from danmaku.domain.account import Bundle
from danmaku.domain.comment import Draft
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.ids import ClientId, Millis
from danmaku.domain.measures import Step
from tests.unit.web.conftest import HELD_TEXT

AGREEMENT = Document(
    Edition(DocumentKind.AGREEMENT, 1, Millis(0), is_mandatory=True),
    Words("协议", "Agreement", "文明发言。", "Be civil."),
)


async def warned(stage, login):
    rey = await stage.person("rey", Bundle.REVIEWER)
    draft = MeasureDraft(Step.WARN, "other", "rule 3", note="Mind your words.", login=login)
    return (await stage.house.offices.measures.take(rey.who, draft)).measure_id


async def test_own_page_is_for_whoever_is_signed_in(stage):
    asked = await stage.guest().get("/me")

    assert asked.headers["location"] == "/sign-in?next=%2Fme"


async def test_own_page_shows_every_comment_and_what_became_of_it(stage):
    ann, room = await stage.person("ann"), await stage.room()
    number = await stage.say(ann, room, "said in public")
    await stage.hold(ann, room)

    page = (await ann.get("/me")).text

    assert f'<a href="/rooms/{room}/comments/{number}">{room} #{number}</a> said in public' in page
    assert HELD_TEXT in page
    assert "Waits for a person" in page


async def test_warning_is_read_on_the_page_and_leads_back_to_the_room(stage):
    ann, room = await stage.person("ann"), await stage.room()
    measure_id = await warned(stage, "ann")

    page = await ann.get("/me", params={"next": f"/rooms/{room}"})
    read = await ann.post_form("/me/warnings", measure_id=measure_id, next=f"/rooms/{room}")

    assert "Mind your words." in page.text
    assert f'name="next" value="/rooms/{room}"' in page.text
    assert f'href="/me/appeal?measure_id={measure_id}"' in page.text
    assert (read.status_code, read.headers["location"]) == (303, f"/rooms/{room}")
    assert "I have read this" not in (await ann.get("/me")).text


async def test_ways_back_never_leave_this_site(stage):
    ann = await stage.person("ann")
    measure_id = await warned(stage, "ann")

    page = await ann.get("/me", params={"next": "//elsewhere.test"})
    read = await ann.post_form("/me/warnings", measure_id=measure_id, next="https://elsewhere.test")

    assert "elsewhere" not in page.text
    assert read.headers["location"] == "/"


async def test_nobody_reads_a_warning_of_somebody_else(stage):
    ben, _ = await stage.person("ben"), await stage.person("ann")
    measure_id = await warned(stage, "ann")

    assert (await ben.post_form("/me/warnings", measure_id=measure_id)).status_code == 404


async def test_what_was_accepted_is_shown_and_can_be_taken_back(stage):
    ann = await stage.person("ann")
    documents = stage.house.offices.documents
    await documents.issue(None, AGREEMENT)
    assert 'href="/accept?next=/me"' in (await ann.get("/me")).text

    await ann.post_form("/accept", kind="agreement", version="1", next="/me")
    accepted = (await ann.get("/me")).text
    await ann.post_form("/documents/withdraw", kind="agreement")

    assert 'href="/documents/agreement?version=1"' in accepted
    assert 'href="/documents/agreement?version=1"' not in (await ann.get("/me")).text


async def test_export_is_one_archive_with_a_page_for_eyes(stage):
    ann, room = await stage.person("ann"), await stage.room()
    draft = Draft(ClientId("c1"), "<b>bold words</b>")
    await stage.core.comments.post(ann.who, room, draft)

    got = await ann.get("/me/export")

    assert got.headers["content-type"] == "application/zip"
    assert "danmaku-export.zip" in got.headers["content-disposition"]
    with ZipFile(io.BytesIO(got.content)) as archive:
        account = orjson.loads(archive.read("account.json"))
        page = archive.read("index.html").decode()
    assert (account["login"], account["person"]) == ("ann", [])
    assert "&lt;b&gt;bold words&lt;/b&gt;" in page


async def test_leaving_shows_its_dates_asks_for_the_login_and_closes_the_account(stage):
    ann = await stage.person("ann")

    shown = await ann.get("/me/leave")
    wrong = await ann.post_form("/me/leave", login="bob")
    done = await ann.post_form("/me/leave", login="Ann")
    page = await ann.get("/me")

    erased_ms = (await stage.house.offices.privacy.leaving.preview(ann.who)).erased_ms
    assert "At once" in shown.text
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (400, True)
    assert (done.status_code, done.headers["location"]) == (303, "/me")
    assert erased_ms > stage.house.clock()
    assert "You have given this account up." in page.text
    assert 'href="/me/leave"' not in page.text
