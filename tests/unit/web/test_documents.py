import pytest
from markupsafe import escape

from danmaku.domain.categories import CATEGORIES
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.ids import Millis
from danmaku.web.documents import OTHER_REASONS
from danmaku.web.texts import LANGUAGES

AGREEMENT = DocumentKind.AGREEMENT


async def issued(stage, number=1, kind=AGREEMENT):
    words = Words("协议", "Agreement", "## 一\n- 甲", "## One\n- item <b>")
    edition = Edition(kind, number, Millis(0), is_mandatory=True)
    await stage.core.offices.documents.issue(None, Document(edition, words))


@pytest.mark.parametrize("kind", list(DocumentKind))
async def test_every_text_has_a_page_that_says_it_is_a_sample(stage, kind):
    page = (await stage.guest().get(f"/documents/{kind.value}")).raise_for_status().text

    assert "A sample that comes with the software" in page


async def test_a_text_is_shown_and_never_as_markup(stage):
    await issued(stage)

    page = (await stage.guest().get("/documents/agreement")).text

    assert "<h2>One</h2>" in page
    assert "item &lt;b&gt;" in page


async def test_what_is_missing_is_accepted_one_by_one(stage):
    await issued(stage)
    ann = await stage.person("ann")

    asked = (await ann.get("/accept?next=/rooms/demo")).text
    answer = await ann.post_form("/accept", kind="agreement", version="1", next="/rooms/demo")
    done = await ann.get("/accept?next=/rooms/demo")

    assert "Agreement" in asked
    assert answer.headers["location"] == "/accept?next=%2Frooms%2Fdemo"
    assert done.headers["location"] == "/rooms/demo"


async def test_consent_is_taken_back_on_ones_own_page(stage):
    await issued(stage)
    ann = await stage.person("ann")
    await ann.post_form("/accept", kind="agreement", version="1")

    await ann.post_form("/documents/withdraw", kind="agreement")

    assert "to accept before" in (await ann.get("/me")).text


async def test_every_reason_is_explained_where_a_refusal_leads(stage):
    guest = stage.guest()

    for lang in LANGUAGES:
        page = (await guest.get("/rules", headers={"Accept-Language": lang})).text
        for word in CATEGORIES | set(OTHER_REASONS):
            told = stage.app.state.pages.texts.say(lang, f"rule.{word}")
            assert f'id="{word}"' in page
            assert f"<dd>{escape(told)}</dd>" in page


async def test_every_text_leads_to_the_others(stage):
    page = (await stage.guest().get("/documents/civility")).text

    for path in ("/about", "/rules", "/documents/agreement", "/documents/operator_clauses"):
        assert f'href="{path}"' in page


async def test_who_does_not_accept_gets_no_account(stage):
    await issued(stage)
    fields = {"name": "newcomer", "display_name": "New", "password": "correct horse battery"}

    refused = await stage.guest().post_form("/register", **fields)
    known = await stage.core.people.known("newcomer")
    accepted = await stage.guest().post_form("/register", **fields, accept="true")

    assert (refused.status_code, known) == (403, None)
    assert accepted.status_code == 303
    assert (await stage.core.people.known("newcomer")).accepted == {AGREEMENT: 1}


async def test_the_api_tells_and_accepts(stage):
    await issued(stage)
    ann = await stage.person("ann")

    [listed] = (await stage.guest().get("/api/documents")).json()["documents"]
    words = (await stage.guest().get("/api/documents/agreement")).json()
    accepted = await ann.send("POST", "/api/documents/agreement/accept", {"version": 1})

    assert (listed["kind"], listed["version"], listed["in_force"]) == ("agreement", 1, True)
    assert words["title_en"] == "Agreement"
    assert accepted.status_code == 200
