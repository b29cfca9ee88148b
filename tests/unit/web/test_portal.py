import re

import httpx
import pytest
from fastapi import Request
from pydantic import ValidationError

from danmaku.app import house_of
from danmaku.config import ContactSettings
from danmaku.core import opened
from danmaku.domain.account import Bundle
from danmaku.web.app import create_app
from danmaku.web.portal import source_of
from tests.unit.web.conftest import OUR_SITE, settings_of

RECEIPT = re.compile(r'class="receipt".*?<code[^>]*>([^<]+)</code>', re.DOTALL)


async def test_guest_reports_and_gets_a_receipt(stage):
    room = await stage.room()
    ann, rey = await stage.person("ann"), await stage.person("rey", Bundle.REVIEWER)
    await stage.say(ann, room, "rude")

    form = await stage.guest().get(f"/report?room={room}&number=1")
    done = await stage.guest().post_form(
        "/report", room=room, number="1", category="other", text="It is rude.", contact="a@b.test"
    )
    [report] = (await rey.get("/api/reports")).json()["reports"]

    assert 'value="demo"' in form.text
    assert RECEIPT.search(done.text)[1] not in str(report)  # who has it may take it back
    assert (report["room"], report["number"], report["text"]) == (room, 1, "It is rude.")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"category": ""}, 400),
        ({"room": "nowhere"}, 404),
        ({"number": "99"}, 404),
        ({"number": "first"}, 400),
        ({"number": "１"}, 400),
        ({"room": "", "number": "1"}, 400),
        ({"category": "nonsense"}, 400),
        ({"text": "x" * 1001}, 400),
    ],
)
async def test_refused_report_comes_back_with_its_words(stage, fields, status):
    room = await stage.room()
    filled = {"room": room, "number": "", "category": "other", "text": "my own words"}

    answer = await stage.guest().post_form("/report", **(filled | fields))

    assert answer.status_code == status
    assert (filled | fields)["text"] in answer.text
    assert 'class="field-error"' in answer.text


async def test_the_page_shows_what_is_reported_and_a_category_sends_it(stage):
    room = await stage.room(title="A film")
    await stage.say(await stage.person("ann"), room, "<b>rude</b>")

    page = (await stage.guest().get(f"/report?room={room}&number=1")).text

    assert "&lt;b&gt;rude&lt;/b&gt;" in page
    assert page.count('<button name="category" value="') >= 12
    assert f'href="/complain?room={room}&amp;number=1"' in page


@pytest.mark.parametrize("path", ["/report", "/complain"])
async def test_what_was_recalled_is_quoted_to_nobody(stage, path):
    room = await stage.room()
    ann, rey = await stage.person("ann"), await stage.person("rey", Bundle.REVIEWER)
    await stage.say(ann, room, "her number is 0400")
    await rey.post_form(f"/patrol/{room}/1/recall", category="privacy")

    page = await stage.guest().get(f"{path}?room={room}&number=1")

    assert page.status_code == 200
    assert "0400" not in page.text


async def test_whoever_reports_again_is_shown_their_receipt(stage):
    room, guest = await stage.room(), stage.guest()
    fields = {"room": room, "category": "spam"}

    first = await guest.post_form("/report", **fields)
    again = await guest.post_form("/report", **fields)

    assert RECEIPT.search(first.text)[1] == RECEIPT.search(again.text)[1]
    assert "already" in again.text
    assert "already" not in first.text


async def test_a_complaint_is_taken_without_an_account_and_its_contact_is_shown_to_nobody(stage):
    room = await stage.room()
    await stage.say(await stage.person("ann"), room, "his address is")
    fields = {"room": room, "number": "1", "category": "privacy", "about": "author"}

    form = await stage.guest().get(f"/complain?room={room}&number=1")
    empty = await stage.guest().post_form("/complain", **fields, text="")
    done = await stage.guest().post_form(
        "/complain", **fields, text="That is me", contact="me@a.test"
    )

    assert "his address is" in form.text
    assert (empty.status_code, 'class="field-error"' in empty.text) == (400, True)
    receipt = RECEIPT.search(done.text)[1]
    state = await stage.guest().get(f"/receipts/{receipt}")
    assert "me@a.test" not in state.text
    rey = await stage.person("rey", Bundle.REVIEWER)
    [case] = (await rey.get("/api/cases?kind=complaint")).json()["cases"]
    assert (case["subject"], case["category"]) == ("account", "privacy")


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::7", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
    ],
)
def test_a_network_of_ipv6_is_one_source(host, source):
    assert source_of(Request({"type": "http", "client": (host, 1)})) == source


async def test_contacts_are_shown_where_people_report(tmp_path):
    lines = {"phone": "0400", "department": "The department", "department_phone": "12377"}
    settings = settings_of(tmp_path).model_copy(update={"contacts": ContactSettings(**lines)})
    async with opened(settings) as core:
        app = create_app(house_of(core, viewers=lambda _: 0, hindrance=lambda: None))
        door = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=door, base_url=OUR_SITE) as guest:
            pages = [(await guest.get(path)).text for path in ("/report", "/complain", "/receipts")]

    assert [all(line in page for line in lines.values()) for page in pages] == [True] * 3


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://a b", 'https://"x'])
def test_a_contact_is_an_address_of_the_web(address):
    with pytest.raises(ValidationError):
        ContactSettings(department_url=address)
