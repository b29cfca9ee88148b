from danmaku.errors import Code
from danmaku.web.ways import way_of, ways_from
from tests.unit.web.conftest import REFUSED_TEXT


def test_a_way_leads_there_and_back():
    assert way_of(Code.NOT_VERIFIED, "/rooms/r") == "/account/identity?next=%2Frooms%2Fr"
    assert way_of(Code.WARNING_UNREAD, "/rooms/r") == "/me?next=%2Frooms%2Fr#measures"
    assert way_of(Code.RATE_LIMITED, "/rooms/r") is None


def test_scripts_get_every_way_by_its_code():
    ways = ways_from("/rooms/r")

    assert ways["agreement_outdated"] == "/accept?next=%2Frooms%2Fr"
    assert all(path.startswith("/") for path in ways.values())


async def test_a_refused_form_leads_on_and_keeps_its_text(stage):
    ann = await stage.person("ann")
    room = await stage.room()

    refused = await ann.post_form(f"/rooms/{room}/comments", text=REFUSED_TEXT)

    assert f'<a href="/me?next=%2Frooms%2F{room}#comments">Appeal</a>' in refused.text
    assert f'value="{REFUSED_TEXT}"' in refused.text


async def test_the_page_for_errors_leads_on(stage):
    page = await stage.guest().post_form("/me/warnings", measure_id="x")

    assert page.status_code == 401
    assert 'href="/sign-in?next=%2F"' in page.text
