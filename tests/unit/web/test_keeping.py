import pytest

from danmaku.domain.account import Bundle
from danmaku.domain.documents import Document, DocumentKind, Edition, Words
from danmaku.domain.identity import Strength
from danmaku.domain.ids import PLATFORM, Millis
from danmaku.domain.people_facts import IdentityVerified
from danmaku.ports import Append

CLAUSES = Words("条款", "Clauses", "职责。", "Duties.")
KEEPING = "/rooms/demo/keeping"
RENEW = "/account/identity?next="


@pytest.fixture
async def cast(stage):
    """Mia has a room with all its tools, tom moderates it, ann comments."""
    mia = await stage.person("mia")
    await stage.room("demo", owner=mia.who.account, title="A night sail")
    return mia, await stage.person("tom", (Bundle.MODERATOR, "demo")), await stage.person("ann")


async def test_the_console_shows_what_its_visitor_may_do_and_nothing_else(cast):
    mia, tom, ann = cast

    [hers, his] = [(await one.get(KEEPING)).text for one in (mia, tom)]

    assert ('id="moderators"' in hers, 'id="moderators"' in his) == (True, False)
    assert 'id="reports"' in his
    assert (await ann.get(KEEPING)).status_code == 403


async def test_whoever_holds_every_tool_is_asked_to_apply_for_none(stage, cast):
    mia, *_ = cast
    edition = Edition(DocumentKind.OPERATOR_CLAUSES, 1, Millis(0), is_mandatory=True)
    await stage.core.offices.documents.issue(None, Document(edition, CLAUSES))
    await stage.room("film", owner=mia.who.account)

    assert 'id="apply"' not in (await mia.get(KEEPING)).text
    form = (await mia.get("/rooms/film/keeping")).text
    assert 'id="apply"' in form
    assert 'name="accepts_clauses" value="true" required' in form


async def test_an_invitation_names_the_room_and_is_taken_on(cast):
    mia, _, ann = cast
    await mia.post_form(f"{KEEPING}/moderators", login="ann", powers=["comment.recall"])

    page = (await ann.get("/invitations")).text
    [path] = {part.split('"')[0] for part in page.split('action="')[1:] if "/invitations/" in part}
    taken = await ann.post_form(path, reply="accept")

    assert "A night sail" in page
    assert taken.headers["location"] == KEEPING


async def test_powers_that_wait_for_a_proof_say_so_on_console_and_player(stage, cast):
    _, tom, _ = cast
    lapsed = IdentityVerified(tom.who.account, "sandbox", Strength.PHONE, Millis(1))
    await stage.core.store.commit(Append(PLATFORM, lapsed))

    console, player = (await tom.get(KEEPING)).text, (await tom.get("/rooms/demo")).text

    assert RENEW in console
    assert 'id="reports"' not in console
    assert RENEW in player


async def test_a_hidden_comment_offers_its_way_back_to_keepers_alone(stage, cast):
    mia, tom, ann = cast
    number = await stage.say(ann, "demo")
    await tom.post_form(f"/rooms/demo/comments/{number}/recall", category="spoiler")
    way = f'action="/rooms/demo/comments/{number}/restore"'

    pages = [(await one.get("/rooms/demo")).text for one in (mia, ann)]
    back = await mia.post_form(f"/rooms/demo/comments/{number}/restore")

    assert [way in page for page in pages] == [True, False]
    assert back.status_code == 303
    assert "Hello there" in (await ann.get("/rooms/demo")).text
